package runner

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// An exploration runs the sequences of the calls of one orchestrated test, call by call.
type exploration struct {
	r      *run
	test   *heldTest
	target *target
	ended  parse.Event // the end of the test in the plan run
	calls  []*exploredCall
	failed atomic.Bool // a scenario failed, or could not be run
}

// An exploredCall is one call, and what became of its scenarios.
type exploredCall struct {
	plan    protocol.Plan
	total   *big.Int // sequences that there are
	planned int      // of them to be run
	tally   tally    // guarded by run.mu
}

// A tally counts scenarios by their verdict.
type tally [verdicts]int

func (t tally) sum() int {
	sum := 0
	for _, n := range t {
		sum += n
	}
	return sum
}

// A verdict is what a scenario came to.
type verdict int

const (
	passed verdict = iota
	failed
	errored // it could not be run, or did not say what it did
	skipped
	verdicts // how many there are
)

// explore is called with the end of an orchestrated test at hand, under run.mu.
func (r *run) explore(t *heldTest) {
	x := &exploration{r: r, test: t, target: r.targets[t.pkg.name], ended: t.end[len(t.end)-1]}
	for _, c := range t.calls {
		x.calls = append(x.calls, r.newCall(c.plan))
	}
	r.explorations.Go(func() { x.run(r.ctx) })
}

// abandoned is called for an orchestrated test whose process has ended before it, under run.mu.
func (r *run) abandoned(t *heldTest) {
	for _, c := range t.calls {
		r.emitExploration(t, r.newCall(c.plan), r.ctx.Err() != nil)
	}
}

func (r *run) newCall(plan protocol.Plan) *exploredCall {
	call := &exploredCall{plan: plan, total: permutations.Count(plan.Counts), planned: r.MaxScenarios}
	if call.total.IsInt64() && call.total.Int64() < int64(r.MaxScenarios) {
		call.planned = int(call.total.Int64())
	}
	return call
}

// run runs every sequence that is to be run, and then lets the test end.
func (x *exploration) run(ctx context.Context) {
	r := x.r
	<-x.target.listed // reports name the package's folder
	if r.only == nil {
		x.serial()
		for _, call := range x.calls {
			if call.planned > 1 && !x.stopped(ctx) {
				x.sequences(ctx, call)
			}
		}
	} else {
		x.single(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, call := range x.calls {
		if call.planned > 0 {
			r.emitExploration(x.test, call, ctx.Err() != nil)
		}
	}
	r.keeper.release(x.test, x.failed.Load() || ctx.Err() != nil)
}

// serial reports the serial scenario of each call: the plan run has run it.
func (x *exploration) serial() {
	guilty := guiltyCall(x.test.calls, x.ended.Action)
	for i := range x.calls {
		x.report(x.serialResult(i, i == guilty))
	}
}

// serialResult is what the plan run says of the serial scenario of a call.
func (x *exploration) serialResult(i int, guilty bool) scenarioResult {
	s := scenarioResult{
		test: x.test, call: x.calls[i], sequence: permutations.Serial(x.calls[i].plan.Counts),
		report: x.test.calls[i].serial, plan: true,
	}
	switch {
	case guilty:
		s.verdict = failed
	case x.ended.Action == parse.ActionSkip:
		s.verdict = skipped
	}
	if x.ended.Elapsed != nil {
		s.elapsed = *x.ended.Elapsed
	}
	return s
}

// single runs the one sequence that the user asked for, of the one call.
func (x *exploration) single(ctx context.Context) {
	only := x.r.only
	for i, call := range x.calls {
		call.planned = 0
		if only.pkg != x.test.pkg.name || only.test != x.test.name || only.call != call.plan.Call {
			continue
		}
		call.planned = 1
		switch {
		case slices.Equal(only.sequence, permutations.Serial(call.plan.Counts)):
			x.report(x.serialResult(i, x.ended.Action == parse.ActionFail))
		case x.ready(ctx):
			x.scenario(ctx, call, only.sequence)
		}
	}
}

// guiltyCall returns the index of the call whose serial scenario failed, where the test did: that of
// the first that says so itself; else of the last one before the failure.
func guiltyCall(calls []*plannedCall, ended string) int {
	if ended != parse.ActionFail {
		return -1
	}
	for i, c := range calls {
		if c.serial != nil && c.serial.Failed {
			return i
		}
		if i+1 < len(calls) && calls[i+1].plan.FailedBefore {
			return i
		}
	}
	return len(calls) - 1
}

// stopped reports whether no further scenario of the test is to be started.
func (x *exploration) stopped(ctx context.Context) bool {
	return ctx.Err() != nil || x.ended.Action == parse.ActionSkip || (x.failed.Load() && !x.r.KeepGoing)
}

// ready reports whether the test binary is there to be run, once that is known.
func (x *exploration) ready(ctx context.Context) bool {
	err := x.target.wait()
	if err != nil && ctx.Err() == nil {
		x.failed.Store(true)
		x.r.broken(x.test, fmt.Errorf("the test binary for its scenarios: %w", err))
	}
	return err == nil
}

// sequences runs the sequences of one call after the serial one, several at once, and returns when
// all have ended.
func (x *exploration) sequences(ctx context.Context, call *exploredCall) {
	if !x.ready(ctx) {
		return
	}
	var running sync.WaitGroup
	defer running.Wait()
	all := permutations.New(call.plan.Counts)
	all.Next() // the serial sequence
	for n := 1; n < call.planned && all.Next() && !x.stopped(ctx); n++ {
		sequence := slices.Clone(all.Sequence())
		running.Add(1)
		x.r.slots.run(func() {
			defer running.Done()
			if !x.stopped(ctx) {
				x.scenario(ctx, call, sequence)
			}
		})
	}
}

// scenario runs one scenario in a process of its own.
func (x *exploration) scenario(ctx context.Context, call *exploredCall, sequence []int) {
	if result := x.r.runScenario(ctx, x, call, sequence); !result.canceled {
		x.report(result)
	}
}

// report counts a scenario and writes it to the stream.
func (x *exploration) report(s scenarioResult) {
	if s.verdict == failed || s.verdict == errored {
		x.failed.Store(true)
	}
	x.r.mu.Lock()
	defer x.r.mu.Unlock()
	s.call.tally[s.verdict]++
	x.r.emit(s)
}

// exploration describes what became of the call's sequences.
func (c *exploredCall) exploration(interrupted bool) protocol.Exploration {
	return protocol.Exploration{
		Version:     protocol.Version,
		Call:        c.plan.Call,
		Sequences:   c.total.String(),
		Planned:     c.planned,
		Passed:      c.tally[passed],
		Failed:      c.tally[failed],
		Errored:     c.tally[errored],
		Skipped:     c.tally[skipped],
		NotRun:      c.planned - c.tally.sum(),
		Interrupted: interrupted,
	}
}
