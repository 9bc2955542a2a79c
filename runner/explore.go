package runner

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// An exploration runs the executions of the calls of one orchestrated test, call by call.
type exploration struct {
	r      *run
	test   *heldTest
	target *target
	ended  parse.Event // the end of the test in the plan run
	calls  []*exploredCall
	failed atomic.Bool // a scenario failed, or could not be run

	edgeFailed atomic.Bool // one did that is not this shard's

	// over, unless it is nil, says when no further scenario is to be started: one that failed does not end a search
	// for fewer switches. It is set while no scenario runs.
	over func(context.Context) bool
}

// An exploredCall is one call, and what became of its scenarios.
type exploredCall struct {
	plan   protocol.Plan
	space  explore.Space
	total  *big.Int          // sequences that there are
	part   *big.Int          // those that are this run's: it may be one of several shards
	shard  protocol.Shard    // which
	limit  int               // how many scenarios are to be run at most
	serial explore.Execution // of the plan run
	search explore.Strategy  // nil where sequences are named: by the user, or by the test
	pinned [][]int           // those that the test names, that are not the serial run's, and are to be run

	pinnedSerial bool // where sequences are pinned, the serial scenario is this run's

	shrinks bool           // it is to be said how few switches a failure needs
	learnt  *explore.Known // the scenarios that were reported; nil where none will be run to find that out

	// order is held while the strategy gives a job, or takes one back: the notes have these steps in their order.
	order  sync.Mutex
	notes  *notes // nil where nothing is known, or taken down
	gaveUp bool   // the strategy took a job back that was not run, as the exploration ends

	// What follows is guarded by run.mu.
	tally    tally
	reported map[string]bool // the names of scenarios; nil where the run goes on from none
	diverged int             // how many scenarios did
	cached   int             // how many that passed were not run, as their results were in the cache
	unlisted int             // how many that passed were counted, and are not in the stream
	rounds   int             // of a hunt, if there was more than one

	endless   bool // no number of scenarios was asked for
	outOfTime bool // scenarios were left out since the time was over
	outcomes  outcomes
	uneven    bool      // a scenario took more or fewer turns than the serial one
	underway  *underway // while it runs

	held          []scenarioResult // that failed, and are reported once fewer switches were looked for
	least         *scenarioResult  // that failed with the fewest switches, of those that are not held
	leastSwitches int
	shrunk        *protocol.Shrunk // nil where nothing is to be said
	replayed      *protocol.Replay // likewise
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
		x.calls = append(x.calls, r.newCall(c))
	}
	r.explorations.Go(func() { x.run(r.ctx) })
}

// abandoned is called for an orchestrated test whose process has ended before it, under run.mu.
func (r *run) abandoned(t *heldTest) {
	for _, c := range t.calls {
		r.emitExploration(t, r.newCall(c), r.interrupted())
	}
}

func (r *run) newCall(c *plannedCall) *exploredCall {
	counts := c.plan.Counts
	space := explore.Space{Counts: counts, Tree: r.Explore == explore.Tree && len(c.plan.Sequences) == 0}
	call := &exploredCall{plan: c.plan, outcomes: outcomes{}, limit: r.limitOf(r.Explore), endless: r.endless(), shard: r.Shard}
	if c.plan.Symmetric {
		if slices.Min(counts) == slices.Max(counts) {
			space.Symmetric = true
		} else {
			call.limit = 1 // the test has failed, and says why
		}
	}
	call.total, call.serial = space.Count(), space.Read(nil, c.serial)
	call.space = space.Shard(r.Shard)
	call.part = call.space.Count()
	switch {
	case r.only != nil:
	case len(c.plan.Sequences) > 0:
		pinned := [][]int{}
		for _, text := range c.plan.Sequences {
			sequence, err := permutations.Parse(text) // it was read before
			if err == nil && len(sequence) > 0 && !slices.Equal(sequence, call.serial.Sequence) {
				pinned = append(pinned, sequence)
			}
		}
		if c.plan.Symmetric == space.Symmetric {
			call.limit = 1 + len(pinned) // the test has chosen
		}
		call.pin(pinned, r.Shard)
	default:
		call.search = r.strategy(call, r.Seed)
		call.limit = call.space.Limit(call.limit)
		if call.ownsSerial() {
			call.limit = max(call.limit, 1) // it was run to make the plan
		}
		call.shrinks = r.ShrinkTime > 0 && !space.Tree // which has executions that are no sequences of the plan
		if call.shrinks && !r.KeepGoing {
			call.learnt = explore.NewKnown(call.space)
		}
	}
	return call
}

// strategy returns that of a call, which draws by the seed.
func (r *run) strategy(call *exploredCall, seed uint64) explore.Strategy {
	config := explore.Config{
		Strategy: r.Explore, Limit: call.limit, Seed: seed, Depth: r.Depth,
	}
	if call.limit == unlimited {
		config.Enough = DefaultMaxScenarios
	}
	return config.Choose(call.space, call.serial)
}

