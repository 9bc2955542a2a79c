package explore_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// countsOf are the planned turns: those that each thread took in the serial run.
func countsOf(serial *protocol.Scenario) []int {
	counts := make([]int, len(serial.Threads))
	for _, thread := range serial.Executed() {
		counts[thread]++
	}
	for i := range counts {
		counts[i] = max(counts[i], 1)
	}
	return counts
}

// A testedSearch runs a program, and keeps what it is told.
type testedSearch struct {
	t      *rapid.T
	p      program
	counts []int
	search *explore.Search
	ran    []string // the turns of each execution, in the order in which they were run
	names  [][]int
}

// took is called with what a job executed.
func (s *testedSearch) took(prefix []int, report *protocol.Scenario) explore.Execution {
	x := explore.Read(s.counts, prefix, report)
	if x.Diverged {
		s.t.Fatalf("the job %v diverged: it executed %v", prefix, report.Executed())
	}
	s.ran = append(s.ran, fmt.Sprint(report.Executed()))
	s.names = append(s.names, x.Sequence)
	if err := permutations.Check(x.Sequence, s.counts); err != nil {
		s.t.Fatalf("the job %v: %v", prefix, err)
	}
	again := s.p.run(x.Sequence, s.counts)
	if diff := cmp.Diff(report.Executed(), again.Executed()); diff != "" {
		s.t.Fatalf("the job %v: its execution is called %v, which executes (-want +got):\n%s", prefix, x.Sequence, diff)
	}
	return x
}

// run explores a program with so many workers, whose jobs are done in any order.
func run(t *rapid.T, p program, workers int) *testedSearch {
	serial := p.run(nil, nil)
	s := &testedSearch{t: t, p: p, counts: countsOf(serial)}
	s.search = explore.New(s.counts, s.took(nil, serial))
	var running []*explore.Job
	for {
		var before []int
		busy := workers
		if workers > 1 {
			busy = rapid.IntRange(1, workers).Draw(t, "busy")
		}
		for len(running) < busy {
			job := s.search.Next()
			if job == nil {
				break
			}
			if slices.Compare(before, job.Prefix) >= 0 {
				t.Fatalf("the job %v came before %v", before, job.Prefix)
			}
			before = job.Prefix
			running = append(running, job)
		}
		if len(running) == 0 {
			return s
		}
		i := 0
		if workers > 1 {
			i = rapid.IntRange(0, len(running)-1).Draw(t, "done")
		}
		job := running[i]
		running = slices.Delete(running, i, i+1)
		s.search.Done(job, s.took(job.Prefix, p.run(job.Prefix, s.counts)))
	}
}

// executions runs every sequence, and returns the distinct executions.
func executions(p program, counts []int) []string {
	distinct := map[string]bool{}
	for sequence := range permutations.All(counts) {
		distinct[fmt.Sprint(p.run(sequence, counts).Executed())] = true
	}
	var all []string
	for execution := range distinct {
		all = append(all, execution)
	}
	slices.Sort(all)
	return all
}

func TestEveryExecutionOnce(t *testing.T) {
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d workers", workers), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				p := drawProgram(t)
				counts := countsOf(p.run(nil, nil))
				total := permutations.Count(counts)
				if total.Cmp(big.NewInt(700)) > 0 {
					t.Skip("too many sequences")
				}
				s := run(t, p, workers)
				if workers == 1 && !slices.IsSortedFunc(s.names, slices.Compare) {
					t.Errorf("not in order: %v", s.names)
				}
				slices.Sort(s.ran)
				if diff := cmp.Diff(executions(p, counts), s.ran); diff != "" {
					t.Errorf("%v\nexecutions (-of all sequences +of the search):\n%s", p, diff)
				}
				sum := new(big.Int).Add(s.search.Infeasible(), big.NewInt(int64(len(s.ran))))
				if sum.Cmp(total) != 0 {
					t.Errorf("%v\n%d ran and %v are infeasible, of %v", p, len(s.ran), s.search.Infeasible(), total)
				}
			})
		})
	}
}

func TestWithoutBlockingAllPermutationsInOrder(t *testing.T) {
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d workers", workers), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				counts := rapid.SliceOfN(rapid.IntRange(1, 5), 1, 4).
					Filter(func(counts []int) bool { return permutations.Count(counts).Cmp(big.NewInt(1000)) <= 0 }).
					Draw(t, "counts")
				var p program
				for _, n := range counts {
					p = append(p, slices.Repeat([]step{{do: "stop"}}, n-1))
				}
				s := run(t, p, workers)
				if workers > 1 {
					slices.SortFunc(s.names, slices.Compare)
				}
				var want [][]int
				for sequence := range permutations.All(counts) {
					want = append(want, slices.Clone(sequence))
				}
				if !slices.EqualFunc(s.names, want, slices.Equal) {
					t.Errorf("counts %v: got %v, want %v", counts, s.names, want)
				}
				if s.search.Infeasible().Sign() != 0 {
					t.Errorf("counts %v: %v infeasible", counts, s.search.Infeasible())
				}
			})
		})
	}
}
