package runner

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// Where the code has moved since a sequence was named, those near it are run: so many at most, and for so long.
const (
	mostNear = 1000
	nearTime = 10 * time.Second
)

// single runs the one sequence that the user asked for, of the one call.
func (x *exploration) single(ctx context.Context) {
	only := x.r.only
	for i, call := range x.calls {
		call.limit = 0
		if only.pkg == x.test.pkg.name && only.test == x.test.name && only.call == call.plan.Call {
			x.replay(ctx, i, call)
		}
	}
}

// replay runs a call under the sequence that the user asked for, as often as that was wanted. If the code is not what
// it was when the sequence was named, it also runs those near it.
func (x *exploration) replay(ctx context.Context, i int, call *exploredCall) {
	r, only := x.r, x.r.only
	var report *protocol.Scenario // of one run
	if only.trail != nil {
		call.learnt = explore.NewKnown(explore.Space{Counts: call.plan.Counts})
	}
	if only.misfit == nil {
		call.limit = max(r.Repeat, 1)
		report = x.runs(ctx, i, call)
	}
	if only.trail == nil && r.Repeat <= 1 {
		return
	}
	r.mu.Lock()
	told := &protocol.Replay{Sequence: permutations.Format(only.sequence), Runs: call.tally.sum(), Failed: call.tally[failed], Passed: call.tally[passed]}
	r.mu.Unlock()
	if only.trail != nil {
		x.compare(call, report, told)
	}
	if len(told.Moved) > 0 && told.Failed == 0 {
		x.runNear(ctx, call, only.trail.adapt(only.sequence, call.plan.Counts, x.test.calls[i].serial, newPlaces(&r.source)))
		r.mu.Lock()
		told.Near, told.NearFailed = call.tally.sum()-told.Runs, call.tally[failed]+call.tally[errored]-(told.Runs-told.Passed)
		r.mu.Unlock()
	}
	call.replayed = told
}

// runs runs the sequence, and returns the report of a run, if there is one.
func (x *exploration) runs(ctx context.Context, i int, call *exploredCall) (report *protocol.Scenario) {
	sequence := x.r.only.sequence
	switch {
	case x.r.Repeat > 1:
		list := &list{}
		var mu sync.Mutex
		for n := range x.r.Repeat {
			t := x.asked(call, sequence)
			read, done := t.read, t.done
			t.read = func(result *scenarioResult) (again bool) {
				result.repeat = n + 1
				return read(result)
			}
			t.done = func(result *scenarioResult) {
				mu.Lock()
				if result != nil && result.report != nil {
					report = result.report
				}
				mu.Unlock()
				done(result)
			}
			list.tasks = append(list.tasks, t)
		}
		x.over = func(ctx context.Context) bool { return ctx.Err() != nil || x.r.timeUp() }
		x.each(ctx, list)
		x.over = nil
	case slices.Equal(sequence, call.serial.Sequence):
		result := x.serialResult(i, x.ended.Action == parse.ActionFail)
		x.report(result)
		report = result.report
	case x.ready(ctx):
		result := x.alone(ctx, x.asked(call, sequence))
		x.report(result)
		report = result.report
	}
	return report
}

// compare finds out whether the turns end where they did when the sequence was named.
func (x *exploration) compare(call *exploredCall, report *protocol.Scenario, told *protocol.Replay) {
	only := x.r.only
	if only.misfit != nil {
		told.Moved = []string{misfit(only.sequence, call.plan.Counts)}
		return
	}
	if report == nil {
		return
	}
	now := newPlaces(&x.r.source).trail(report, only.sequence)
	name := func(thread int) string {
		return protocol.Printable(protocol.Scenario{Threads: call.plan.Threads}.Thread(thread))
	}
	told.Moved, told.Lines = only.trail.changes(&now, only.sequence, name)
}

// misfit says how the turns of threads differ from those in a sequence.
func misfit(sequence, counts []int) string {
	were := permutations.Counts(sequence, max(len(counts), slices.Max(sequence)+1))
	if len(were) > len(counts) {
		return fmt.Sprintf("it has turns of %d threads, and there are %d", len(were), len(counts))
	}
	return fmt.Sprintf("its threads took the turns %s, and take %s", permutations.Format(were), permutations.Format(counts))
}

// runNear runs sequences near one.
func (x *exploration) runNear(ctx context.Context, call *exploredCall, sequence []int) {
	pull, stop := iter.Pull(permutations.Near(sequence))
	defer stop()
	end := x.r.Now().Add(nearTime)
	x.over = func(ctx context.Context) bool {
		return ctx.Err() != nil || x.r.timeUp() || !x.r.Now().Before(end) || (x.failed.Load() && !x.r.KeepGoing)
	}
	x.each(ctx, &nearby{x: x, call: call, pull: pull, told: map[string]bool{}})
	x.over = nil
}

// nearby is a source of sequences near one. What executes like one that was run is left out.
type nearby struct {
	x    *exploration
	call *exploredCall

	mu   sync.Mutex
	pull func() ([]int, bool)
	told map[string]bool // names
	n    int             // of sequences that were given
	over bool
}

func (s *nearby) wait() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.over
}

func (s *nearby) next() *task {
	s.mu.Lock()
	defer s.mu.Unlock()
	for looked := 0; s.n < mostNear && looked < 100*mostNear; looked++ {
		sequence, more := s.pull()
		if !more {
			break
		}
		if s.call.learnt.Find(sequence) == nil {
			s.n++
			return s.task(sequence)
		}
	}
	s.over = true
	return nil
}

func (s *nearby) task(sequence []int) *task {
	return &task{
		call: s.call, request: sequence,
		read: func(result *scenarioResult) (again bool) {
			result.sequence, result.near = sequence, true
			if result.report != nil {
				result.sequence = explore.Read(s.call.plan.Counts, nil, result.report).Sequence
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			name := permutations.Format(result.sequence)
			result.repeats = s.told[name] || s.call.learnt.Has(result.sequence)
			s.told[name] = true
			return false
		},
		done: func(*scenarioResult) {},
	}
}

// title is what a scenario is called within its test: where a sequence is run several times, also which time it is.
func (s scenarioResult) title(repeats int) string {
	if s.repeat == 0 {
		return s.label()
	}
	return fmt.Sprintf("%s@%0*d", s.label(), len(strconv.Itoa(repeats)), s.repeat)
}

// replays says what became of the sequence that the user asked for.
func (r *run) replays() (lines string) {
	for _, e := range r.explored {
		if e.Replay != nil {
			lines += fmt.Sprintf("REPLAY %s/%s%s: %s\n", e.test, e.Replay.Sequence, protocol.Suffix(e.Call), parse.Replayed(*e.Replay))
		}
	}
	return lines
}
