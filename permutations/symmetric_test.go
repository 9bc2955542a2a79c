package permutations_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/orchtest/orchtest/permutations"
	"pgregory.net/rapid"
)

// symmetricCounts draws small counts, and classes of threads that have the same count.
func symmetricCounts(t *rapid.T) (counts, classes []int) {
	counts = smallCounts(t)
	classes = make([]int, len(counts))
	for thread, n := range counts {
		classes[thread] = 3*n + rapid.IntRange(0, 1).Draw(t, "which of the classes of its count")
	}
	return counts, classes
}

// isCanonical reports whether the threads of each class appear in sequence in index order.
func isCanonical(sequence, classes []int) bool {
	for thread, class := range classes {
		for other := range thread {
			if classes[other] == class && slices.Index(sequence, other) > slices.Index(sequence, thread) {
				return false
			}
		}
	}
	return true
}

// relabelled returns sequence with the threads named anew in each way that the classes allow.
func relabelled(sequence, classes []int) [][]int {
	var all [][]int
	names := make([]int, len(classes))
	var name func(thread int)
	name = func(thread int) {
		if thread == len(classes) {
			other := make([]int, len(sequence))
			for i, thread := range sequence {
				other[i] = names[thread]
			}
			all = append(all, other)
			return
		}
		for other, class := range classes {
			if class == classes[thread] && !slices.Contains(names[:thread], other) {
				names[thread] = other
				name(thread + 1)
			}
		}
	}
	name(0)
	return all
}

func symmetric(t interface{ Fatal(...any) }, counts, classes []int) *permutations.Symmetric {
	it, err := permutations.NewSymmetric(counts, classes)
	if err != nil {
		t.Fatal(err)
	}
	return it
}

func TestSymmetric(t *testing.T) {
	for _, test := range []struct {
		name            string
		counts, classes []int
		want            []string
	}{
		{"no threads", nil, nil, []string{""}},
		{"two turns each", []int{2, 2}, []int{0, 0}, []string{"0,0,1,1", "0,1,0,1", "0,1,1,0"}},
		{"classes of one thread", []int{1, 1}, []int{1, 0}, []string{"0,1", "1,0"}},
		{"classes side by side", []int{1, 1, 1}, []int{7, 7, -1}, []string{"0,1,2", "0,2,1", "2,0,1"}},
		{"one class within another", []int{1, 1, 1, 1}, []int{0, 1, 1, 0}, []string{
			"0,1,2,3", "0,1,3,2", "0,3,1,2", "1,0,2,3", "1,0,3,2", "1,2,0,3",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := texts(symmetric(t, test.counts, test.classes), enough); !slices.Equal(got, test.want) {
				t.Errorf("NewSymmetric(%v, %v):\n got %q\nwant %q", test.counts, test.classes, got, test.want)
			}
		})
	}
}

func TestCountSymmetric(t *testing.T) {
	for _, test := range []struct {
		name            string
		counts, classes []int
		want            int64
	}{
		{"no threads", nil, nil, 1},
		{"2 × 2", []int{2, 2}, []int{0, 0}, 3},
		{"2 × 6", []int{6, 6}, []int{0, 0}, 462},
		{"3 × 6", []int{6, 6, 6}, []int{0, 0, 0}, 2_858_856},
		{"3 × 6, two of a class", []int{6, 6, 6}, []int{0, 1, 0}, 8_576_568},
		{"two classes", []int{1, 2, 1, 2}, []int{0, 1, 0, 1}, 45},
	} {
		t.Run(test.name, func(t *testing.T) {
			count, err := permutations.CountSymmetric(test.counts, test.classes)
			if err != nil || count.Int64() != test.want {
				t.Fatalf("CountSymmetric(%v, %v): got %s, %v; want %d", test.counts, test.classes, count, err, test.want)
			}
			given := int64(0)
			for it := symmetric(t, test.counts, test.classes); it.Next(); {
				given++
			}
			if given != test.want {
				t.Errorf("NewSymmetric(%v, %v): got %d sequences, want %d", test.counts, test.classes, given, test.want)
			}
		})
	}
}

func TestSymmetricGivesOneOfEachSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts, classes := symmetricCounts(t)
		represented := map[string]bool{}
		var previous []int
		given := int64(0)
		for it := symmetric(t, counts, classes); it.Next(); given++ {
			sequence := it.Sequence()
			if given == 0 && !slices.Equal(sequence, permutations.Serial(counts)) {
				t.Fatalf("first representative: got %v, want the serial sequence", sequence)
			}
			if given > 0 && slices.Compare(previous, sequence) >= 0 {
				t.Fatalf("representatives: %v comes before %v", previous, sequence)
			}
			if !isCanonical(sequence, classes) {
				t.Fatalf("representatives of classes %v: got %v", classes, sequence)
			}
			others := relabelled(sequence, classes)
			if want := permutations.Represented(classes); want.Cmp(big.NewInt(int64(len(others)))) != 0 {
				t.Fatalf("Represented(%v): got %s, want %d", classes, want, len(others))
			}
			for _, other := range others {
				text := permutations.Format(other)
				if represented[text] {
					t.Fatalf("%s is represented twice", text)
				}
				represented[text] = true
				if permutations.Canonical(other, classes); !slices.Equal(other, sequence) {
					t.Fatalf("Canonical of %s: got %v, want %v", text, other, sequence)
				}
			}
			previous = append(previous[:0], sequence...)
		}
		if want := permutations.Count(counts).Int64(); int64(len(represented)) != want {
			t.Fatalf("represented: got %d sequences, want %d", len(represented), want)
		}
		if want, err := permutations.CountSymmetric(counts, classes); err != nil || want.Int64() != given {
			t.Fatalf("CountSymmetric(%v, %v): got %s, %v; want %d", counts, classes, want, err, given)
		}
	})
}

func TestCanonicalOfParts(t *testing.T) {
	sequence := []int{2, 3, 2, 1, 4}
	permutations.Canonical(sequence[:4], []int{0, 0, 0, 1, 0})
	if want := []int{0, 3, 0, 1, 4}; !slices.Equal(sequence, want) {
		t.Errorf("Canonical: got %v, want %v", sequence, want)
	}
}

func TestRankAndUnrankSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts, classes := symmetricCounts(t)
		place := int64(0)
		for it := symmetric(t, counts, classes); it.Next(); place++ {
			for _, sequence := range relabelled(it.Sequence(), classes) {
				before := slices.Clone(sequence)
				rank, err := permutations.RankSymmetric(sequence, classes)
				if err != nil || rank.Cmp(big.NewInt(place)) != 0 {
					t.Fatalf("RankSymmetric(%v, %v): got %s, %v; want %d", sequence, classes, rank, err, place)
				}
				if !slices.Equal(sequence, before) {
					t.Fatalf("RankSymmetric(%v, %v) changed it to %v", before, classes, sequence)
				}
			}
			got, err := permutations.UnrankSymmetric(counts, classes, big.NewInt(place))
			if err != nil || !slices.Equal(got, it.Sequence()) {
				t.Fatalf("UnrankSymmetric(%v, %v, %d): got %v, %v; want %v", counts, classes, place, got, err, it.Sequence())
			}
		}
	})
}

func TestRankOfUnrankSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(5, 15), 1, 8).Draw(t, "counts")
		counts = append(counts, counts...)
		classes := counts
		count, err := permutations.CountSymmetric(counts, classes)
		if err != nil {
			t.Fatal(err)
		}
		rank := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 60, 60).Draw(t, "rank"))
		rank.Mod(rank, count)
		sequence, err := permutations.UnrankSymmetric(counts, classes, rank)
		if err != nil {
			t.Fatal(err)
		}
		if err := permutations.Check(sequence, counts); err != nil {
			t.Fatal(err)
		}
		if got, err := permutations.RankSymmetric(sequence, classes); err != nil || got.Cmp(rank) != 0 {
			t.Fatalf("RankSymmetric(%v, %v): got %s, %v; want %s", sequence, classes, got, err, rank)
		}
	})
}

