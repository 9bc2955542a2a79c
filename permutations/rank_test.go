package permutations_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/permutations"
	"pgregory.net/rapid"
)

// number reads a number of any size.
func number(t *testing.T, text string) *big.Int {
	t.Helper()
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return n
}

func TestRankAndUnrank(t *testing.T) {
	for _, test := range []struct {
		name   string
		counts []int
		rank   string
		text   string
	}{
		{"no threads", nil, "0", ""},
		{"one thread", []int{3}, "0", "0,0,0"},
		{"serial", []int{2, 2}, "0", "0,0,1,1"},
		{"second", []int{2, 2}, "1", "0,1,0,1"},
		{"last", []int{2, 2}, "5", "1,1,0,0"},
		{"unequal turns", []int{1, 3, 1}, "11", "1,1,2,0,1"},
		{"last of three threads", []int{6, 6, 6}, "17153135", "2,2,2,2,2,2,1,1,1,1,1,1,0,0,0,0,0,0"},
		{"beyond 64 bits", []int{40, 40}, "107507208733336176461619", strings.Repeat("1,", 40) + strings.Repeat("0,", 39) + "0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			rank := number(t, test.rank)
			sequence, err := permutations.Unrank(test.counts, rank)
			if err != nil {
				t.Fatalf("Unrank(%v, %s): %v", test.counts, test.rank, err)
			}
			if got := permutations.Format(sequence); got != test.text {
				t.Errorf("Unrank(%v, %s): got %s, want %s", test.counts, test.rank, got, test.text)
			}
			if rank.String() != test.rank {
				t.Errorf("Unrank changed the rank to %s, want %s", rank, test.rank)
			}
			if got := permutations.Rank(sequence).String(); got != test.rank {
				t.Errorf("Rank(%s): got %s, want %s", test.text, got, test.rank)
			}
		})
	}
}

func TestUnrankErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		counts []int
		rank   string
		want   string
	}{
		{"negative", []int{2, 2}, "-1", "sequence of rank -1: counts 2,2 have the ranks 0 to 5"},
		{"one too many", []int{2, 2}, "6", "sequence of rank 6: counts 2,2 have the ranks 0 to 5"},
		{"huge", []int{1}, "100000000000000000000", "sequence of rank 100000000000000000000: counts 1 have only the rank 0"},
		{"no threads", nil, "1", "sequence of rank 1: no threads have only the rank 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			sequence, err := permutations.Unrank(test.counts, number(t, test.rank))
			if err == nil {
				t.Fatalf("Unrank(%v, %s): got %v, want an error", test.counts, test.rank, sequence)
			}
			if err.Error() != test.want {
				t.Errorf("Unrank(%v, %s):\n got %s\nwant %s", test.counts, test.rank, err, test.want)
			}
		})
	}
}

func TestRankIsThePlaceInTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := smallCounts(t)
		place := int64(0)
		for sequence := range permutations.All(counts) {
			if got := permutations.Rank(sequence); !got.IsInt64() || got.Int64() != place {
				t.Fatalf("Rank(%v): got %s, want %d", sequence, got, place)
			}
			place++
		}
	})
}

func TestRankOfUnrank(t *testing.T) {
	for _, test := range []struct {
		name   string
		counts *rapid.Generator[[]int]
	}{
		{"few turns", rapid.SliceOfN(rapid.IntRange(1, 4), 0, 4)},
		{"up to 10¹²", rapid.SliceOfN(rapid.IntRange(1, 25), 2, 10).Filter(func(counts []int) bool {
			return permutations.Count(counts).Cmp(big.NewInt(1e12)) <= 0
		})},
		{"far beyond", rapid.SliceOfN(rapid.IntRange(1, 40), 2, 12)},
	} {
		t.Run(test.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				counts := test.counts.Draw(t, "counts")
				digits := rapid.SliceOfN(rapid.Byte(), 60, 60).Draw(t, "rank")
				rank := new(big.Int).SetBytes(digits)
				rank.Mod(rank, permutations.Count(counts))
				sequence, err := permutations.Unrank(counts, rank)
				if err != nil {
					t.Fatalf("Unrank(%v, %s): %v", counts, rank, err)
				}
				if err := permutations.Check(sequence, counts); err != nil {
					t.Fatalf("Unrank(%v, %s): %v", counts, rank, err)
				}
				if got := permutations.Rank(sequence); got.Cmp(rank) != 0 {
					t.Fatalf("Rank(%v): got %s, want %s", sequence, got, rank)
				}
			})
		})
	}
}

func TestUnrankOfRank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(1, 30), 0, 10).Draw(t, "counts")
		sequence := rapid.Permutation(permutations.Serial(counts)).Draw(t, "sequence")
		before := slices.Clone(sequence)
		got, err := permutations.Unrank(counts, permutations.Rank(sequence))
		if err != nil || !slices.Equal(got, sequence) {
			t.Fatalf("Unrank of the rank of %v: got %v, %v", sequence, got, err)
		}
		if !slices.Equal(sequence, before) {
			t.Fatalf("Rank(%v) changed it to %v", before, sequence)
		}
	})
}

func BenchmarkRank(b *testing.B) {
	sequence := []int{2, 1, 0, 2, 1, 0, 2, 1, 0, 2, 1, 0}
	b.ReportAllocs()
	for b.Loop() {
		permutations.Rank(sequence)
	}
}

func BenchmarkUnrank(b *testing.B) {
	rank := big.NewInt(30_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := permutations.Unrank([]int{4, 4, 4}, rank); err != nil {
			b.Fatal(err)
		}
	}
}
