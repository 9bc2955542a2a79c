package runner

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// least returns the fewest switches of the executions of a toy that fail, by running all sequences. The serial run
// does not fail.
func (p toy) least() int {
	space, least := explore.Space{Counts: p.counts}, math.MaxInt
	serial := p.run(nil).Executed()
	for sequence := range permutations.All(p.counts) {
		if report := p.run(sequence); report.Failed && !slices.Equal(report.Executed(), serial) {
			least = min(least, space.Preemptions(report))
		}
	}
	return least
}

// TestShrinkProperty: whatever was run until a scenario failed, the one with the fewest switches is found, and where
// the time was over before, nothing is claimed that does not hold. Each scenario is reported once, and none is lost.
func TestShrinkProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, c := drawToy(t)
		p.fails = rapid.IntRange(2, 30).Draw(t, "fails")
		c.KeepGoing = rapid.Bool().Draw(t, "keep going")
		c.ShrinkTime = rapid.SampledFrom([]time.Duration{time.Second, 5 * time.Second, time.Hour}).Draw(t, "shrink time")
		if c.Explore == explore.Tree {
			c.Explore = "" // it does not look for fewer
		}
		inFolderOf(t, func(folder string) {
			found := exploreToy(t, folder, c, p, 0, nil)
			e := found.Exploration
			if sum := e.Passed + e.Failed + e.Errored + e.Skipped + e.NotRun; sum != e.Planned || e.NotRun < 0 {
				t.Errorf("%d planned, and the sum is %d: %+v", e.Planned, sum, e)
			}
			if ran := len(found.Verdicts); ran != e.Planned-e.NotRun {
				t.Errorf("%d were reported, of %d: %v", ran, e.Planned-e.NotRun, found.Verdicts)
			}
			name := func(verdict string) string { name, _, _ := strings.Cut(verdict, " "); return name }
			for i, verdict := range found.Verdicts[1:] {
				if name(verdict) == name(found.Verdicts[i]) {
					t.Errorf("it is reported twice: %s", name(verdict))
				}
			}
			if again := len(found.Finished) - len(slices.Compact(slices.Clone(found.Finished))); again > 0 && c.Isolation != Batch {
				t.Errorf("%d were run twice: %v", again, found.Finished)
			}
			if e.Failed > 0 {
				p.checkShrunk(t, e, c)
			}
		})
	})
}

// TestShortCuts: where there are very many sequences, no scenario is reported twice, none is lost, and what is said holds.
func TestShortCuts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, c := drawToy(t)
		p.counts, p.fails = []int{3, 3, 3}, rapid.IntRange(2, 20).Draw(t, "fails")
		c.Explore, c.MaxScenarios, c.KeepGoing = explore.AtRandom, 30, false
		c.ShrinkTime = time.Duration(rapid.IntRange(1, 60).Draw(t, "processes")) * time.Second
		inFolderOf(t, func(folder string) {
			found := exploreToy(t, folder, c, p, 0, nil)
			e := found.Exploration
			if ran := len(found.Verdicts); ran != e.Planned-e.NotRun || ran != e.Passed+e.Failed {
				t.Errorf("%d were reported: %+v", ran, e)
			}
			names := map[string]bool{}
			for _, verdict := range found.Verdicts {
				name, _, _ := strings.Cut(verdict, " ")
				if names[name] {
					t.Errorf("it is reported twice: %s", name)
				}
				names[name] = true
			}
			if e.Failed > 0 {
				p.checkShrunk(t, e, c)
			}
		})
	})
}

// TestJoined: what turns are put together in has the same turns, and fewer runs of them or as many.
func TestJoined(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(1, 5), 1, 4).Draw(t, "counts")
		sequence := rapid.Permutation(permutations.Serial(counts)).Draw(t, "sequence")
		runs := func(s []int) int { return len(slices.Compact(slices.Clone(s))) }
		joined := 0
		for i := range sequence {
			for _, next := range [][]int{joinBehind(sequence, i), joinBefore(sequence, i)} {
				if next == nil {
					continue
				}
				joined++
				if err := permutations.Check(next, counts); err != nil {
					t.Fatalf("%v becomes %v: %v", sequence, next, err)
				}
				if runs(next) >= runs(sequence) {
					t.Errorf("%v becomes %v, which has as many switches", sequence, next)
				}
			}
		}
		if want := 2 * (runs(sequence) - len(counts)); joined != want {
			t.Errorf("%v: %d are made of it, want %d", sequence, joined, want)
		}
	})
}

// checkShrunk checks what is said of the scenario with the fewest switches.
func (p toy) checkShrunk(t *rapid.T, e protocol.Exploration, c Config) {
	s := e.Shrunk
	if s == nil {
		t.Fatalf("nothing is said: %+v", e)
	}
	certain := strings.HasPrefix(s.Needs, "needs ")
	if certain {
		if least := p.least(); s.Switches != least || s.Untried != "" {
			t.Errorf("it is said to need %d switches, and needs %d: %+v", s.Switches, least, s)
		}
	}
	if !certain && c.ShrinkTime == time.Hour && !c.KeepGoing {
		t.Errorf("the time was enough: %+v", s)
	}
	sequence, err := permutations.Parse(s.Sequence)
	if err != nil {
		t.Fatal(err)
	}
	if report := p.run(sequence); !report.Failed || (explore.Space{Counts: p.counts}).Preemptions(report) != s.Switches {
		t.Errorf("%s has not %d switches, or does not fail", s.Sequence, s.Switches)
	}
}

func TestWay(t *testing.T) {
	const deadlock = "    deadlock: no thread can go on\n      \"a\" waits on chan receive at a.go:1 since turn 3\n"
	for _, test := range []struct {
		name string
		a, b scenarioResult
		same bool
	}{
		{"other numbers", scenarioResult{output: "    a_test.go:17: balance -40\n"}, scenarioResult{output: "    a_test.go:17: balance -7\n"}, true},
		{"another line", scenarioResult{output: "    a_test.go:17: balance -40\n"}, scenarioResult{output: "    a_test.go:18: balance -40\n"}, false},
		{"another message", scenarioResult{output: "    a_test.go:17: balance\n"}, scenarioResult{output: "    a_test.go:17: lost\n"}, false},
		{"a panic", scenarioResult{output: "panic: boom\n"}, scenarioResult{output: "    a_test.go:17: lost\n"}, false},
		{"panics", scenarioResult{output: "panic: at 0xc0123\n"}, scenarioResult{output: "panic: at 0xc0ffee\n"}, true},
		{"a deadlock", scenarioResult{output: deadlock}, scenarioResult{output: "    a_test.go:17: lost\n"}, false},
		{"deadlocks", scenarioResult{output: deadlock}, scenarioResult{output: strings.ReplaceAll(deadlock, "turn 3", "turn 5")}, true},
		{"another reason", scenarioResult{reason: "exit status 2"}, scenarioResult{reason: "the scenario did not end within 1m"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if same := test.a.way() == test.b.way(); same != test.same {
				t.Errorf("%q and %q", test.a.way(), test.b.way())
			}
		})
	}
}
