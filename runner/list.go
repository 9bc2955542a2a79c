package runner

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/orchtest/orchtest/parse"
)

// List runs the tests without any scenario but the serial ones, and prints which orchestrated tests there are: their
// threads, their turns, how many scenarios they have, and about how long these would take. It returns what [Run]
// returns.
func List(ctx context.Context, c Config) error {
	r, err := newRun(c)
	if err != nil {
		return err
	}
	end, err := r.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	if err := r.makeOverlay(); err != nil {
		return cmp.Or(context.Cause(ctx), err)
	}
	l := &listing{run: r, began: map[string]time.Time{}, tests: map[string]time.Duration{}, processes: map[string]time.Duration{}}
	r.keeper.planned = func(string) {}
	r.keeper.explore = l.explore
	r.keeper.abandoned = func(*heldTest) {}
	console := newConsole(r.Config, nil, func(err error) { r.cancel(fmt.Errorf("console: %w", err)) })
	r.stream.sinks = []sink{&r.verdict, l, console}
	err = r.goTest()
	console.close()
	if err == nil || err == ErrFailed {
		console.summarize(nil, false)
		fmt.Fprint(console.summary, l.table())
	}
	return err
}

// A listing is what List finds out.
type listing struct {
	run   *run
	calls []listedCall

	// By package and test, or by package:
	began     map[string]time.Time
	tests     map[string]time.Duration // of tests that are no subtests
	processes map[string]time.Duration // what a process takes beside its tests
}

// A listedCall is one call of orchestrate.Test.
type listedCall struct {
	test *heldTest
	call *exploredCall
	took time.Duration // in the plan run: of the whole test, with the serial run
}

// explore stands in for run.explore.
func (l *listing) explore(t *heldTest) {
	end := t.end[len(t.end)-1]
	took := time.Duration(0)
	if end.Time != nil {
		took = end.Time.Sub(l.began[t.pkg.name+" "+t.name])
	}
	if end.Elapsed != nil {
		took = max(took, seconds(*end.Elapsed)) // what is cached is told at once
	}
	for _, c := range t.calls {
		l.calls = append(l.calls, listedCall{t, l.run.newCall(c), took})
	}
	l.run.explorations.Go(func() {
		l.run.mu.Lock()
		defer l.run.mu.Unlock()
		l.run.keeper.release(t, false)
	})
}

// event implements sink: it notes how long tests take, more exactly than their ends tell.
func (l *listing) event(e parse.Event, _ bool) error {
	switch {
	case e.Action == parse.ActionRun && e.Time != nil:
		l.began[e.Package+" "+e.Test] = *e.Time
	case e.Ends() && e.Test != "" && !strings.Contains(e.Test, "/") && e.Elapsed != nil:
		l.tests[e.Package] += seconds(*e.Elapsed)
	case e.Ends() && e.Test == "" && e.Elapsed != nil:
		l.processes[e.Package] = max(seconds(*e.Elapsed)-l.tests[e.Package], 0)
	}
	return nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// leastProcess is what a process takes at least.
const leastProcess = time.Millisecond

// estimate is about how long the scenarios of a call take that would be run.
func (l *listing) estimate(c listedCall) time.Duration {
	limit := int64(l.run.MaxScenarios)
	scenarios := big.NewInt(limit)
	if n := c.call.count(); n.Cmp(scenarios) < 0 {
		scenarios = n
	}
	each := c.took + min(max(l.processes[c.test.pkg.name], leastProcess), 50*leastProcess)
	took := float64(scenarios.Int64()) * float64(each) / float64(l.run.Parallel)
	return time.Duration(min(took, math.MaxInt64/2))
}

// table lists the calls, aligned.
func (l *listing) table() string {
	if len(l.calls) == 0 {
		return "no orchestrated tests\n"
	}
	rows := [][]string{{"PACKAGE", "TEST", "THREADS", "TURNS", "SCENARIOS", "TIME"}}
	for _, c := range l.calls {
		name := c.test.name
		if len(c.test.calls) > 1 {
			name += fmt.Sprintf(" (call %d of %d)", c.call.plan.Call+1, len(c.test.calls))
		}
		var threads, turns []string
		for i, count := range c.call.plan.Counts {
			threads = append(threads, quotedName(c.call.plan.Threads[i]))
			turns = append(turns, strconv.Itoa(count))
		}
		scenarios := parse.Grouped(c.call.count().String())
		if c.call.count().Cmp(big.NewInt(int64(l.run.MaxScenarios))) > 0 {
			scenarios = parse.Grouped(strconv.Itoa(l.run.MaxScenarios)) + " of " + scenarios
		}
		rows = append(rows, []string{c.test.pkg.name, name, strings.Join(threads, ", "), strings.Join(turns, "+"),
			scenarios, fmt.Sprintf("~%v", roughly(l.estimate(c)))})
	}
	return aligned(rows)
}

// roughly rounds a time to what an estimate is good for.
func roughly(d time.Duration) time.Duration {
	for _, unit := range []time.Duration{time.Minute, time.Second, 100 * time.Millisecond, 10 * time.Millisecond} {
		if d >= 10*unit {
			return d.Round(unit)
		}
	}
	return d.Round(time.Millisecond)
}

// count is how many scenarios the call has, less those that are known not to be needed.
func (c *exploredCall) count() *big.Int {
	if len(c.plan.Sequences) > 0 {
		return big.NewInt(int64(len(c.pinned) + 1))
	}
	return c.part
}
