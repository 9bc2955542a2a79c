package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/internal/rewrite"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/traces"
)

// Defaults of [HuntOptions].
const (
	DefaultSchedules       = 1_000
	DefaultScheduleTimeout = time.Minute
	DefaultMaxSteps        = 20_000
	DefaultHuntShrinkTime  = 5 * time.Second
	DefaultHuntSeed        = 1
)

// A HuntConfig says what is to be hunted. Of Config it reads what is not of scenarios.
type HuntConfig struct {
	Config
	HuntOptions
}

// HuntOptions are those of a hunt alone.
type HuntOptions struct {
	Schedules       int           // of each test, or of each round; 0 is DefaultSchedules, or no limit where there is Time
	Strategy        string        // one of hunting.Strategies; "" is the portfolio
	Instrument      []string      // patterns of packages that are rewritten beside those of the main module
	RealTime        bool          // leave time alone
	MaxSteps        int           // decisions after which threads take turns, and after as many again a schedule is inconclusive; 0 is DefaultMaxSteps
	ScheduleTimeout time.Duration // how long a process may take without telling of progress; 0 is DefaultScheduleTimeout
	ShrinkTime      time.Duration // how long is looked for a simpler schedule for each finding; 0 is not at all
	TraceDir        string        // the folder of the traces of findings
	TrimTraces      bool          // remove from it, at the end, what was not used for long
	Replay          string        // a trace: it is replayed, and nothing else
	Repeat          int           // how often; 0 is once
	Same            int           // hunt nothing, but compare what the same schedules do in so many processes; 0 does not
}

func (o HuntOptions) check(c Config) error {
	switch {
	case o.Schedules < 0:
		return usagef("--schedules %d: at least one schedule has to run", o.Schedules)
	case o.Strategy != "" && !slices.Contains(hunting.Strategies(), o.Strategy):
		return usagef("--strategy %s: there is no such strategy; there are: %s", o.Strategy, strings.Join(hunting.Strategies(), ", "))
	case o.MaxSteps < 0:
		return usagef("--max-steps %d: a schedule takes some steps", o.MaxSteps)
	case o.ScheduleTimeout < 0:
		return usagef("--schedule-timeout %v: a schedule takes some time", o.ScheduleTimeout)
	case o.ShrinkTime < 0:
		return usagef("--shrink-time %v: replays take some time; 0 looks for no simpler schedule", o.ShrinkTime)
	case o.Same < 0 || o.Same == 1:
		return usagef("--check-determinism %d: two processes at least are to be compared", o.Same)
	case o.Same > 0 && o.Replay != "":
		return usagef("--check-determinism and --replay: a trace is replayed as often as --repeat says: give one of them")
	case o.Repeat < 0:
		return usagef("--repeat %d: a trace is replayed once at least", o.Repeat)
	case o.Repeat > 0 && o.Replay == "":
		return usagef("--repeat: it is of --replay, which is not asked for")
	case o.Replay != "" && c.Shard.Of > 0:
		return usagef("--replay and --shard: a trace is one schedule, which is not shared out: leave --shard out")
	case o.Replay != "" && c.UntilFailure:
		return usagef("--replay and --until-failure: a trace is replayed as often as --repeat says: give one of them")
	}
	return nil
}

// A hunt is one run of the command hunt.
type hunt struct {
	*run
	o         HuntOptions
	selection hunting.Selection
	skipped   hunting.Selection // which -test.list does not heed
	packages  []*huntPackage
	tests     []*huntTest
	rewritten *rewrite.Result
	trace     string             // that is replayed
	traceOf   *traces.Simplifier // what it is of
	replayed  string             // what became of it
	unbounded bool               // no number of schedules was asked for

	// What follows is guarded by run.mu.
	alike, differ int  // tests that ran the same each time, and that did not
	failed        bool // a test has failed

	idle  *sync.Cond // of workers: there may be something to do
	limit int        // schedules of each test, so far
}

