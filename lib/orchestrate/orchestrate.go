package orchestrate

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

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

// Test runs scenario, a function that adds threads with [T.Go], under every order in which these
// threads can take turns, and returns how many turns each took when they ran one after the other.
// The first scenario that fails stops the exploration and fails t.
//
// Under `orchtest` each order runs in a process of its own. Under plain `go test` they all run one
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

	serial *T     // the T of the serial run
	counts Counts // what it counted
	strays int64  // what the registry had counted before it
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
	c := &call{t: t, scenario: scenario, index: nextIndex(t), strays: registry.Strays()}
	if pc, file, line, ok := runtime.Caller(2); ok {
		c.place, c.folder = place{file, line}, filepath.Dir(file)
		c.pkg = packageOf(runtime.FuncForPC(pc).Name())
	}
	for _, opt := range opts {
		opt(c)
	}
	mode, err := modeOf(t.Name(), c.index)
	if err != nil {
		t.Fatalf("orchestrate: %v", err)
	}
	c.mode = mode
	return c
}

// do runs what the mode asks for.
func (c *call) do() Counts {
	c.t.Helper()
	switch c.mode.kind {
	case single:
		c.run(c.mode.sequence)
		return c.mode.counts
	case plan, other:
		c.run(nil)
		c.vacuous()
	case explore:
		c.run(nil)
		c.vacuous()
		c.explore()
	}
	return c.counts
}

// explore runs every sequence after the serial one, up to the first that fails.
func (c *call) explore() {
	sequences := permutations.New(c.counts)
	sequences.Next() // the serial run
	for !c.t.Failed() && sequences.Next() {
		c.run(sequences.Sequence())
	}
}

// run runs one scenario; a nil sequence is the serial run. Where the scenario function or a thread
// ends the test, run does not return; the report is made all the same.
func (c *call) run(sequence []int) {
	expected := c.counts
	if c.mode.kind == single {
		expected = c.mode.counts
	}
	t := &T{
		TB:        c.t,
		conductor: conductor{name: c.name, threads: make([]*thread, 0, len(expected))},
		script:    scripted{rest: sequence},
		folder:    c.folder,
		expected:  expected,
		before:    c.t.Failed(),
		owner:     registry.Goroutine(),
	}
	t.conductor.watcher, t.conductor.strategy = t, &t.script
	t.conductor.log = openTurnLog(c.mode.turns)
	defer c.watch(t)()
	returned := false
	defer func() {
		t.conductor.log.close()
		if !returned && !t.Skipped() {
			t.fail()
		}
		if sequence == nil {
			c.counted(t)
		}
		c.report(t, sequence)
	}()
	t.play(c.scenario)
	returned = true
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
	c.counts = make(Counts, len(t.conductor.threads))
	for i, th := range t.conductor.threads {
		c.counts[i] = max(len(th.turns), 1)
	}
}

// vacuous fails or skips a test that would prove nothing: one order is all that there is.
func (c *call) vacuous() {
	c.t.Helper()
	if c.serial.Failed() || c.serial.Skipped() {
		return
	}
	threads := c.serial.conductor.threads
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
func (c *call) outcome(t *T, sequence []int) protocol.Scenario {
	if sequence == nil {
		sequence = permutations.Serial(c.counts)
	}
	s := protocol.Scenario{
		Version:    protocol.Version,
		Call:       c.index,
		Sequence:   slices.Clone(sequence),
		Threads:    t.names(),
		Turns:      t.turns(),
		FailedTurn: int(t.failedTurn.Load()) - 1,
		Failed:     t.Failed(),
		Skipped:    t.Skipped(),
		File:       c.place.file,
		Line:       c.place.line,
	}
	return s
}
