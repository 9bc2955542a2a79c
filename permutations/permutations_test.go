package permutations_test

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/permutations"
	"pgregory.net/rapid"
)

// smallCounts draws counts with few enough sequences to generate all of them: 9!/(3!·2!·2!·2!) = 7,560
// at most.
func smallCounts(t *rapid.T) []int {
	return rapid.SliceOfN(rapid.IntRange(1, 5), 0, 4).
		Filter(func(counts []int) bool { return sum(counts) <= 9 }).
		Draw(t, "counts")
}

func sum(counts []int) (total int) {
	for _, n := range counts {
		total += n
	}
	return total
}

// naive generates the sequences for counts the way that one would on paper.
func naive(counts []int) [][]int {
	if sum(counts) == 0 {
		return [][]int{{}}
	}
	var sequences [][]int
	for thread, n := range counts {
		if n == 0 {
			continue
		}
		rest := slices.Clone(counts)
		rest[thread]--
		for _, tail := range naive(rest) {
			sequences = append(sequences, append([]int{thread}, tail...))
		}
	}
	return sequences
}

// mustPanic calls f and checks that it panics with a message that has all of wants in it.
func mustPanic(t *testing.T, f func(), wants ...string) {
	t.Helper()
	defer func() {
		t.Helper()
		message := fmt.Sprint(recover())
		for _, want := range wants {
			if !strings.Contains(message, want) {
				t.Errorf("panic: got %q, want %q in it", message, want)
			}
		}
	}()
	f()
}

func TestCount(t *testing.T) {
	for _, test := range []struct {
		name   string
		counts []int
		want   string
	}{
		{"no threads", nil, "1"},
		{"one thread, one turn", []int{1}, "1"},
		{"one thread, many turns", []int{40}, "1"},
		{"two threads, one turn each", []int{1, 1}, "2"},
		{"two threads, two turns each", []int{2, 2}, "6"},
		{"two threads, six turns each", []int{6, 6}, "924"},
		{"three threads, six turns each", []int{6, 6, 6}, "17153136"},
		{"three threads, four turns each", []int{4, 4, 4}, "34650"},
		{"unequal turns", []int{3, 1, 2}, "60"},
		{"ten threads, one turn each", []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, "3628800"},
		{"more than 64 bits", []int{40, 40}, "107507208733336176461620"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := permutations.Count(test.counts).String(); got != test.want {
				t.Errorf("Count(%v): got %s, want %s", test.counts, got, test.want)
			}
		})
	}
}

func TestCountIsMultinomial(t *testing.T) {
	factorial := func(n int) *big.Int { return new(big.Int).MulRange(1, int64(n)) }
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(1, 60), 0, 10).Draw(t, "counts")
		want := factorial(sum(counts))
		for _, n := range counts {
			want.Quo(want, factorial(n))
		}
		if got := permutations.Count(counts); got.Cmp(want) != 0 {
			t.Errorf("Count(%v): got %s, want %s", counts, got, want)
		}
	})
}

func TestSerial(t *testing.T) {
	for _, test := range []struct {
		name   string
		counts []int
		want   []int
	}{
		{"no threads", nil, []int{}},
		{"one thread", []int{3}, []int{0, 0, 0}},
		{"three threads", []int{2, 1, 3}, []int{0, 0, 1, 2, 2, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := permutations.Serial(test.counts)
			if got == nil || !slices.Equal(got, test.want) {
				t.Errorf("Serial(%v): got %#v, want %#v", test.counts, got, test.want)
			}
		})
	}
}

