package orchestrate

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
	"github.com/orchtest/orchtest/lib/internal/registry"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"

	// What orchtest makes of a pragma calls this package. So it has to be among what the test is built
	// from, and in the vendor folder where there is one.
	_ "github.com/orchtest/orchtest/lib/syncpoint"
)

// Counts are the turns that each thread took in the serial run, by index: the syncpoints that it
// passed, plus one.
type Counts []int

// An Option changes what [Test] and [Run] do.
type Option func(*call)

// Name makes the syncpoints of this name, and no others, take part. Without it only those take part
// that have no name. A name that no thread reaches fails the test.
func Name(name string) Option { return func(c *call) { c.name = name } }

// TurnTimeout is how long one turn may take, and how long a thread that was woken may take to come to
// the end of the turn in which it had been blocked. A scenario in which one takes longer fails. Zero or
// less is no limit; without this option the limit is that of --turn-timeout, which is 10 s by default.
// In a bubble of testing/synctest there is none.
func TurnTimeout(d time.Duration) Option { return func(c *call) { c.mode.limits.turn = d } }

// DeadlockWindow is for how long every thread that has not ended has to be blocked before the scenario
// fails as a deadlock. It is to be longer than any timer that may still wake one of them. Without this
// option it is that of --deadlock-window, which is one second by default.
func DeadlockWindow(d time.Duration) Option { return func(c *call) { c.mode.limits.window = d } }

// NoLeaks makes a scenario fail that leaves a goroutine behind: one that was started in its course and
// still exists after its Cleanup functions were called, and after a while of grace. It is what
// --fail-on-leak does for every test.
func NoLeaks() Option { return func(c *call) { c.mode.noLeaks = true } }

// Test runs scenario, a function that adds threads with [T.Go], under every order in which these
// threads can take turns, and returns how many turns each took when they ran one after the other.
// The first scenario that fails stops the exploration and fails t.
//
// Under `orchtest` each order runs in a process of its own, unless --isolation batch is given. Under plain `go test` they all run one
// after the other in this process, each with a call of scenario: what scenario makes is fresh, and
// what lives outside of it is carried from one to the next.
//
// Test may be called only by the goroutine of t, more than once, and in subtests. T has the rules for
// what scenario and its threads may do.
func Test(t *testing.T, scenario func(t *T), opts ...Option) Counts {
	t.Helper()
	return begin(t, scenario, opts).do()
}

// Run is [Test] for threads and nothing else. They are named "thread 0", "thread 1", and so on.
func Run(t *testing.T, threads []func(), opts ...Option) Counts {
	t.Helper()
	for i, f := range threads {
		if f == nil {
			panic(fmt.Sprintf("orchestrate: Run: function %d is nil: a thread needs a function", i))
		}
	}
	return begin(t, func(t *T) {
		for _, f := range threads {
			t.Go("", f)
		}
	}, opts).do()
}

// A call is one call of Test or Run.
type call struct {
	t        *testing.T
	scenario func(*T)
	name     string // of the syncpoints that take part
	index    int    // among the calls in the same test
	place    place
	folder   string // of place
	pkg      string // the import path of the package under test, as far as the name of its function tells
	mode     mode

	symmetric bool             // all threads are interchangeable
	pinned    [][]int          // the sequences to run, where they are named
	expected  []string         // outcomes; nil where any will do
	forbidden []string         // outcomes
	seen      map[string]*seen // outcomes of scenarios inside of this process

	serial *T     // the T of the serial run
	counts Counts // what it counted
	strays int64  // what the registry had counted before it

	told *protocol.Scenario // the last report of a batch that says everything

	// What follows serves one scenario after the other.
	left   []int
	spare  []*thread
	wake   chan struct{}
	looker goroutines.Looker
	log    *logFile // nil where none is wanted, or before the first
}