// Hunt looks for concurrency bugs in tests as they are: it runs each under many schedules, and reports what it
// finds. It returns what [Run] returns. When it returns, no process that it started is alive, and the reports are
// written.
func Hunt(ctx context.Context, c HuntConfig) error {
	h, err := newHunt(c)
	if err != nil {
		return err
	}
	end, err := h.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	reports, err := openReports(h.Config)
	if err != nil {
		return err
	}
	defer reports.discard()
	if err := h.prepare(); err != nil {
		return cmp.Or(context.Cause(ctx), err)
	}
	stopProgress := h.startProgress()
	console := newConsole(h.Config, h.annotator(), func(err error) { h.cancel(fmt.Errorf("console: %w", err)) })
	hunted := &huntedSink{}
	h.stream.sinks = append(reports.sinks(), &h.verdict, console, hunted)
	err = h.sharded(h.work)
	console.close()
	stopProgress()
	console.summarize(nil, false)
	switch {
	case h.o.Replay != "":
		console.say(h.replayed)
	case h.o.Same > 0:
		console.say(h.sameSummary())
	default:
		console.say(hunted.summary(h.Shard, len(h.tests)-len(hunted.tests)))
	}
	if h.o.TrimTraces {
		trimTo(h.o.TraceDir, h.Now(), maxCache)
	}
	incomplete := ""
	if cause := context.Cause(h.ctx); cause != nil {
		err, incomplete = cause, cause.Error()
	}
	if unwritten := errors.Join(h.stream.err, reports.write(&h.source, incomplete)); unwritten != nil {
		return errors.Join(h.err, unwritten)
	}
	if context.Cause(ctx) != nil {
		return err
	}
	return afterwards(err, h.postRun(ctx, h.executor, console.exec, nil, console.summary))
}

func newHunt(c HuntConfig) (*hunt, error) {
	o := c.HuntOptions
	endless := o.Schedules == 0 && c.Time > 0
	r, err := newRun(c.Config)
	if err != nil {
		return nil, err
	}
	if err := o.check(c.Config); err != nil {
		return nil, err
	}
	if r.goArgs.cover {
		return nil, usagef("hunt: the counters of -cover would change what it hunts: measure coverage without hunt")
	}
	o.Schedules = cmp.Or(o.Schedules, DefaultSchedules)
	o.MaxSteps = cmp.Or(o.MaxSteps, DefaultMaxSteps)
	o.ScheduleTimeout = cmp.Or(o.ScheduleTimeout, DefaultScheduleTimeout)
	o.Repeat = cmp.Or(o.Repeat, 1)
	h := &hunt{run: r, o: o, limit: o.Schedules}
	h.unbounded = endless || c.UntilFailure
	h.idle = sync.NewCond(&r.mu)
	if h.selection, err = hunting.ReadSelection(r.Run); err != nil {
		return nil, usagef("--run %s: %w", r.Run, err)
	}
	for _, arg := range r.goArgs.binary {
		if skip, ok := strings.CutPrefix(arg, "-test.skip="); ok && skip != "" {
			if h.skipped, err = hunting.ReadSelection(skip); err != nil {
				return nil, usagef("-skip %s: %w", skip, err)
			}
		}
	}
	if o.Replay != "" {
		if h.trace, h.traceOf, err = readTrace(o.Replay); err != nil {
			return nil, err
		}
		r.Seed = h.traceOf.Seed()
	}
	for _, file := range []*string{&h.o.Replay, &h.o.TraceDir} {
		if *file != "" {
			if *file, err = filepath.Abs(*file); err != nil {
				return nil, err
			}
		}
	}
	return h, nil
}

// work hunts all tests.
func (h *hunt) work() error {
	h.slots = newSlots(h.Parallel)
	err := h.buildAll()
	switch {
	case err != nil:
	case h.o.Replay != "":
		h.replayTrace()
	case h.o.Same > 0:
		h.checkSame()
	default:
		h.hunt()
	}
	h.slots.close()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.packages {
		if err != nil && h.ctx.Err() == nil && p.hasTests && !p.over {
			h.failPackage(p, couldNotRun(err))
		}
		h.endPackage(p)
	}
	switch {
	case err != nil:
		return errors.Join(h.err, err)
	case h.err != nil:
		return h.err
	case h.ctx.Err() != nil:
		return context.Cause(h.ctx)
	case h.verdict.failed.Load():
		return ErrFailed
	}
	return nil
}

