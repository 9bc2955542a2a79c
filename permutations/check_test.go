package permutations_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/permutations"
	"pgregory.net/rapid"
)

// ones returns n counts of one turn each.
func ones(n int) []int { return slices.Repeat([]int{1}, n) }

func TestCheckErrors(t *testing.T) {
	for _, test := range []struct {
		name     string
		sequence []int
		counts   []int
		want     string
	}{
		{
			"too many turns of one, too few of another", []int{0, 1, 1}, []int{2, 1},
			"sequence 0,1,1: thread 1 takes 2 turns there, but took 1 in the serial run; a sequence has 0 twice and 1 once, as 0,0,1",
		}, {
			"too few turns", []int{0, 1}, []int{2, 1},
			"sequence 0,1: thread 0 takes 1 turn there, but took 2 in the serial run; a sequence has 0 twice and 1 once, as 0,0,1",
		}, {
			"too many turns", []int{0, 1, 0, 0}, []int{2, 1},
			"sequence 0,1,0,0: thread 0 takes 3 turns there, but took 2 in the serial run; a sequence has 0 twice and 1 once, as 0,0,1",
		}, {
			"a thread left out", []int{0, 0}, []int{2, 3},
			"sequence 0,0: thread 1 takes no turn there, but took 3 in the serial run; a sequence has 0 twice and 1 3 times, as 0,0,1,1,1",
		}, {
			"the first of several with too few turns", []int{0}, []int{1, 1, 2},
			"sequence 0: thread 1 takes no turn there, but took 1 in the serial run; a sequence has 0 once, 1 once and 2 twice, as 0,1,2,2",
		}, {
			"index of no thread", []int{0, 2, 1}, []int{2, 1},
			"sequence 0,2,1: turn 2 is of thread 2, but the serial run had 2 threads, 0 and 1; a sequence has 0 twice and 1 once, as 0,0,1",
		}, {
			"index of no thread, of three", []int{0, 1, 2, 3}, []int{1, 1, 1},
			"sequence 0,1,2,3: turn 4 is of thread 3, but the serial run had 3 threads, 0 to 2; a sequence has 0 once, 1 once and 2 once, as 0,1,2",
		}, {
			"index of no thread, of one", []int{1}, []int{1},
			"sequence 1: turn 1 is of thread 1, but the serial run had one thread, 0; a sequence has 0 once, as 0",
		}, {
			"negative index", []int{-1, 0}, []int{1, 1},
			"sequence -1,0: turn 1 is of thread -1, but the serial run had 2 threads, 0 and 1; a sequence has 0 once and 1 once, as 0,1",
		}, {
			"empty sequence", nil, []int{1, 1},
			"the empty sequence: thread 0 takes no turn there, but took 1 in the serial run; a sequence has 0 once and 1 once, as 0,1",
		}, {
			"no threads", []int{0}, nil,
			"sequence 0: turn 1 is of thread 0, but the serial run had no threads; its one sequence is the empty one",
		}, {
			"long sequence", make([]int, 30), []int{15, 15},
			"sequence " + strings.Repeat("0,", 24) + "… (30 in all): thread 0 takes 30 turns there, but took 15 in the serial run; a sequence has 0 15 times and 1 15 times",
		}, {
			"many threads", []int{0}, ones(9),
			"sequence 0: thread 1 takes no turn there, but took 1 in the serial run; " +
				"a sequence has 0 once, 1 once, 2 once, 3 once, 4 once, 5 once, 6 once, 7 once and so on",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := permutations.Check(test.sequence, test.counts)
			if err == nil {
				t.Fatalf("Check(%v, %v): got nil, want an error", test.sequence, test.counts)
			}
			if err.Error() != test.want {
				t.Errorf("Check(%v, %v):\n got %s\nwant %s", test.sequence, test.counts, err, test.want)
			}
		})
	}
}

func TestCheckAcceptsEverySequence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := smallCounts(t)
		for sequence := range permutations.All(counts) {
			if err := permutations.Check(sequence, counts); err != nil {
				t.Fatalf("Check(%v, %v): %v", sequence, counts, err)
			}
		}
	})
}

func TestCheckAcceptsNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := smallCounts(t)
		sequence := rapid.SliceOfN(rapid.IntRange(-1, 4), 0, 9).Draw(t, "sequence")
		err := permutations.Check(sequence, counts)
		want := slices.Equal(slices.Sorted(slices.Values(sequence)), permutations.Serial(counts))
		if got := err == nil; got != want {
			t.Fatalf("Check(%v, %v): got %v, want accepted: %t", sequence, counts, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Fatalf("Check(%v, %v): its error has several lines: %q", sequence, counts, err)
		}
	})
}