func begin(t *testing.T, scenario func(*T), opts []Option) *call {
	t.Helper()
	if scenario == nil {
		panic("orchestrate: Test(t, nil): a scenario function is needed")
	}
	if registry.Current() != nil {
		panic("orchestrate: Test or Run called by a thread: " +
			"call it from the test function, or in a subtest of its own")
	}
	c := &call{t: t, scenario: scenario, index: nextIndex(t), strays: registry.Strays(), wake: make(chan struct{}, 1)}
	if pc, file, line, ok := runtime.Caller(2); ok {
		c.place, c.folder = place{file, line}, filepath.Dir(file)
		c.pkg = packageOf(runtime.FuncForPC(pc).Name())
	}
	var err error
	if c.mode, err = modeOf(t.Name(), c.index); err != nil {
		t.Fatalf("orchestrate: %v", err)
	}
	for _, opt := range opts {
		opt(c)
	}
	return c
}

// do runs what the mode asks for.
func (c *call) do() Counts {
	c.t.Helper()
	switch c.mode.kind {
	case single:
		c.run(c.mode.sequence)
		return c.mode.counts
	case batch:
		c.runBatch()
		return c.mode.counts
	case plan:
		c.run(nil)
		c.vacuous()
		c.interchangeable()
	case other:
		c.run(nil)
		c.vacuous()
	case explore:
		defer c.logOutcomes()
		c.run(nil)
		c.vacuous()
		c.interchangeable()
		c.explore()
	}
	return c.counts
}

// explore runs every sequence after the serial one, or those that are named, up to the first that fails.
func (c *call) explore() {
	if c.pinned != nil {
		c.explorePinned()
		return
	}
	sequences := c.sequences()
	sequences.Next() // the serial run
	for !c.t.Failed() && sequences.Next() {
		c.run(sequences.Sequence())
	}
}

// run runs one scenario; a nil sequence is the serial run. Where the scenario function or a thread
// ends the test, run does not return; the report is made all the same.
func (c *call) run(sequence []int) *T {
	expected := c.counts
	if c.mode.awaited() {
		expected = c.mode.counts
	}
	if c.log == nil {
		c.log = openLog(c.mode.turns)
	}
	t := &T{
		TB: c.t,
		course: course{
			name: c.name, limits: c.mode.limits, log: c.log.restart(), spare: c.spare,
			lookout: lookout{folder: c.folder, looker: &c.looker},
		},
		call:     c,
		sequence: sequence,
		expected: expected,
		before:   c.t.Failed(),
		owner:    registry.Goroutine(),
	}
	c.left = append(c.left[:0], expected...)
	t.course.Init(&t.course, c.wake)
	t.course.watcher, t.course.script = t, scripted{rest: sequence, left: c.left}
	t.course.threads = make([]*thread, 0, len(expected))
	defer c.watch(t)()
	if c.mode.noLeaks {
		t.leaks = newLeakCheck()
	}
	returned := false
	defer func() { c.end(t, returned) }()
	t.play(c.scenario)
	returned = true
	return t
}

// end is called when a scenario and its cleanup functions have come to their ends.
func (c *call) end(t *T, returned bool) {
	if t.telling != nil {
		t.telling.Stop()
	}
	if !t.stuck && c.mode.kind != batch { // if stuck, nothing that the race detector sees orders this after what the threads wrote
		c.log.close()
	}
	if !returned && !t.Skipped() {
		t.fail()
	}
	t.checkLeaks()
	c.judge(t)
	if t.sequence == nil {
		c.counted(t)
	}
	if c.mode.kind == explore {
		c.count(t)
	}
	c.report(t)
	if t.stuck && inBubble() {
		c.leaveBubble(t)
	}
	if t.sequence != nil && !t.stuck {
		c.spare = t.course.threads
	}
}

// whenStuck is called for a scenario that is stuck, in which cleanup functions may be stuck too. If they are, it
// ends the process that runs no other one within a second. In another process it says on standard error why the
// scenario is stuck: what a test has printed is shown when it has ended, and this one may never.
func (c *call) whenStuck(t *T) {
	switch {
	case inBubble(): // its clock may stand still
	case c.mode.awaited():
		time.AfterFunc(time.Second, func() {
			c.report(t)
			os.Exit(1)
		})
	default:
		t.telling = time.AfterFunc(tellAfter, func() {
			fmt.Fprintf(os.Stderr, "orchestrate: %s is stuck, and so are its cleanup functions\n%s", t.Name(), t.stuckText)
		})
	}
}

const tellAfter = 5 * time.Second

