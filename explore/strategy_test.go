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

// A tested runs a program under a strategy, and keeps what it is told.
type tested struct {
	t        rapid.TB
	p        program
	space    explore.Space
	strategy explore.Strategy
	ran      []string // the turns of each execution, in the order in which they were run
	decided  []string // as far as they were chosen
	names    [][]int
	reports  []*protocol.Scenario
	edges    int // executions that were run and are another shard's, or will be run again
}

// took is called with what a job executed.
func (s *tested) took(job *explore.Job, report *protocol.Scenario) explore.Execution {
	x := job.Read(report)
	if x.Diverged {
		s.t.Fatalf("the job %v diverged: it executed %v", job.Prefix, report.Executed())
	}
	if !job.Mine(x) {
		s.edges++
		return x
	}
	s.add(x, report)
	return x
}

// add takes an execution that counts.
func (s *tested) add(x explore.Execution, report *protocol.Scenario) {
	s.ran = append(s.ran, fmt.Sprint(report.Executed()))
	s.decided = append(s.decided, fmt.Sprint(explore.Decided(x)))
	s.names = append(s.names, x.Sequence)
	s.reports = append(s.reports, report)
	again := s.p.run(x.Sequence, s.space.Counts)
	if diff := cmp.Diff(report.Executed(), again.Executed()); diff != "" {
		s.t.Fatalf("an execution is called %v, which executes (-want +got):\n%s", x.Sequence, diff)
	}
}

// follow explores a program with so many workers, whose jobs are done in any order, up to the limit.
func follow(t rapid.TB, p program, space explore.Space, c explore.Config, workers int) *tested {
	return followShard(t, p, space, protocol.Shard{}, c, workers)
}

// followShard explores the part of a shard.
func followShard(t rapid.TB, p program, space explore.Space, shard protocol.Shard, c explore.Config, workers int) *tested {
	serial := p.run(nil, nil)
	space.Counts = countsOf(serial)
	space = space.Shard(shard)
	s := &tested{t: t, p: p, space: space}
	first := space.Read(nil, serial)
	if space.Owns(first.Sequence) {
		s.add(first, serial)
	}
	s.strategy = c.Choose(space, first)
	var running []*explore.Job
	for {
		busy := workers
		if workers > 1 {
			busy = rapid.IntRange(1, workers).Draw(t.(*rapid.T), "busy")
		}
		for len(running) < busy && (len(running) > 0 || s.strategy.Wait()) {
			job := s.strategy.Next()
			if job == nil {
				break
			}
			running = append(running, job)
		}
		if len(running) == 0 {
			break
		}
		i := 0
		if workers > 1 {
			i = rapid.IntRange(0, len(running)-1).Draw(t.(*rapid.T), "done")
		}
		job := running[i]
		running = slices.Delete(running, i, i+1)
		ask := job.Ask
		if ask == nil {
			ask = job.Prefix
		}
		s.strategy.Done(job, s.took(job, p.run(ask, space.Counts)))
	}
	sorted := slices.Sorted(slices.Values(s.ran))
	if len(slices.Compact(slices.Clone(sorted))) < len(sorted) {
		t.Fatalf("%v\n%s: an execution was run twice: %v", p, c.Strategy, sorted)
	}
	return s
}

// drawSmall draws a program that has not too many sequences.
func drawSmall(t *rapid.T) (program, []int) {
	p := drawProgram(t)
	counts := countsOf(p.run(nil, nil))
	if permutations.Count(counts).Cmp(big.NewInt(700)) > 0 {
		t.Skip("too many sequences")
	}
	return p, counts
}