// run runs every scenario that is to be run, and then lets the test end.
func (x *exploration) run(ctx context.Context) {
	r := x.r
	<-x.target.listed // reports name the package's folder
	if r.only == nil {
		x.serial()
		for _, call := range x.calls {
			x.explore(ctx, call)
			x.late(call)
		}
		x.hunt(ctx)
		for _, call := range x.calls {
			x.conclude(ctx, call)
		}
	} else {
		x.single(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	diverged := 0
	for _, call := range x.calls {
		if r.only == nil || call.limit > 0 || call.replayed != nil {
			r.emitExploration(x.test, call, r.interrupted())
		}
		diverged += call.diverged
	}
	if diverged > 0 {
		r.say(x.test, divergence)
	}
	r.keeper.release(x.test, x.failed.Load() || x.edgeFailed.Load() || ctx.Err() != nil)
}

// explore runs the scenarios of a call after the serial one.
func (x *exploration) explore(ctx context.Context, call *exploredCall) {
	if (call.search == nil && len(call.pinned) == 0) || (call.search != nil && !call.search.Wait()) {
		return
	}
	if x.stopped(ctx) && !x.r.recalls() {
		return
	}
	x.open(call)
	if _, draws := call.search.(explore.Repeater); draws && x.r.UntilFailure {
		x.announce(call, 1, x.r.Seed)
	}
	defer x.follow(call)()
	if call.search == nil {
		x.pinned(ctx, call)
	} else {
		x.scenarios(ctx, call)
	}
}

// conclude is called when nothing of a call is to be explored any more.
func (x *exploration) conclude(ctx context.Context, call *exploredCall) {
	x.shrink(ctx, call)
	x.rest(call.notes.unasked(false), call.recalledTask)
	x.tellFewest(call)
	call.notes.finish()
}

// open opens the notes of a call.
func (x *exploration) open(call *exploredCall) {
	r := x.r
	if r.notebook == nil {
		return
	}
	call.notes = r.notebook.notes(x, call)
	if r.notebook.resumes() {
		r.mu.Lock()
		call.reported = map[string]bool{permutations.Format(call.serial.Sequence): call.ownsSerial()}
		r.mu.Unlock()
	}
	if n := call.notes; n != nil && n.seed != nil && *n.seed != r.Seed && call.search != nil {
		call.search = r.strategy(call, *n.seed)
	}
}

// serial reports the serial scenario of each call: the plan run has run it.
func (x *exploration) serial() {
	guilty := guiltyCall(x.test.calls, x.ended.Action)
	for i, call := range x.calls {
		if result := x.serialResult(i, i == guilty); call.ownsSerial() {
			x.report(result)
		} else {
			x.foreign(result)
		}
	}
}

// serialResult is what the plan run says of the serial scenario of a call.
func (x *exploration) serialResult(i int, guilty bool) scenarioResult {
	s := scenarioResult{
		test: x.test, call: x.calls[i], sequence: x.calls[i].serial.Sequence,
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
	if x.over != nil {
		return x.over(ctx)
	}
	return ctx.Err() != nil || x.ended.Action == parse.ActionSkip || (x.failed.Load() && !x.r.KeepGoing) || x.r.timeUp() ||
		(x.r.UntilFailure && (x.r.verdict.failed.Load() || x.r.hunted.Load()))
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

// scenarios runs the scenarios of one call after the serial one, several at once, and returns when all
// have ended.
func (x *exploration) scenarios(ctx context.Context, call *exploredCall) {
	from := x.recall(call)
	x.each(ctx, from)
	from.giveUp()
	x.rest(call.notes.unasked(true), call.recalledTask)
}

// pinned runs the sequences that the test names, several at once.
func (x *exploration) pinned(ctx context.Context, call *exploredCall) {
	list := &list{}
	for _, sequence := range call.pinned {
		t := x.asked(call, sequence)
		if t.known == nil {
			list.tasks = append(list.tasks, t)
			continue
		}
		x.report(*t.known)
	}
	x.each(ctx, list)
}

// each runs the tasks of a source. Which one is next is decided when there is a slot for it: by then those
// before it have told more.
func (x *exploration) each(ctx context.Context, from source) {
	if x.stopped(ctx) || !from.wait() || !x.ready(ctx) {
		return
	}
	x.r.timer.begin(x.r.Now())
	var running sync.WaitGroup
	defer running.Wait()
	for !x.stopped(ctx) && from.wait() {
		running.Add(1)
		taken := make(chan struct{})
		x.r.slots.run(func() {
			defer running.Done()
			first := x.take(ctx, from)
			close(taken)
			switch {
			case first == nil: // by now it is known that there is none
			case x.r.Isolation == Batch && x.r.only == nil:
				x.batch(ctx, first, func() *task { return x.take(ctx, from) })
			default:
				result := x.alone(ctx, first)
				x.report(result)
				first.done(&result)
			}
		})
		<-taken
	}
}

// take returns the next task that is to be run, or nil if there is none at the moment.
func (x *exploration) take(ctx context.Context, from source) *task {
	for !x.stopped(ctx) {
		t := from.next()
		if t == nil || t.known == nil {
			return t
		}
		x.report(*t.known)
		t.done(t.known)
	}
	return nil
}

// retries is how many further processes are started for a scenario that passed and has taken other
// turns than it was asked for.
const retries = 2

// alone runs a task in a process of its own.
func (x *exploration) alone(ctx context.Context, t *task) scenarioResult {
	if t.known != nil {
		return *t.known
	}
	for try := 0; ; try++ {
		result := x.r.runScenario(ctx, x, t.call, t.request)
		if result.canceled {
			return result
		}
		if again := t.read(&result); !again || try == retries {
			return result
		}
	}
}

// report counts a scenario and writes it to the stream, unless it was ended by an interrupt.
func (x *exploration) report(s scenarioResult) {
	if s.canceled {
		return
	}
	if s.edge {
		x.edge(s)
		return
	}
	if s.verdict == failed || s.verdict == errored {
		x.failed.Store(true)
	}
	x.r.coverage.add(x.test.pkg.name, s.coverage)
	if s.repeats {
		return
	}
	if s.call.learnt != nil {
		s.call.learnt.Add(s.sequence, s.report)
	}
	x.r.mu.Lock()
	defer x.r.mu.Unlock()
	s.call.tally[s.verdict]++
	if s.call.reported != nil {
		s.call.reported[permutations.Format(s.sequence)] = true
	}
	if s.call.underway != nil {
		x.r.progress.count(s.call.underway, s.verdict == failed || s.verdict == errored)
	}
	if s.diverged {
		s.call.diverged++
	}
	if s.cached {
		s.call.cached++
	}
	if !s.plan && !s.known {
		x.test.pkg.ran = true
	}
	s.call.outcomes.add(s)
	if s.onlyAfterOthers() {
		s.call.notes.spoilt()
	}
	if s.verdict == passed && s.report != nil && len(s.report.Turns) > len(s.call.serial.Sequence) {
		s.call.uneven = true
	}
	if s.verdict == passed && s.call.endless && s.call.tally[passed] > DefaultMaxScenarios {
		s.call.unlisted++ // there is no end of them
		return
	}
	if !s.call.caught(&s, x.r) {
		x.r.emit(s)
	}
}

// exploration describes what became of the call's sequences.
func (c *exploredCall) exploration(interrupted bool) protocol.Exploration {
	e := protocol.Exploration{
		Version:     protocol.Version,
		Call:        c.plan.Call,
		Sequences:   c.total.String(),
		Diverged:    c.diverged,
		Planned:     c.limit,
		Passed:      c.tally[passed],
		Failed:      c.tally[failed],
		Errored:     c.tally[errored],
		Skipped:     c.tally[skipped],
		Cached:      c.cached,
		Interrupted: interrupted,
		Outcomes:    c.outcomes.list(c.plan),
	}
	if c.shard.Of > 0 {
		e.Shard, e.Part = &c.shard, c.part.String()
	}
	e.Symmetric = c.space.Symmetric
	e.OutOfTime, e.Rounds, e.Unlisted = c.outOfTime, c.rounds, c.unlisted
	ran := c.tally.sum()
	switch {
	case c.search == nil && c.pinned != nil:
		e.Planned, e.Part = c.pins(), ""
		e.Strategies = []protocol.Strategy{{Name: "pinned", Scenarios: ran}}
	case c.search != nil:
		c.progress(&e)
	}
	e.Planned = max(e.Planned, ran) // of fewer switches there may be more than were planned
	e.NotRun = e.Planned - ran
	e.Shrunk, e.Replay = c.shrunk, c.replayed
	return e
}

// progress adds what the strategy says.
func (c *exploredCall) progress(e *protocol.Exploration) {
	p := c.search.Progress()
	e.Strategies, e.Repeated = p.Strategies, p.Repeated
	ran := c.tally.sum()
	if c.space.Tree {
		e.Sequences, e.Part, e.Planned, e.More = "", "", ran, p.More
		return
	}
	feasible := c.part // as far as is known
	if p.Infeasible.Sign() > 0 {
		e.Infeasible = p.Infeasible.String()
		feasible = new(big.Int).Sub(c.part, p.Infeasible)
	}
	if feasible.IsInt64() && feasible.Int64() < int64(c.limit) {
		e.Planned = int(feasible.Int64())
	}
	if p.Over || c.endless || c.outOfTime {
		e.Planned = ran // it has no more, though sequences may be left
	}
}
