package permutations_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/orchtest/orchtest/permutations"
	"pgregory.net/rapid"
)

// preemptions counts the switches in sequence away from a thread that has turns left.
func preemptions(sequence []int) (n int) {
	for i := 1; i < len(sequence); i++ {
		if running := sequence[i-1]; sequence[i] != running && slices.Contains(sequence[i:], running) {
			n++
		}
	}
	return n
}

// switches counts the changes from one thread to another in sequence.
func switches(sequence []int) (n int) {
	for i := 1; i < len(sequence); i++ {
		if sequence[i] != sequence[i-1] {
			n++
		}
	}
	return n
}

func TestFewest(t *testing.T) {
	for _, test := range []struct {
		name   string
		counts []int
		want   []string
	}{
		{"one thread", []int{3}, []string{"0,0,0"}},
		{"two turns each", []int{2, 2}, []string{
			"0,0,1,1", "1,1,0,0", // no preemption
			"0,1,1,0", "1,0,0,1", // one
			"0,1,0,1", "1,0,1,0", // two
		}},
		{"unequal turns", []int{1, 3}, []string{"0,1,1,1", "1,1,1,0", "1,0,1,1", "1,1,0,1"}},
		{"one turn each", []int{1, 1, 1}, []string{"0,1,2", "0,2,1", "1,0,2", "1,2,0", "2,0,1", "2,1,0"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := texts(permutations.NewFewest(test.counts), enough); !slices.Equal(got, test.want) {
				t.Errorf("NewFewest(%v):\n got %q\nwant %q", test.counts, got, test.want)
			}
		})
	}
}

func TestFewestGivesEverySequenceInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := smallCounts(t)
		var got []string
		var previous []int
		level := 0
		for it := permutations.NewFewest(counts); it.Next(); {
			sequence := it.Sequence()
			if want := preemptions(sequence); it.Preemptions() != want {
				t.Fatalf("Preemptions of %v: got %d, want %d", sequence, it.Preemptions(), want)
			}
			if len(counts) > 0 && switches(sequence) != len(counts)-1+it.Preemptions() {
				t.Fatalf("%v: got %d preemptions and %d switches, want %d forced ones", sequence,
					it.Preemptions(), switches(sequence), len(counts)-1)
			}
			switch {
			case it.Preemptions() < level || it.Preemptions() > level+1:
				t.Fatalf("sequences of %v: after %d preemptions come %d", counts, level, it.Preemptions())
			case previous != nil && it.Preemptions() == level && slices.Compare(previous, sequence) >= 0:
				t.Fatalf("sequences of %v: %v comes before %v", counts, previous, sequence)
			}
			level = it.Preemptions()
			previous = append(previous[:0], sequence...)
			got = append(got, permutations.Format(sequence))
		}
		if want := permutations.MaxPreemptions(counts); level != want {
			t.Fatalf("sequences of %v: got up to %d preemptions, want %d", counts, level, want)
		}
		sameSet(t, "NewFewest", got, allTexts(counts))
	})
}

func TestFewestOfRepresentatives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts, classes := symmetricCounts(t)
		it := permutations.NewFewest(counts)
		if err := it.Symmetric(classes); err != nil {
			t.Fatal(err)
		}
		var want []string
		for all := permutations.NewFewest(counts); all.Next(); {
			if isCanonical(all.Sequence(), classes) {
				want = append(want, permutations.Format(all.Sequence()))
			}
		}
		if got := texts(it, enough); !slices.Equal(got, want) {
			t.Fatalf("NewFewest(%v).Symmetric(%v):\n got %q\nwant %q", counts, classes, got, want)
		}
	})
}

// A choice without a way on would panic, so large counts are worth a look, too.
func TestFewestOfManyTurns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(1, 30), 1, 12).Draw(t, "counts")
		it := permutations.NewFewest(counts)
		for n := 0; n < 300 && it.Next(); n++ {
			if err := permutations.Check(it.Sequence(), counts); err != nil {
				t.Fatal(err)
			}
			if got, want := it.Preemptions(), preemptions(it.Sequence()); got != want {
				t.Fatalf("Preemptions of %v: got %d, want %d", it.Sequence(), got, want)
			}
		}
	})
}