// TestStrategiesRunEveryExecutionOnce checks that with a limit that is enough every strategy that goes by
// sequences runs each execution, none twice, and counts the rest as infeasible.
func TestStrategiesRunEveryExecutionOnce(t *testing.T) {
	for _, name := range []string{explore.Permutations, explore.FewestSwitches, explore.AtRandom, explore.WithPCT} {
		for _, workers := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s, %d workers", name, workers), func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					p, counts := drawSmall(t)
					c := explore.Config{Strategy: name, Limit: 1000, Seed: rapid.Uint64().Draw(t, "seed"), Depth: 3}
					s := follow(t, p, explore.Space{}, c, workers)
					progress := s.strategy.Progress()
					all := executions(p, counts)
					if name == explore.WithPCT && progress.More {
						for _, execution := range s.ran {
							if !slices.Contains(all, execution) {
								t.Errorf("%v\n%s is no execution", p, execution)
							}
						}
						return // it does not draw all sequences
					}
					slices.Sort(s.ran)
					if diff := cmp.Diff(all, s.ran); diff != "" {
						t.Errorf("%v\nexecutions (-of all sequences +of the strategy):\n%s", p, diff)
					}
					sum := big.NewInt(int64(len(s.ran)))
					if sum.Add(sum, progress.Infeasible); sum.Cmp(permutations.Count(counts)) != 0 || progress.More {
						t.Errorf("%v\n%d ran and %v are infeasible, of %v; more: %v", p, len(s.ran), progress.Infeasible,
							permutations.Count(counts), progress.More)
					}
				})
			})
		}
	}
}

// TestLimitedStrategies checks what strategies say that do not come to the end.
func TestLimitedStrategies(t *testing.T) {
	for _, name := range []string{"", explore.FewestSwitches, explore.AtRandom, explore.WithPCT} {
		for _, workers := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s, %d workers", name, workers), func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					p, counts := drawSmall(t)
					c := explore.Config{
						Strategy: name, Limit: rapid.IntRange(1, 40).Draw(t, "limit"),
						Seed: rapid.Uint64().Draw(t, "seed"), Depth: rapid.IntRange(1, 5).Draw(t, "depth"),
					}
					s := follow(t, p, explore.Space{}, c, workers)
					progress := s.strategy.Progress()
					all := executions(p, counts)
					if !progress.More && len(s.ran) < len(all) {
						t.Errorf("%v\n%d of %d executions ran, and nothing is left", p, len(s.ran), len(all))
					}
					if len(s.ran) > c.Limit {
						t.Errorf("%d ran, of %d at most", len(s.ran), c.Limit)
					}
					if name != explore.WithPCT && !progress.Over && len(s.ran) < min(c.Limit, len(all)) {
						t.Errorf("%v\n%d ran, of %d executions and at most %d", p, len(s.ran), len(all), c.Limit)
					}
					scenarios := 0
					for _, about := range progress.Strategies {
						scenarios += about.Scenarios
					}
					if len(progress.Strategies) > 0 && scenarios != len(s.ran) {
						t.Errorf("%d ran, and the strategies say %d", len(s.ran), scenarios)
					}
				})
			})
		}
	}
}

// TestCompleteIsTrue checks that what is complete up to so many preemptions is that: of all executions
// those with as many or fewer have been run, and they are as many as is said.
func TestCompleteIsTrue(t *testing.T) {
	for _, workers := range []int{1, 4} {
		t.Run(fmt.Sprintf("%d workers", workers), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				p, counts := drawSmall(t)
				c := explore.Config{Strategy: explore.FewestSwitches, Limit: rapid.IntRange(1, 100).Draw(t, "limit")}
				var shard protocol.Shard
				if shard.Of = rapid.IntRange(0, 4).Draw(t, "shards"); shard.Of > 0 {
					shard.Index = rapid.IntRange(1, shard.Of).Draw(t, "shard")
				}
				s := followShard(t, p, explore.Space{}, shard, c, workers)
				complete := s.strategy.Progress().Strategies[0].Complete
				want := 0
				levels := map[int]int{}
				seen := map[string]bool{}
				for sequence := range permutations.All(counts) {
					report := p.run(sequence, counts)
					name := fmt.Sprint(report.Executed())
					if seen[name] {
						continue
					}
					seen[name] = true
					if !s.space.Owns(explore.Read(counts, nil, report).Sequence) {
						continue
					}
					if n := preemptions(report, counts); n <= complete.Preemptions {
						want++
						levels[n]++
						if !slices.Contains(s.ran, name) {
							t.Errorf("%v\nsaid to be complete up to %d preemptions, but %s has %d and was not run",
								p, complete.Preemptions, name, n)
						}
					}
				}
				if complete.Executions != want {
					t.Errorf("%v\ncomplete up to %d preemptions: got %d, want %d", p, complete.Preemptions, complete.Executions, want)
				}
				for n, executions := range complete.Levels {
					if executions != levels[n] {
						t.Errorf("%v\nexecutions with %d preemptions: got %d, want %d", p, n, executions, levels[n])
					}
				}
			})
		})
	}
}

