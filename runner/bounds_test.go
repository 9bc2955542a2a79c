package runner

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/orchtest/orchtest/explore"
)

// TestTime lets each process take a second. What runs when the time is over comes to its end.
func TestTime(t *testing.T) {
	long := toy{counts: []int{6, 6}}
	for _, test := range []struct {
		name      string
		toy       toy
		config    Config
		ran       int // the serial run included
		outOfTime bool
	}{
		{"permutations", long, Config{Time: 10 * time.Second, Explore: explore.Permutations}, 11, true},
		{"tree", long, Config{Time: 10 * time.Second, Explore: explore.Tree}, 11, true},
		{"a number of scenarios, too", long, Config{Time: 10 * time.Second, MaxScenarios: 5}, 5, false},
		{"a number that is not reached", long, Config{Time: 10 * time.Second, MaxScenarios: 500}, 11, true},
		{"all was run", toy{counts: []int{2, 2}}, Config{Time: 10 * time.Second}, 6, false},
		{"all was run at that very moment", toy{counts: []int{2, 2}}, Config{Time: 5 * time.Second}, 6, false},
		{"a hunt", long, Config{Time: 100 * time.Second, UntilFailure: true, Explore: explore.AtRandom, MaxScenarios: 10}, 101, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.config.Parallel = 1
			got := exploreToy(t, t.TempDir(), test.config, test.toy, 0, nil).Exploration
			if got.Passed != test.ran || got.Planned != test.ran || got.NotRun != 0 || got.OutOfTime != test.outOfTime {
				t.Errorf("planned %d, passed %d, not run %d, out of time: %v, want %d, %d, 0, %v",
					got.Planned, got.Passed, got.NotRun, got.OutOfTime, test.ran, test.ran, test.outOfTime)
			}
		})
	}
}

// TestHunt ends with the first failure, and each round begins where the one before has ended.
func TestHunt(t *testing.T) {
	p := toy{counts: []int{5, 5}, fails: 200}
	var said strings.Builder
	c := Config{UntilFailure: true, Parallel: 1, Explore: explore.AtRandom, MaxScenarios: 20, Seed: 7, Stderr: &said}
	got := exploreToy(t, t.TempDir(), c, p, 0, nil)
	if got.Exploration.Failed != 1 || got.Exploration.Rounds < 2 {
		t.Errorf("%d failed, in %d rounds", got.Exploration.Failed, got.Exploration.Rounds)
	}
	if got, want := strings.Count(said.String(), "\n"), got.Exploration.Rounds; got != want {
		t.Errorf("%d rounds are told of, of %d:\n%s", got, want, &said)
	}
	if names := slices.Compact(slices.Clone(got.Verdicts)); len(names) < len(got.Verdicts) {
		t.Errorf("scenarios come twice: %q", got.Verdicts)
	}
}

// TestUnlisted has more scenarios than are listed where no number of them was asked for. All of them count.
func TestUnlisted(t *testing.T) {
	got := exploreToy(t, t.TempDir(), Config{Time: 100 * time.Hour, Parallel: 2}, toy{counts: []int{8, 8}}, 0, nil)
	e := got.Exploration
	if e.Passed != 12_870 || e.Unlisted != 2870 || e.OutOfTime || len(got.Verdicts) != DefaultMaxScenarios {
		t.Errorf("%d passed, %d of them not listed, out of time: %v; %d are listed", e.Passed, e.Unlisted, e.OutOfTime, len(got.Verdicts))
	}
}
