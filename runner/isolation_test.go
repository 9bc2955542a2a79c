package runner

import (
	"cmp"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// TestIsolationsExecuteTheSame runs random programs in processes of their own and in batches, under several
// strategies: the same scenarios are executed, and come to the same.
func TestIsolationsExecuteTheSame(t *testing.T) {
	seed := cmp.Or(os.Getenv("RANDOM_SEED"), strconv.FormatUint(rand.Uint64(), 10))
	for _, strategy := range []string{explore.Permutations, explore.Tree} {
		t.Run(strategy, func(t *testing.T) {
			t.Logf("RANDOM_SEED=%s", seed)
			c := Config{Explore: strategy, Parallel: 2}
			want := executedBy(t, c, seed)
			c.Isolation = Batch
			if diff := gocmp.Diff(want, executedBy(t, c, seed)); diff != "" {
				t.Errorf("-process +batch\n%s", diff)
			}
			if len(want) < 10 {
				t.Errorf("there are just %d tests and scenarios", len(want))
			}
		})
	}
}

// executedBy returns what became of each test and each scenario of random programs, with the turns that it took.
func executedBy(t *testing.T, c Config, seed string) []string {
	t.Helper()
	c.Packages, c.JSONFile = []string{"./testdata/random"}, filepath.Join(t.TempDir(), "events")
	c.KeepGoing, c.MaxScenarios = true, 2000
	c.Env = append(os.Environ(), "RANDOM_SEED="+seed)
	if err := Run(t.Context(), c); err != nil && err != ErrFailed {
		t.Fatal(err)
	}
	text, err := os.ReadFile(c.JSONFile)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	turns := map[string]string{}
	var attrs parse.Attrs
	for line := range strings.Lines(string(text)) {
		e, err := parse.Decode([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		reported, err := attrs.Add(e)
		if err != nil {
			t.Fatal(err)
		}
		if reported.Scenario != nil {
			turns[e.Test] = permutations.Format(reported.Scenario.Executed())
		}
		if e.Ends() {
			lines = append(lines, e.Test+" "+e.Action+" "+turns[e.Test])
		}
	}
	slices.Sort(lines)
	return lines
}