// preemptions counts them in what a scenario has executed, as far as it could be chosen.
func preemptions(report *protocol.Scenario, counts []int) int {
	turns := explore.Decided(explore.Read(counts, nil, report))
	left := slices.Clone(counts)
	n := 0
	for i, thread := range turns {
		if i > 0 {
			last := turns[i-1]
			blocked := slices.Contains(report.Turns[i].Blocked, last)
			if thread != last && left[last] > 0 && !blocked && !endedBy(report, i, last) {
				n++
			}
		}
		left[thread]--
	}
	return n
}

// endedBy reports whether a thread that is not blocked had ended when the turn of that index was given.
func endedBy(report *protocol.Scenario, at, thread int) bool {
	for _, turn := range report.Turns[:at] {
		if turn.Thread == thread && turn.End != protocol.AtSyncpoint {
			return true
		}
	}
	return false
}

// TestFewestIsThatOfPermutations checks the order where no thread blocks.
func TestFewestIsThatOfPermutations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := drawCounts(t)
		s := follow(t, stopping(counts), explore.Space{}, explore.Config{Strategy: explore.FewestSwitches, Limit: 1000}, 1)
		var want [][]int
		for it := permutations.NewFewest(counts); it.Next(); {
			want = append(want, slices.Clone(it.Sequence()))
		}
		if !slices.EqualFunc(s.names, want, slices.Equal) {
			t.Errorf("counts %v: got %v, want %v", counts, s.names, want)
		}
	})
}

// TestFewestDropsOnlyWhatIsBeyondTheLimit checks the order where there is much more than can be run, and what is said
// to be complete.
func TestFewestDropsOnlyWhatIsBeyondTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(7, 12), 3, 4).Draw(t, "counts")
		limit := rapid.IntRange(1, 400).Draw(t, "limit")
		s := follow(t, stopping(counts), explore.Space{}, explore.Config{Strategy: explore.FewestSwitches, Limit: limit}, 1)
		it := permutations.NewFewest(counts)
		for i := range limit {
			it.Next()
			if !slices.Equal(s.names[i], it.Sequence()) {
				t.Fatalf("counts %v, scenario %d of %d: got %v, want %v", counts, i+1, limit, s.names[i], it.Sequence())
			}
		}
		executions, preemptions := 0, -1
		for {
			n := executions + int(permutations.CountPreemptions(counts, preemptions+1).Int64())
			if n > limit {
				break
			}
			executions, preemptions = n, preemptions+1
		}
		complete := s.strategy.Progress().Strategies[0].Complete
		if want := (protocol.Complete{Preemptions: preemptions, Executions: executions}); !cmp.Equal(*complete, want) {
			t.Errorf("counts %v, limit %d: complete is %v, want %v", counts, limit, *complete, want)
		}
	})
}

// TestSeedRepeats checks that, where no thread blocks, what is drawn is the same however many run at once.
func TestSeedRepeats(t *testing.T) {
	for _, name := range []string{explore.AtRandom, explore.WithPCT} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				p, _ := drawSmall(t)
				c := explore.Config{
					Strategy: name, Seed: rapid.Uint64().Draw(t, "seed"), Depth: 2,
					Limit: rapid.IntRange(1, 30).Draw(t, "limit"),
				}
				one := follow(t, p, explore.Space{}, c, 1)
				many := follow(t, p, explore.Space{}, c, 5)
				slices.Sort(one.ran)
				slices.Sort(many.ran)
				if diff := cmp.Diff(one.ran, many.ran); diff != "" {
					t.Errorf("%v\nexecutions (-with one worker +with several):\n%s", p, diff)
				}
			})
		})
	}
}

// drawCounts draws counts with not too many sequences.
func drawCounts(t *rapid.T) []int {
	return rapid.SliceOfN(rapid.IntRange(1, 5), 1, 4).
		Filter(func(counts []int) bool { return permutations.Count(counts).Cmp(big.NewInt(1000)) <= 0 }).
		Draw(t, "counts")
}

// stopping is a program of threads that take so many turns and do nothing else.
func stopping(counts []int) program {
	var p program
	for _, n := range counts {
		p = append(p, slices.Repeat([]step{{do: "stop"}}, n-1))
	}
	return p
}