// leaveBubble ends the process if the bubble cannot end, as a thread is left in it. Where that is durably blocked
// the bubble says so itself, by a panic; else it would wait for it without end.
func (c *call) leaveBubble(t *T) {
	if c.mode.awaited() {
		os.Exit(1)
	}
	l := &t.course.lookout
	for range 100 { // so that those may end whose lock a cleanup function has unlocked
		runtime.Gosched()
	}
	l.look()
	for _, th := range t.course.threads {
		if g := l.goroutine(th); g != nil && g.Kind() == goroutines.Sync && !durable(g) {
			on, file, line := g.Wait()
			panic(fmt.Sprintf("orchestrate: the bubble of testing/synctest cannot end: thread %q waits on %s at %s\n%s",
				th.name(), on, l.short(place{file, line}), t.stuckText))
		}
	}
}

// play runs the scenario function, the threads, and whatever happens the cleanup functions.
func (t *T) play(scenario func(*T)) {
	defer t.end()
	scenario(t)
	t.Wait()
}

// counted takes the turns of the serial run as the plan.
func (c *call) counted(t *T) {
	c.serial = t
	c.counts = make(Counts, len(t.course.threads))
	for _, turn := range t.turns((*thread).brief) {
		c.counts[turn.Thread]++
	}
	for i, n := range c.counts {
		c.counts[i] = max(n, 1) // it was never run, since the test ended before
	}
}

// vacuous fails or skips a test that would prove nothing: one order is all that there is.
func (c *call) vacuous() {
	c.t.Helper()
	if c.serial.Failed() || c.serial.Skipped() {
		return
	}
	threads := c.serial.course.threads
	if len(threads) == 0 {
		c.t.Fatalf("orchestrate: the scenario has no threads: add two at least with t.Go, or pass them to Run")
	}
	var others []string
	for _, th := range threads {
		if len(th.turns) > 1 {
			return
		}
		others = append(others, th.others...)
	}
	slices.Sort(others)
	others = slices.Compact(others)
	switch {
	case len(others) > 0:
		c.t.Fatalf("orchestrate: no thread reached %s; reached were: %s", c.wanted(), quoted(others))
	case c.mode.kind == explore:
		c.t.Skip("orchestrate: no thread reached a syncpoint: a `// pragma: " + "SYNCPOINT` is a comment " +
			"to plain `go test`; run it with orchtest")
	case registry.Strays() > c.strays:
		c.t.Fatalf("orchestrate: no thread reached %s, though a goroutine did that is not a thread: "+
			"only a function given to t.Go takes turns, not the goroutines that it starts", c.wanted())
	default:
		c.t.Fatalf("orchestrate: no thread reached %s, so there is only one order to run: put "+
			"`%s` in the code that the threads run, in a package of this module, "+
			"its workspace, or one replaced by a local folder", c.wanted(), c.pragma())
	}
}

// wanted names the syncpoints that take part.
func (c *call) wanted() string {
	if c.name == "" {
		return "a syncpoint without a name"
	}
	return fmt.Sprintf("a syncpoint of the name %q", c.name)
}

// pragma is the comment that makes such a syncpoint.
func (c *call) pragma() string {
	return strings.TrimSpace("// pragma: " + "SYNCPOINT " + c.name)
}

// quoted lists names of syncpoints.
func quoted(names []string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = fmt.Sprintf("%q", name)
		if name == "" {
			list[i] = "syncpoints without a name"
		}
	}
	return strings.Join(list, ", ")
}

// outcome describes a scenario that has run.
func (c *call) outcome(t *T) protocol.Scenario {
	turns, sequence := t.turns((*thread).describe), t.sequence
	if sequence == nil {
		for _, turn := range turns {
			sequence = append(sequence, turn.Thread)
		}
		if len(sequence) == 0 {
			sequence = permutations.Serial(c.counts)
		}
	}
	s := protocol.Scenario{
		Version:    protocol.Version,
		Call:       c.index,
		Sequence:   slices.Clone(sequence),
		Threads:    t.names(),
		Turns:      turns,
		FailedTurn: int(t.failedTurn.Load()) - 1,
		Failed:     t.Failed(),
		Skipped:    t.Skipped(),
		Outcome:    t.label(),
		File:       c.place.file,
		Line:       c.place.line,
	}
	return s
}
