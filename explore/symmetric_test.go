package explore_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/permutations"
)

// drawSymmetric draws a program of threads that do the same.
func drawSymmetric(t *rapid.T) program {
	steps := slices.Concat(rapid.SliceOfN(rapid.SampledFrom(fragments), 1, 3).Draw(t, "thread")...)
	return slices.Repeat(program{steps}, rapid.IntRange(2, 3).Draw(t, "threads"))
}

// TestSymmetricRunsOneOfEachClass checks that of the executions that are equal but for the names of
// threads exactly one is run. What nobody chooses, once the sequence is over or given up, goes by index,
// and so the classes are those of what was chosen.
func TestSymmetricRunsOneOfEachClass(t *testing.T) {
	for _, name := range explore.Strategies() {
		for _, workers := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s, %d workers", name, workers), func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					p := drawSymmetric(t)
					counts := countsOf(p.run(nil, nil))
					if slices.Min(counts) != slices.Max(counts) {
						t.Skip("the serial run tells them apart")
					}
					if permutations.Count(counts).Cmp(big.NewInt(300)) > 0 || allExecutions(p) == nil {
						t.Skip("too many sequences")
					}
					c := explore.Config{Strategy: name, Limit: 100_000, Seed: 1, Depth: 3}
					space := explore.Space{Tree: name == explore.Tree}
					permute := c
					if name != explore.Tree {
						permute.Strategy = explore.Permutations
					}
					full := follow(t, p, space, permute, 1)
					space.Symmetric = true
					half := follow(t, p, space, c, workers)
					progress := half.strategy.Progress()
					if name == explore.WithPCT && progress.More {
						return
					}
					classes := map[string]bool{}
					for i := range full.reports {
						turns := explore.Decided(full.space.Read(nil, full.reports[i]))
						permutations.Canonical(turns, make([]int, len(p)))
						classes[fmt.Sprint(turns)] = true
					}
					var want []string
					for class := range classes {
						want = append(want, class)
					}
					slices.Sort(want)
					slices.Sort(half.decided)
					if diff := cmp.Diff(want, half.decided); diff != "" {
						t.Errorf("%v\nclasses (-of all executions +that ran):\n%s", p, diff)
					}
					if name == explore.Tree {
						return
					}
					space.Counts = counts
					sum := big.NewInt(int64(len(half.ran)))
					if sum.Add(sum, progress.Infeasible); sum.Cmp(space.Count()) != 0 {
						t.Errorf("%v\n%d ran and %v are infeasible, of %v", p, len(half.ran), progress.Infeasible, space.Count())
					}
				})
			})
		}
	}
}