// hunt runs schedules of all tests until there are no more to be run.
func (h *hunt) hunt() {
	stop := context.AfterFunc(h.ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.idle.Broadcast()
	})
	defer stop()
	h.timer.begin(h.Now())
	h.mu.Lock()
	h.share()
	h.mu.Unlock()
	var workers sync.WaitGroup
	for range h.Parallel {
		workers.Add(1)
		h.slots.run(func() {
			defer workers.Done()
			h.worker()
		})
	}
	workers.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.tests {
		h.finish(t)
	}
}

// worker runs processes, one after the other, as long as there are schedules to be run.
func (h *hunt) worker() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		t, part, ok := h.take()
		if !ok {
			return
		}
		t.running++
		h.mu.Unlock()
		h.part(t, part)
		h.mu.Lock()
		t.running--
		h.finishIfDone(t)
		h.idle.Broadcast()
	}
}

// take returns the next part of the test that has the fewest processes, and waits for one. It returns false once
// there is nothing left to be run.
func (h *hunt) take() (*huntTest, hunting.Part, bool) {
	for {
		if h.ctx.Err() != nil || h.timeUp() || (h.UntilFailure && h.failed) {
			return nil, hunting.Part{}, false
		}
		order := slices.Clone(h.tests)
		slices.SortStableFunc(order, func(a, b *huntTest) int { return cmp.Compare(a.running, b.running) })
		running := false
		for _, t := range order {
			running = running || t.running > 0
			if part, ok := h.next(t); ok {
				return t, part, true
			}
		}
		switch {
		case running:
			h.idle.Wait()
		case !h.unbounded || !h.raise():
			return nil, hunting.Part{}, false
		}
	}
}

// fails takes note that a test has failed. If that is what was waited for, no other one goes on.
func (h *hunt) fails() {
	h.failed = true
	if !h.UntilFailure {
		return
	}
	for _, t := range h.tests {
		if t.stop != nil {
			t.stop()
		}
	}
}

// next returns the next part of a test.
func (h *hunt) next(t *huntTest) (hunting.Part, bool) {
	if t.finished || t.confirming > 0 {
		return hunting.Part{}, false
	}
	part, ok := t.plan.Next()
	if ok && t.began.IsZero() {
		h.beginTest(t)
	}
	return part, ok
}

// raise has each test run as many schedules again. It reports whether any is left that can.
func (h *hunt) raise() bool {
	h.limit += h.o.Schedules
	left := false
	for _, t := range h.tests {
		if !t.finished && !t.plan.Over() {
			t.plan.Raise(h.limit)
			left = true
		}
	}
	return left
}

// part runs a part of a test's schedules.
func (h *hunt) part(t *huntTest, part hunting.Part) {
	progress, request := h.followed(t), part.Request(h.request(t))
	if part.Alone {
		request.Window = window // it is as good as what confirms a finding
	}
	p := h.process(t.ctx, t, request, progress)
	h.mu.Lock()
	defer h.mu.Unlock()
	if !p.canceled() || len(p.tally.Findings) > 0 && !t.plan.Stopped() {
		t.confirming++ // nothing is begun before it is known what was found
		h.judge(t, p)
		t.confirming--
	}
	t.take(p)
	t.plan.Done(part, *p.tally)
	progress(p.tally.Ran)
}

// request is what is asked of every process of a test.
func (h *hunt) request(t *huntTest) protocol.HuntRequest {
	return protocol.HuntRequest{
		Test: t.name, Strategies: hunting.Turns(h.o.Strategy), Seed: h.Seed, Depth: h.Depth,
		MaxSteps: h.o.MaxSteps, RealTime: h.o.RealTime,
	}
}