func TestComplete(t *testing.T) {
	for _, test := range []struct {
		name   string
		turns  []int
		counts []int
		want   []int
	}{
		{"no threads", nil, nil, []int{}},
		{"no turns", nil, []int{2, 1}, []int{0, 0, 1}},
		{"all turns", []int{1, 0, 0}, []int{2, 1}, []int{1, 0, 0}},
		{"a beginning", []int{2, 0}, []int{2, 1, 2}, []int{2, 0, 0, 1, 2}},
		{"more turns than planned", []int{0, 1, 0, 0, 1, 1}, []int{2, 2}, []int{0, 1, 0, 1}},
		{"threads that there are not", []int{-1, 1, 2, 0}, []int{1, 1}, []int{1, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := permutations.Complete(test.turns, test.counts); !slices.Equal(got, test.want) {
				t.Errorf("Complete(%v, %v): got %v, want %v", test.turns, test.counts, got, test.want)
			}
		})
	}
}

func TestCounts(t *testing.T) {
	for _, test := range []struct {
		name     string
		sequence []int
		threads  int
		want     []int
	}{
		{"nothing", nil, 0, []int{}},
		{"no turns", nil, 2, []int{0, 0}},
		{"each thread", []int{0, 1, 1, 0, 2}, 3, []int{2, 2, 1}},
		{"a thread without a turn", []int{0, 2}, 3, []int{1, 0, 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := permutations.Counts(test.sequence, test.threads); !slices.Equal(got, test.want) {
				t.Errorf("Counts(%v, %d): got %v, want %v", test.sequence, test.threads, got, test.want)
			}
		})
	}
}

func TestMisusedCountsPanic(t *testing.T) {
	functions := map[string]func(counts []int){
		"Count":  func(counts []int) { permutations.Count(counts) },
		"Serial": func(counts []int) { permutations.Serial(counts) },
		"New":    func(counts []int) { permutations.New(counts) },
		"All":    func(counts []int) { permutations.All(counts) },
		"Unrank": func(counts []int) { _, _ = permutations.Unrank(counts, new(big.Int)) },
		"Check":  func(counts []int) { _ = permutations.Check(nil, counts) },

		"Complete": func(counts []int) { permutations.Complete(nil, counts) },
	}
	for name, function := range functions {
		t.Run(name, func(t *testing.T) {
			who := "permutations: " + name + ": "
			mustPanic(t, func() { function([]int{2, 0}) },
				who+"thread 1 has 0 turns in counts 2,0: every thread takes at least one")
			mustPanic(t, func() { function([]int{-1, 2}) }, who+"thread 0 has -1 turns in counts -1,2: ")
			mustPanic(t, func() { function([]int{math.MaxInt, 1}) }, who, "more turns than an int holds: pass fewer")
		})
	}
}

func TestMisusedSequencesPanic(t *testing.T) {
	functions := map[string]func(sequence []int){
		"Rank": func(sequence []int) { permutations.Rank(sequence) },
		"From": func(sequence []int) { permutations.From(sequence) },
	}
	for name, function := range functions {
		t.Run(name, func(t *testing.T) {
			who := "permutations: " + name + ": "
			mustPanic(t, func() { function([]int{0, 0, 2}) }, who+"thread 1 takes no turn in sequence 0,0,2: ", "call Check first")
			mustPanic(t, func() { function([]int{1}) }, who+"turn 1 of sequence 1 is of thread 1: ", "call Check first")
			mustPanic(t, func() { function([]int{0, -1}) }, who+"turn 2 of sequence 0,-1 is of thread -1: ")
			mustPanic(t, func() { function([]int{0, math.MaxInt}) }, who+"turn 2 of sequence 0,")
		})
	}
}

func TestMisuseOfCountsPanics(t *testing.T) {
	const who = "permutations: Counts: "
	mustPanic(t, func() { permutations.Counts([]int{0, 2}, 2) },
		who+"turn 2 is of thread 2, and there are 2 threads: call Check first")
	mustPanic(t, func() { permutations.Counts([]int{-1}, 2) }, who+"turn 1 is of thread -1")
	mustPanic(t, func() { permutations.Counts(nil, -1) }, who+"-1 threads: pass how many there are, 0 or more")
}
