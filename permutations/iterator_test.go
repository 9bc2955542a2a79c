package permutations_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orchtest/orchtest/permutations"
	"pgregory.net/rapid"
)

// collect clones what is left of it.
func collect(it *permutations.Iterator) [][]int {
	var sequences [][]int
	for it.Next() {
		sequences = append(sequences, slices.Clone(it.Sequence()))
	}
	return sequences
}

func TestIterator(t *testing.T) {
	for _, test := range []struct {
		name   string
		counts []int
		want   [][]int
	}{
		{"no threads: the empty sequence", nil, [][]int{{}}},
		{"one turn", []int{1}, [][]int{{0}}},
		{"one thread", []int{3}, [][]int{{0, 0, 0}}},
		{"one turn each", []int{1, 1}, [][]int{{0, 1}, {1, 0}}},
		{"two turns each", []int{2, 2}, [][]int{
			{0, 0, 1, 1}, {0, 1, 0, 1}, {0, 1, 1, 0}, {1, 0, 0, 1}, {1, 0, 1, 0}, {1, 1, 0, 0},
		}},
		{"three threads", []int{1, 1, 1}, [][]int{
			{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0},
		}},
		{"unequal turns", []int{1, 2}, [][]int{{0, 1, 1}, {1, 0, 1}, {1, 1, 0}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, collect(permutations.New(test.counts))); diff != "" {
				t.Errorf("New(%v): -want +got\n%s", test.counts, diff)
			}
		})
	}
}

func TestIteratorOutsideOfItsSequences(t *testing.T) {
	it := permutations.New([]int{1, 1})
	if got := it.Sequence(); got != nil {
		t.Errorf("Sequence before Next: got %v, want nil", got)
	}
	for it.Next() {
	}
	if got := it.Sequence(); got != nil {
		t.Errorf("Sequence after the last: got %v, want nil", got)
	}
	if it.Next() {
		t.Error("Next after the last: got true, want false")
	}
}

func TestIteratorGivesEverySequenceInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := smallCounts(t)
		var previous []int
		generated := 0
		for it := permutations.New(counts); it.Next(); generated++ {
			sequence := it.Sequence()
			if generated == 0 {
				if want := permutations.Serial(counts); !slices.Equal(sequence, want) {
					t.Fatalf("first sequence of %v: got %v, want %v", counts, sequence, want)
				}
			} else if slices.Compare(previous, sequence) >= 0 { // hence no duplicates
				t.Fatalf("sequences of %v: %v comes before %v", counts, previous, sequence)
			}
			if got := permutations.Counts(sequence, len(counts)); !slices.Equal(got, counts) {
				t.Fatalf("sequence %v: got counts %v, want %v", sequence, got, counts)
			}
			previous = append(previous[:0], sequence...)
		}
		if want := permutations.Count(counts).Int64(); int64(generated) != want {
			t.Fatalf("sequences of %v: got %d, want %d", counts, generated, want)
		}
	})
}

func TestIteratorAgreesWithNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := smallCounts(t)
		want, got := naive(counts), collect(permutations.New(counts))
		if !slices.EqualFunc(got, want, slices.Equal) { // cmp.Diff of thousands takes its time
			t.Fatalf("New(%v): -naive +got\n%s", counts, cmp.Diff(want, got))
		}
	})
}

func TestFromGivesTheRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := collect(permutations.New(smallCounts(t)))
		start := rapid.IntRange(0, len(all)-1).Draw(t, "start")
		sequence := slices.Clone(all[start])
		if got := collect(permutations.From(sequence)); !slices.EqualFunc(got, all[start:], slices.Equal) {
			t.Fatalf("From(%v): -want +got\n%s", sequence, cmp.Diff(all[start:], got))
		}
		if !slices.Equal(sequence, all[start]) {
			t.Fatalf("From(%v) changed it to %v", all[start], sequence)
		}
	})
}

func TestAll(t *testing.T) {
	counts := []int{2, 1}
	all := permutations.All(counts)
	counts[0] = 5 // too late
	want := []string{"0,0,1", "0,1,0", "1,0,0"}
	for _, round := range []string{"first loop", "second loop"} {
		t.Run(round, func(t *testing.T) {
			var got []string
			for sequence := range all {
				got = append(got, permutations.Format(sequence))
			}
			if !slices.Equal(got, want) {
				t.Errorf("All: got %q, want %q", got, want)
			}
		})
	}
	t.Run("left early", func(t *testing.T) {
		loops := 0
		for range all {
			if loops++; loops == 2 {
				break
			}
		}
		if loops != 2 {
			t.Errorf("All: got %d loops, want 2", loops)
		}
	})
}

func TestNextDoesNotAllocate(t *testing.T) {
	it := permutations.New([]int{6, 6, 6})
	var sum int
	if got := testing.AllocsPerRun(1000, func() {
		it.Next()
		sum += it.Sequence()[0]
	}); got != 0 {
		t.Errorf("Next and Sequence: got %v allocations, want 0", got)
	}
}

func BenchmarkNext(b *testing.B) {
	for _, counts := range [][]int{{6, 6}, {4, 4, 4}} {
		b.Run(permutations.Format(counts), func(b *testing.B) {
			b.ReportAllocs()
			it := permutations.New(counts)
			for b.Loop() {
				if !it.Next() {
					b.StopTimer()
					it = permutations.New(counts)
					b.StartTimer()
				}
			}
		})
	}
}
