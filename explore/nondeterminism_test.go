package explore_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// moody draws what a test that is not deterministic makes of a prefix: it takes the turns of the prefix, but
// who is blocked meanwhile, who comes next, and who ends early is never the same.
func moody(t *rapid.T, counts, prefix []int) *protocol.Scenario {
	report := &protocol.Scenario{Threads: make([]string, len(counts)), FailedTurn: -1}
	left := slices.Clone(counts)
	chance := rapid.IntRange(0, 3)
	for i := 0; ; i++ {
		var able, blocked []int
		for thread, n := range left {
			switch {
			case n == 0:
			case i < len(prefix) && prefix[i] == thread:
				able = []int{thread}
			case chance.Draw(t, "blocked") == 0:
				blocked = append(blocked, thread)
			case i >= len(prefix):
				able = append(able, thread)
			}
		}
		if len(able) == 0 {
			report.Failed = len(blocked) > 0 // a deadlock
			return report
		}
		thread := able[0]
		if chance.Draw(t, "any") == 0 {
			thread = rapid.SampledFrom(able).Draw(t, "thread")
		}
		left[thread]--
		end := protocol.AtSyncpoint
		switch {
		case left[thread] == 0:
			end = protocol.Returned
		case !slices.Contains(prefix[min(i+1, len(prefix)):], thread) && chance.Draw(t, "end") == 0:
			end, left[thread] = rapid.SampledFrom([]protocol.End{protocol.Returned, protocol.Exited}).Draw(t, "how"), 0
		}
		report.Turns = append(report.Turns, protocol.Turn{Thread: thread, End: end, Blocked: blocked})
	}
}

// TestNotDeterministic explores tests that are not. Nothing can be said of what is found, but that no sequence
// is counted twice and the search comes to its end.
func TestNotDeterministic(t *testing.T) {
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d workers", workers), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				counts := rapid.SliceOfN(rapid.IntRange(1, 3), 2, 4).
					Filter(func(counts []int) bool { return permutations.Count(counts).Cmp(big.NewInt(200)) <= 0 }).
					Draw(t, "counts")
				space := explore.Space{Counts: counts}
				if n := rapid.IntRange(0, 4).Draw(t, "shards"); n > 0 {
					space = space.Shard(protocol.Shard{Index: rapid.IntRange(1, n).Draw(t, "shard"), Of: n})
				}
				total, ran := space.Count(), int64(0)
				serial := space.Read(nil, moody(t, counts, nil))
				if space.Owns(serial.Sequence) {
					ran = 1
				}
				search := space.Search(serial)
				check := func() {
					infeasible := search.Infeasible()
					if sum := new(big.Int).Add(infeasible, big.NewInt(ran)); infeasible.Sign() < 0 || sum.Cmp(total) > 0 {
						t.Fatalf("counts %v: %d ran and %v are infeasible, of %v", counts, ran, infeasible, total)
					}
				}
				check()
				var running []*explore.Job
				for {
					for len(running) < workers {
						if len(running) == 0 && !search.Wait() {
							return
						}
						job := search.Next()
						if job == nil {
							if len(running) == 0 {
								t.Fatalf("counts %v: no job, though Wait returned true", counts)
							}
							break
						}
						running = append(running, job)
					}
					check()
					i := rapid.IntRange(0, len(running)-1).Draw(t, "done")
					job := running[i]
					running = slices.Delete(running, i, i+1)
					ask := job.Ask
					if ask == nil {
						ask = job.Prefix
					}
					x := job.Read(moody(t, counts, ask))
					if job.Mine(x) {
						ran++
					}
					search.Done(job, x)
					check()
				}
			})
		})
	}
}

// TestBlockedOnlyTheSecondTime takes the turns that were taken before, in which now others were blocked: a job
// that was there is still there.
func TestBlockedOnlyTheSecondTime(t *testing.T) {
	counts := []int{1, 1, 1}
	report := func(turns ...protocol.Turn) *protocol.Scenario {
		return &protocol.Scenario{Turns: turns, FailedTurn: -1}
	}
	turn := func(thread int, blocked ...int) protocol.Turn {
		return protocol.Turn{Thread: thread, End: protocol.Returned, Blocked: blocked}
	}
	search := explore.New(counts, explore.Read(counts, nil, report(turn(0), turn(1), turn(2))))
	var jobs []string
	for search.Wait() {
		job := search.Next()
		if job == nil {
			t.Fatalf("no job after %q, though Wait returned true", jobs)
		}
		jobs = append(jobs, permutations.Format(job.Prefix))
		if len(jobs) == 1 {
			search.Done(job, explore.Read(counts, job.Prefix, report(turn(0, 1, 2), turn(2, 1), turn(1))))
			continue
		}
		search.Done(job, explore.Read(counts, job.Prefix, undisturbed(job.Prefix, counts)))
	}
	if want := []string{"0,2", "1", "1,2", "2", "2,1"}; !slices.Equal(jobs, want) {
		t.Errorf("got jobs %q, want %q", jobs, want)
	}
	if search.Infeasible().Sign() != 0 {
		t.Errorf("got %v infeasible sequences, want none", search.Infeasible())
	}
}
