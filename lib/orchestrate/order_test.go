package orchestrate_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
	"github.com/orchtest/orchtest/permutations"
	"pgregory.net/rapid"
)

// A log is what happened, in order. The lock is for the race detector: only one thread runs at a time.
type log struct {
	mu     sync.Mutex
	events []string
}

func (l *log) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, fmt.Sprintf(format, args...))
}

// take returns the events, and forgets them.
func (l *log) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	events := l.events
	l.events = nil
	return events
}

// logged returns a thread that takes this many turns and logs its index in each.
func logged(l *log, index, turns int) func() {
	return func() {
		l.add("%d", index)
		for range turns - 1 {
			syncpoint.Here()
			l.add("%d", index)
		}
	}
}

// model says whose turn it is when threads that take this many turns follow a sequence: rule 3, written
// down once more.
func model(turns, sequence []int) []string {
	left := slices.Clone(turns)
	var events []string
	turn := func(i int) {
		left[i]--
		events = append(events, fmt.Sprint(i))
	}
	for _, i := range sequence {
		if i < len(left) && left[i] > 0 {
			turn(i)
		}
	}
	for i := range left {
		for left[i] > 0 {
			turn(i)
		}
	}
	return events
}

func TestTurnsFollowTheSequence(t *testing.T) {
	for _, test := range []struct {
		name            string
		turns, sequence []int
		want            string
	}{
		{"as planned", []int{2, 2}, []int{0, 1, 1, 0}, "0 1 1 0"},
		{"one thread", []int{3}, []int{0, 0, 0}, "0 0 0"},
		{"three threads", []int{2, 1, 2}, []int{2, 0, 1, 0, 2}, "2 0 1 0 2"},
		{"a thread that has ended is passed over", []int{1, 2}, []int{0, 0, 1, 0, 1}, "0 1 1"},
		{"fewer turns than planned", []int{1, 1}, []int{1, 1, 0, 0}, "1 0"},
		{"more turns than planned", []int{3, 2}, []int{1, 0}, "1 0 0 0 1"},
		{"what is left ends in index order", []int{2, 2, 2}, []int{2, 1, 0}, "2 1 0 0 1 2"},
		{"an index of no thread is passed over", []int{1, 1}, []int{7, 1, 2, 0}, "1 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l log
			inScenarioMode(t, test.sequence, test.turns, func(t *testing.T) {
				orchestrate.Test(t, func(t *orchestrate.T) {
					for i, n := range test.turns {
						t.Go("", logged(&l, i, n))
					}
				})
			})
			if got := strings.Join(l.take(), " "); got != test.want {
				t.Errorf("got turns %s, want %s", got, test.want)
			}
		})
	}
}

func TestTurnsAreThoseOfTheModel(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		turns := rapid.SliceOfN(rapid.IntRange(1, 5), 1, 5).Draw(r, "turns")
		sequence := rapid.SliceOfN(rapid.IntRange(0, len(turns)), 1, 25).Draw(r, "sequence")
		var l log
		inScenarioMode(t, sequence, turns, func(t *testing.T) {
			orchestrate.Test(t, func(t *orchestrate.T) {
				for i, n := range turns {
					t.Go("", logged(&l, i, n))
				}
			})
		})
		if got, want := l.take(), model(turns, sequence); !slices.Equal(got, want) {
			r.Fatalf("got turns %v, want %v", got, want)
		}
	})
}

func TestExplorationRunsEverySequenceOnceInOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		turns := rapid.SliceOfN(rapid.IntRange(1, 4), 2, 3).Draw(r, "turns")
		turns[0] = max(turns[0], 2) // one syncpoint at least, or it would be vacuous
		if permutations.Count(turns).Int64() > 500 {
			r.Skip("takes too long")
		}
		var got []string
		var counts orchestrate.Counts
		t.Run("", func(t *testing.T) {
			counts = orchestrate.Test(t, func(t *orchestrate.T) {
				var l log
				for i, n := range turns {
					t.Go("", logged(&l, i, n))
				}
				t.Wait()
				got = append(got, strings.Join(l.take(), ","))
			})
		})
		var want []string
		for sequence := range permutations.All(turns) {
			want = append(want, permutations.Format(sequence))
		}
		if !slices.Equal(counts, turns) {
			r.Errorf("got counts %v, want %v", counts, turns)
		}
		if !slices.Equal(got, want) {
			r.Errorf("got scenarios %v, want %v", got, want)
		}
	})
}

func TestThreadsThatTakeAnotherNumberOfTurnsInEachScenario(t *testing.T) {
	// As many turns as a thread finds others before it: each scenario ends, and there are as many as
	// the serial run says.
	scenarios := 0
	counts := orchestrate.Test(t, func(t *orchestrate.T) {
		scenarios++
		var l log
		for range 2 {
			t.Go("", func() {
				l.add("begin")
				syncpoint.Here()
				for range l.take() {
					syncpoint.Here()
				}
			})
		}
	})
	if want := (orchestrate.Counts{3, 3}); !slices.Equal(counts, want) {
		t.Errorf("got counts %v, want %v", counts, want)
	}
	if want := 20; scenarios != want {
		t.Errorf("got %d scenarios, want %d", scenarios, want)
	}
}
