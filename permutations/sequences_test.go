package permutations_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/permutations"
)

// Every iterator is one of these.
var (
	_ permutations.Sequences = (*permutations.Iterator)(nil)
	_ permutations.Sequences = (*permutations.Fewest)(nil)
	_ permutations.Sequences = (*permutations.Random)(nil)
	_ permutations.Sequences = (*permutations.PCT)(nil)
	_ permutations.Sequences = (*permutations.Symmetric)(nil)
)

// texts returns the texts of what is left of sequences, limit of them at most.
func texts(sequences permutations.Sequences, limit int) []string {
	var all []string
	for len(all) < limit && sequences.Next() {
		all = append(all, permutations.Format(sequences.Sequence()))
	}
	return all
}

// enough is more than the sequences of any counts from smallCounts.
const enough = 10_000

// allTexts returns the texts of all sequences, in lexicographic order of the sequences.
func allTexts(counts []int) []string { return texts(permutations.New(counts), enough) }

// sameSet checks that the texts are those wanted, each once and in any order.
func sameSet(t *rapid.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		t.Fatalf("%s: got %d sequences %q,\nwant in some order %d sequences %q", what, len(got), got, len(want), want)
	}
}

// iterators makes one of each kind, for all sequences of counts where the kind gives these.
var iterators = map[string]func(counts []int) permutations.Sequences{
	"Iterator": func(counts []int) permutations.Sequences { return permutations.New(counts) },
	"Fewest":   func(counts []int) permutations.Sequences { return permutations.NewFewest(counts) },
	"Random":   func(counts []int) permutations.Sequences { return permutations.NewRandom(counts, 1) },
	"PCT":      func(counts []int) permutations.Sequences { return permutations.NewPCT(counts, 3, 1) },
	"Symmetric": func(counts []int) permutations.Sequences {
		it, err := permutations.NewSymmetric(counts, make([]int, len(counts)))
		if err != nil {
			panic(err)
		}
		return it
	},
}

func TestSequencesOutsideOfThem(t *testing.T) {
	for name, of := range iterators {
		t.Run(name, func(t *testing.T) {
			sequences := of([]int{2, 2})
			if got := sequences.Sequence(); got != nil {
				t.Errorf("Sequence before Next: got %v, want nil", got)
			}
			for sequences.Next() {
				if got := sequences.Sequence(); len(got) != 4 {
					t.Errorf("Sequence: got %v, want 4 turns", got)
				}
			}
			for range 3 {
				if got := sequences.Sequence(); got != nil {
					t.Errorf("Sequence after the last: got %v, want nil", got)
				}
				if sequences.Next() {
					t.Error("Next after the last: got true, want false")
				}
			}
		})
	}
}

func TestSequencesOfNoThreads(t *testing.T) {
	for name, of := range iterators {
		t.Run(name, func(t *testing.T) {
			sequences := of(nil)
			if !sequences.Next() {
				t.Fatal("Next: got false, want the empty sequence")
			}
			if got := sequences.Sequence(); got == nil || len(got) != 0 {
				t.Errorf("Sequence: got %#v, want the empty sequence", got)
			}
			if sequences.Next() {
				t.Errorf("second Next: got true and %#v, want false", sequences.Sequence())
			}
		})
	}
}

// Neither counts nor classes may matter once an iterator was made.
func TestSequencesKeepTheirCounts(t *testing.T) {
	for name, of := range iterators {
		t.Run(name, func(t *testing.T) {
			counts := []int{2, 2}
			want := texts(of(counts), enough)
			sequences := of(counts)
			counts[0], counts[1] = 1, 5
			if got := texts(sequences, enough); !slices.Equal(got, want) {
				t.Errorf("after a change of counts: got %q, want %q", got, want)
			}
		})
	}
}

// measured are the counts that a step is measured for.
var measured = [][]int{{6, 6}, {6, 6, 6}, {10, 10, 10, 10}, {3, 3, 3, 3, 3, 3, 3, 3, 3, 3}}

// benchmarkSteps measures what of gives, and reports the time for each step of a sequence.
func benchmarkSteps(b *testing.B, of func(counts []int) permutations.Sequences) {
	for _, counts := range measured {
		b.Run(permutations.Format(counts), func(b *testing.B) {
			b.ReportAllocs()
			sequences := of(counts)
			for b.Loop() {
				if !sequences.Next() {
					b.StopTimer()
					sequences = of(counts)
					sequences.Next()
					b.StartTimer()
				}
			}
			steps := float64(b.N) * float64(sum(counts))
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/steps, "ns/step")
		})
	}
}

func BenchmarkIteratorSteps(b *testing.B) { benchmarkSteps(b, iterators["Iterator"]) }

// BenchmarkAll17153136 goes through all sequences of three threads of six turns.
func BenchmarkAll17153136(b *testing.B) {
	for name, of := range map[string]func(counts []int) permutations.Sequences{
		"Iterator": iterators["Iterator"], "Fewest": iterators["Fewest"],
		"Random": iterators["Random"], "Symmetric": iterators["Symmetric"],
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				given := 0
				for sequences := of([]int{6, 6, 6}); sequences.Next(); {
					given++
				}
				b.ReportMetric(float64(given), "sequences")
			}
		})
	}
}