func TestCountPreemptions(t *testing.T) {
	for _, test := range []struct {
		name   string
		counts []int
		k      int
		want   string
	}{
		{"no threads", nil, 0, "1"},
		{"no threads, some preemptions", nil, 1, "0"},
		{"one thread", []int{5}, 0, "1"},
		{"negative", []int{2, 2}, -1, "0"},
		{"2 × 2, none", []int{2, 2}, 0, "2"},
		{"2 × 2, one", []int{2, 2}, 1, "2"},
		{"2 × 2, two", []int{2, 2}, 2, "2"},
		{"2 × 2, three", []int{2, 2}, 3, "0"},
		{"3 × 6, none", []int{6, 6, 6}, 0, "6"},
		{"3 × 6, one", []int{6, 6, 6}, 1, "90"},
		{"10 × 3, none", []int{3, 3, 3, 3, 3, 3, 3, 3, 3, 3}, 0, "3628800"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := permutations.CountPreemptions(test.counts, test.k).String(); got != test.want {
				t.Errorf("CountPreemptions(%v, %d): got %s, want %s", test.counts, test.k, got, test.want)
			}
		})
	}
}

func TestCountPreemptionsIsWhatAllSequencesHave(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := smallCounts(t)
		var have [20]int64
		most := 0
		for sequence := range permutations.All(counts) {
			n := preemptions(sequence)
			have[n]++
			most = max(most, n)
		}
		if got := permutations.MaxPreemptions(counts); got != most {
			t.Fatalf("MaxPreemptions(%v): got %d, want %d", counts, got, most)
		}
		for k, want := range have {
			if got := permutations.CountPreemptions(counts, k); got.Cmp(big.NewInt(want)) != 0 {
				t.Fatalf("CountPreemptions(%v, %d): got %s, want %d", counts, k, got, want)
			}
		}
	})
}

func TestCountPreemptionsAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(1, 12), 0, 6).Draw(t, "counts")
		total := new(big.Int)
		for k := range permutations.MaxPreemptions(counts) + 1 {
			n := permutations.CountPreemptions(counts, k)
			if n.Sign() <= 0 {
				t.Fatalf("CountPreemptions(%v, %d): got %s, want some", counts, k, n)
			}
			total.Add(total, n)
		}
		if want := permutations.Count(counts); total.Cmp(want) != 0 {
			t.Fatalf("CountPreemptions(%v) of all: got %s, want %s", counts, total, want)
		}
	})
}

func TestFewestAllocatesNothing(t *testing.T) {
	it := permutations.NewFewest([]int{6, 6, 6})
	if got := testing.AllocsPerRun(10_000, func() { it.Next() }); got != 0 {
		t.Errorf("Next: got %v allocations, want 0", got)
	}
}

func TestMisuseOfFewestPanics(t *testing.T) {
	for name, function := range map[string]func(counts []int){
		"NewFewest":        func(counts []int) { permutations.NewFewest(counts) },
		"MaxPreemptions":   func(counts []int) { permutations.MaxPreemptions(counts) },
		"CountPreemptions": func(counts []int) { permutations.CountPreemptions(counts, 0) },
	} {
		mustPanic(t, func() { function([]int{0}) }, "permutations: "+name+": thread 0 has 0 turns")
	}
	it := permutations.NewFewest([]int{1, 1})
	it.Next()
	mustPanic(t, func() { _ = it.Symmetric([]int{0, 0}) },
		"permutations: Fewest.Symmetric: Next was called already: call Symmetric first")
}

func BenchmarkFewestSteps(b *testing.B) {
	benchmarkSteps(b, func(counts []int) permutations.Sequences { return permutations.NewFewest(counts) })
}

func BenchmarkCountPreemptions(b *testing.B) {
	for _, counts := range measured {
		b.Run(permutations.Format(counts), func(b *testing.B) {
			k := permutations.MaxPreemptions(counts)
			for b.Loop() {
				permutations.CountPreemptions(counts, k)
			}
		})
	}
}