func TestClassErrors(t *testing.T) {
	functions := map[string]func(counts, classes []int) error{
		"NewSymmetric": func(counts, classes []int) error {
			_, err := permutations.NewSymmetric(counts, classes)
			return err
		},
		"CountSymmetric": func(counts, classes []int) error {
			_, err := permutations.CountSymmetric(counts, classes)
			return err
		},
		"UnrankSymmetric": func(counts, classes []int) error {
			_, err := permutations.UnrankSymmetric(counts, classes, new(big.Int))
			return err
		},
		"RankSymmetric": func(counts, classes []int) error {
			_, err := permutations.RankSymmetric(permutations.Serial(counts), classes)
			return err
		},
		"Fewest": func(counts, classes []int) error { return permutations.NewFewest(counts).Symmetric(classes) },
		"Random": func(counts, classes []int) error { return permutations.NewRandom(counts, 0).Symmetric(classes) },
		"PCT":    func(counts, classes []int) error { return permutations.NewPCT(counts, 1, 0).Symmetric(classes) },
	}
	for name, function := range functions {
		for _, test := range []struct {
			name            string
			counts, classes []int
			want            string
		}{
			{"too few", []int{1, 1}, []int{0}, "classes 0: there are 2 threads; each one has to have a class"},
			{"too many", []int{1}, []int{0, 1}, "classes 0,1: there are 1 threads; each one has to have a class"},
			{"other turns", []int{1, 3, 2}, []int{4, 9, 4},
				"classes 4,9,4: threads 0 and 2 are of class 4, but take 1 and 2 turns; those of a class take the same number"},
		} {
			t.Run(name+"/"+test.name, func(t *testing.T) {
				if err := function(test.counts, test.classes); err == nil || err.Error() != test.want {
					t.Errorf("classes %v for %v:\n got %v\nwant %s", test.classes, test.counts, err, test.want)
				}
			})
		}
	}
}

func TestUnrankSymmetricErrors(t *testing.T) {
	for rank, want := range map[int64]string{
		-1: "representative of rank -1: counts 2,2 have the ranks 0 to 2",
		3:  "representative of rank 3: counts 2,2 have the ranks 0 to 2",
	} {
		got, err := permutations.UnrankSymmetric([]int{2, 2}, []int{0, 0}, big.NewInt(rank))
		if err == nil || err.Error() != want || got != nil {
			t.Errorf("UnrankSymmetric of %d: got %v, %v; want %s", rank, got, err, want)
		}
	}
}

func TestMisuseOfSymmetricPanics(t *testing.T) {
	mustPanic(t, func() { permutations.Canonical([]int{0, 2}, []int{0, 0}) },
		"permutations: Canonical: turn 2 of sequence 0,2 is of thread 2, and there are 2 classes")
	mustPanic(t, func() { _, _ = permutations.NewSymmetric([]int{0}, []int{0}) }, "permutations: NewSymmetric: thread 0")
	mustPanic(t, func() { _, _ = permutations.CountSymmetric([]int{0}, []int{0}) }, "permutations: CountSymmetric: thread 0")
	mustPanic(t, func() { _, _ = permutations.UnrankSymmetric([]int{0}, []int{0}, new(big.Int)) },
		"permutations: UnrankSymmetric: thread 0")
	mustPanic(t, func() { _, _ = permutations.RankSymmetric([]int{1}, []int{0}) }, "permutations: RankSymmetric: turn 1")
}

func TestSymmetricAllocatesNothing(t *testing.T) {
	it := symmetric(t, []int{6, 6, 6}, []int{0, 0, 0})
	if got := testing.AllocsPerRun(10_000, func() { it.Next() }); got != 0 {
		t.Errorf("Next: got %v allocations, want 0", got)
	}
}

func BenchmarkSymmetricSteps(b *testing.B) { benchmarkSteps(b, iterators["Symmetric"]) }

func BenchmarkCanonical(b *testing.B) {
	sequence := []int{2, 1, 0, 2, 1, 0, 2, 1, 0, 2, 1, 0}
	classes := []int{0, 0, 0}
	b.ReportAllocs()
	for b.Loop() {
		permutations.Canonical(sequence, classes)
	}
}
