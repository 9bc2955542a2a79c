package explore_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/permutations"
)

// allExecutions returns all executions of a program, whatever turns its threads take: it tries every
// beginning, with a scheduler of its own. It returns nil if there are too many.
func allExecutions(p program) []string {
	const most = 150
	distinct := map[string]bool{}
	var try func(prefix []int)
	tries := 0
	try = func(prefix []int) {
		if tries++; len(distinct) > most || tries > 20*most {
			return
		}
		report := p.run(prefix, nil)
		executed := report.Executed()
		if len(executed) < len(prefix) || !slices.Equal(executed[:len(prefix)], prefix) {
			return // a turn of it could not be taken: the prefix is that of no execution
		}
		if len(executed) == len(prefix) {
			distinct[fmt.Sprint(executed)] = true
			return
		}
		for thread := range p {
			try(append(slices.Clone(prefix), thread))
		}
	}
	try(nil)
	if len(distinct) > most || tries > 20*most {
		return nil
	}
	var all []string
	for execution := range distinct {
		all = append(all, execution)
	}
	slices.Sort(all)
	return all
}

func TestTreeRunsEveryExecutionOnce(t *testing.T) {
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d workers", workers), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				p := drawProgram(t)
				all := allExecutions(p)
				if all == nil {
					t.Skip("too many executions")
				}
				s := follow(t, p, explore.Space{Tree: true}, explore.Config{Strategy: explore.Tree, Limit: 100_000}, workers)
				for i, report := range s.reports {
					if diff := cmp.Diff(report.Executed(), s.names[i]); diff != "" {
						t.Errorf("%v\nthe name is not what was executed (-want +got):\n%s", p, diff)
					}
				}
				slices.Sort(s.ran)
				if diff := cmp.Diff(all, s.ran); diff != "" {
					t.Errorf("%v\nexecutions (-of the model +of the tree):\n%s", p, diff)
				}
				if s.strategy.Progress().More {
					t.Errorf("%v\nall ran, and it says that there are more", p)
				}
			})
		})
	}
}

// TestTreeIsThatOfPermutations checks that where counts are fixed and nothing blocks the tree is the
// permutations, in their order.
func TestTreeIsThatOfPermutations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := drawCounts(t)
		s := follow(t, stopping(counts), explore.Space{Tree: true}, explore.Config{Strategy: explore.Tree, Limit: 10_000}, 1)
		var want [][]int
		for sequence := range permutations.All(counts) {
			want = append(want, slices.Clone(sequence))
		}
		if !slices.EqualFunc(s.names, want, slices.Equal) {
			t.Errorf("counts %v: got %v, want %v", counts, s.names, want)
		}
	})
}
