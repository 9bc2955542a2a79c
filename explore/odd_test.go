package explore_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/permutations"
)

// TestOddPrograms has programs that are seldom drawn.
func TestOddPrograms(t *testing.T) {
	panics := []step{{"add", 0}, {"panic if 1", 0}, {"stop", 0}}
	for _, test := range []struct {
		name string
		p    program
	}{
		{"a turn beyond the plan, of a lower index", program{{{"stop if odd", 0}}, {{"add", 0}, {"stop", 0}}}},
		{"a turn that was put off, and one beyond the plan of a lower index", program{
			{{"stop if odd", 0}},
			{{"add", 0}, {"stop", 0}, {"lock", 0}, {"stop", 0}, {"unlock", 0}},
			{{"lock", 0}, {"stop", 0}, {"unlock", 0}},
		}},
		{"given up before two threads have begun", program{panics, panics, panics}},
	} {
		t.Run(test.name, func(t *testing.T) {
			counts := countsOf(test.p.run(nil, nil))
			for seed := range uint64(5) {
				for _, name := range explore.Strategies() {
					c := explore.Config{Strategy: name, Limit: 10_000, Seed: seed, Depth: 4}
					space := explore.Space{Tree: name == explore.Tree}
					s := follow(t, test.p, space, c, 1)
					want := executions(test.p, counts)
					if name == explore.Tree {
						want = allExecutions(test.p)
					}
					slices.Sort(s.ran)
					if diff := cmp.Diff(want, s.ran); diff != "" && name != explore.WithPCT {
						t.Errorf("%s: executions (-of the model +of the strategy):\n%s", name, diff)
					}
				}
			}
		})
	}
}

// TestSymmetricCountsWhatIsGivenUp checks the number of infeasible sequences where several threads have
// not begun.
func TestSymmetricCountsWhatIsGivenUp(t *testing.T) {
	one := []step{{"add", 0}, {"panic if 1", 0}}
	p := program{one, one, one}
	s := follow(t, p, explore.Space{Symmetric: true}, explore.Config{Strategy: explore.Permutations, Limit: 100}, 1)
	if n := s.strategy.Progress().Infeasible; len(s.ran) != 1 || n.Sign() != 0 {
		t.Errorf("%d ran and %v are infeasible, of one", len(s.ran), n)
	}
}

// TestCompleteOfAPart checks what is said where most of what was found is dropped, as it cannot be run.
func TestCompleteOfAPart(t *testing.T) {
	for _, test := range []struct {
		counts []int
		limit  int
	}{
		{[]int{6, 6, 6}, 1}, {[]int{6, 6, 6}, 5}, {[]int{6, 6, 6}, 6}, {[]int{6, 6, 6}, 200}, {[]int{40, 40}, 79}, {[]int{40, 40}, 500},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			counts, limit := test.counts, test.limit
			space := explore.Space{Counts: counts}
			s := explore.NewFewest(space, space.Read(nil, undisturbed(nil, counts)), limit)
			ran := 1
			for ; s.Wait(); ran++ {
				job := s.Next()
				s.Done(job, space.Read(job.Prefix, undisturbed(job.Ask, counts)))
			}
			if ran != limit {
				t.Errorf("%d ran, want %d", ran, limit)
			}
			k, sum := -1, new(big.Int)
			for {
				next := new(big.Int).Add(sum, permutations.CountPreemptions(counts, k+1))
				if next.Cmp(big.NewInt(int64(limit))) > 0 {
					break
				}
				k, sum = k+1, next
			}
			got := *s.Progress().Strategies[0].Complete
			if got.Preemptions != k || int64(got.Executions) != sum.Int64() {
				t.Errorf("got %+v, want %d preemptions and %v executions", got, k, sum)
			}
			if !s.Progress().More {
				t.Error("it says that all was run")
			}
		})
	}
}
