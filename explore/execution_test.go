package explore_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// turns are turns that end at a syncpoint.
func turns(threads ...int) []protocol.Turn {
	all := make([]protocol.Turn, len(threads))
	for i, thread := range threads {
		all[i].Thread = thread
	}
	return all
}

// with returns turns of which one, given by its index, is another one.
func with(all []protocol.Turn, i int, t protocol.Turn) []protocol.Turn {
	t.Thread = all[i].Thread
	all[i] = t
	return all
}

func TestRead(t *testing.T) {
	for _, test := range []struct {
		name     string
		counts   []int
		prefix   []int
		report   *protocol.Scenario
		sequence string
		diverged bool
	}{
		{"as asked for", []int{2, 2}, []int{0, 1}, &protocol.Scenario{Turns: turns(0, 1, 0, 1)}, "0,1,0,1", false},
		{"an early end", []int{2, 2}, []int{1}, &protocol.Scenario{Turns: turns(1, 0, 1)}, "1,0,1,0", false},
		{"turns beyond the plan", []int{1, 2}, []int{0}, &protocol.Scenario{Turns: turns(0, 0, 1, 0, 1, 1)}, "0,1,1", false},
		{"a thread beyond the plan", []int{1, 1}, []int{1}, &protocol.Scenario{Turns: turns(1, 2, 0)}, "1,0", false},
		{"other turns", []int{2, 2}, []int{0, 1, 1}, &protocol.Scenario{Turns: turns(0, 1, 0, 1)}, "0,1,1,0", true},
		{"other turns, and failed", []int{2, 2}, []int{1, 1}, &protocol.Scenario{Turns: turns(1, 0), Failed: true}, "1,1,0,0", true},
		{"fewer turns", []int{2, 2}, []int{0, 1, 1}, &protocol.Scenario{Turns: turns(0, 1)}, "0,1,1,0", true},
		{"fewer turns, as it failed", []int{2, 2}, []int{0, 1, 1}, &protocol.Scenario{Turns: turns(0, 1), Failed: true}, "0,1,1,0", false},
		{"no turn, as it was skipped", []int{2, 2}, []int{1}, &protocol.Scenario{Skipped: true}, "1,0,0,1", false},
		{"no report", []int{2, 2}, []int{0, 1}, nil, "0,1,0,1", false},
		{
			"given up before the prefix was taken", []int{2, 2}, []int{0, 1, 1},
			&protocol.Scenario{Turns: with(turns(0, 1, 1, 0), 1, protocol.Turn{End: protocol.Panicked}), Failed: true}, "0,1,1,0", false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := explore.Read(test.counts, test.prefix, test.report)
			if got := permutations.Format(x.Sequence); got != test.sequence || x.Diverged != test.diverged {
				t.Errorf("got %s, diverged: %v; want %s, %v", got, x.Diverged, test.sequence, test.diverged)
			}
		})
	}
}

// TestDecisions checks which jobs a serial run gives, and so which of its turns could have been another
// thread's.
func TestDecisions(t *testing.T) {
	exit := protocol.Turn{End: protocol.Exited}
	waiting := []protocol.Wait{{On: "sync.Mutex.Lock", Until: 3}}
	for _, test := range []struct {
		name       string
		counts     []int
		report     protocol.Scenario
		jobs       []string
		infeasible string
	}{
		{
			"every turn", []int{1, 1, 1},
			protocol.Scenario{Turns: turns(0, 1, 2)},
			[]string{"0,2", "1", "2"}, "0",
		},
		{
			"a thread is blocked", []int{1, 1, 1},
			protocol.Scenario{Turns: with(turns(0, 1, 2), 1, protocol.Turn{Blocked: []int{2}})},
			[]string{"1", "2"}, "1",
		},
		{
			"a thread ended early", []int{1, 2, 1},
			protocol.Scenario{Turns: with(turns(0, 1, 2), 1, protocol.Turn{End: protocol.Returned})},
			[]string{"0,2", "1", "2"}, "1",
		},
		{
			"a thread panicked", []int{1, 1, 1},
			protocol.Scenario{Turns: with(turns(0, 1, 2), 0, protocol.Turn{End: protocol.Panicked}), Failed: true, FailedTurn: 0},
			[]string{"1", "2"}, "1",
		},
		{
			"a thread did not end its turn", []int{1, 1, 1},
			protocol.Scenario{Turns: with(turns(0, 1, 2), 0, protocol.Turn{End: protocol.Unfinished}), Failed: true, FailedTurn: 0},
			[]string{"1", "2"}, "1",
		},
		{
			"a thread failed and left", []int{1, 1, 1},
			protocol.Scenario{Turns: with(turns(0, 1, 2), 0, exit), Failed: true, FailedTurn: 0},
			[]string{"1", "2"}, "1",
		},
		{
			"a thread skipped the test", []int{1, 1, 1},
			protocol.Scenario{Turns: with(turns(0, 1, 2), 0, exit), Skipped: true, FailedTurn: -1},
			[]string{"1", "2"}, "1",
		},
		{
			"a thread left, and the test failed later", []int{1, 1, 1},
			protocol.Scenario{Turns: with(turns(0, 1, 2), 0, exit), Failed: true, FailedTurn: 2},
			[]string{"0,2", "1", "2"}, "0",
		},
		{
			"a thread left, and the test failed outside of turns", []int{1, 1, 1},
			protocol.Scenario{Turns: with(turns(0, 1, 2), 0, exit), Failed: true, FailedTurn: -1},
			[]string{"0,2", "1", "2"}, "0",
		},
		{
			"a thread was blocked and panicked two turns later", []int{1, 1, 1, 1, 1},
			protocol.Scenario{
				Turns:  with(turns(0, 1, 2, 3, 4), 0, protocol.Turn{End: protocol.Panicked, Waits: waiting}),
				Failed: true, FailedTurn: 2,
			},
			[]string{"0,1,3", "0,1,4", "0,2", "0,3", "0,4", "1", "2", "3", "4"}, "1",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.report.Threads = make([]string, len(test.counts))
			s := explore.New(test.counts, explore.Read(test.counts, nil, &test.report))
			var jobs []string
			for job := s.Next(); job != nil; job = s.Next() {
				jobs = append(jobs, permutations.Format(job.Prefix))
			}
			if diff := cmp.Diff(test.jobs, jobs); diff != "" {
				t.Errorf("jobs (-want +got):\n%s", diff)
			}
			if got := s.Infeasible().String(); got != test.infeasible {
				t.Errorf("got %s infeasible sequences, want %s", got, test.infeasible)
			}
		})
	}
}
