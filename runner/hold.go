package runner

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A keeper passes the events of go test on, but keeps the end of an orchestrated test, of its parents
// and of its package until the test's scenarios are done. So the scenarios can be subtests in the
// stream, and what they come to decides how their parents end.
//
// It is called by one goroutine at a time.
type keeper struct {
	stream *stream
	now    func() time.Time
	// planned is called when a package turns out to have an orchestrated test.
	planned func(pkg string)
	// explore is called when an orchestrated test has come to its end, with what is known of its
	// calls. The keeper's release is to be called once the scenarios are done, not from explore.
	explore func(t *heldTest)
	// abandoned is called for an orchestrated test that does not come to its end.
	abandoned func(t *heldTest)
	// broken is called with what was reported and cannot be used.
	broken func(err error)
	// covered returns a line of a package that tells its coverage as it is with that of the scenarios.
	// It is nil where there is no coverage.
	covered func(pkg, line string) string

	// left reports whether the tests of a package that are not orchestrated are another shard's; record is what
	// the stream says of a package then. They are nil where there are no shards.
	left   func(pkg string) bool
	record func(left bool) string

	packages map[string]*heldPackage
	closed   bool // there is to be no further exploration
}

// A heldPackage is a package of which go test reports.
type heldPackage struct {
	name    string
	start   time.Time
	attrs   parse.Attrs
	tests   map[string]*heldTest // the orchestrated ones that have not been released, and their parents
	events  []parse.Event        // kept until no test is held
	queue   []parse.Event        // kept unread, since a test that is held begins anew
	planned bool
	failed  bool // by a scenario
	ran     bool // a scenario of it, in a process of its own
	cached  bool // go test has the result from its cache
	ended   bool // its end has come from go test
	waiting bool // with its events, for its end

	withheld *withheld // nil where its ordinary tests are this run's
}

// A heldTest is a test whose end is kept, or will be.
type heldTest struct {
	pkg   *heldPackage
	name  string
	calls []*plannedCall
	wrong error // what the library reported and cannot be used

	children int           // orchestrated tests below it that have not been released
	end      []parse.Event // of the test, once it has come
	ended    time.Time
	busy     bool // its scenarios are being run
	failed   bool // by a scenario of its own or of a test below it

	replay [2]string // how the commands begin and end that run its scenarios again, once one was asked for
}

// A plannedCall is a call of orchestrate.Test in the plan run.
type plannedCall struct {
	plan   protocol.Plan
	serial *protocol.Scenario
}

func (k *keeper) pkg(name string) *heldPackage {
	if k.packages == nil {
		k.packages = map[string]*heldPackage{}
	}
	p := k.packages[name]
	if p == nil {
		p = &heldPackage{name: name, start: k.now(), tests: map[string]*heldTest{}}
		if k.left != nil && k.left(name) {
			p.withheld = newWithheld()
		}
		k.packages[name] = p
	}
	return p
}

// event takes the next event of go test.
func (k *keeper) event(e parse.Event) {
	if e.Package == "" {
		k.stream.emit(e) // of a build
		return
	}
	p := k.pkg(e.Package)
	if len(p.queue) > 0 {
		p.queue = append(p.queue, e)
		return
	}
	reported, err := p.attrs.Add(e)
	switch {
	case err != nil:
		k.broken(err)
		k.through(p, e.Test)
		p.test(e.Test).wrong = err
	case reported.Echo:
		return
	case reported.Plan != nil && len(reported.Plan.Threads) == 0:
		// It failed, or was skipped, before it had a thread: there is nothing to explore.
	case reported.Plan != nil:
		k.plan(p, e.Test, *reported.Plan)
	case reported.Scenario != nil:
		p.serial(e.Test, reported.Scenario)
	}
	if e.Test == "" {
		k.packageEvent(p, e)
		return
	}
	k.testEvent(p, e)
}

// test returns the record of a test, which it makes if there is none.
func (p *heldPackage) test(name string) *heldTest {
	t := p.tests[name]
	if t == nil {
		t = &heldTest{pkg: p, name: name}
		p.tests[name] = t
	}
	return t
}

func (k *keeper) plan(p *heldPackage, test string, plan protocol.Plan) {
	k.through(p, test)
	t := p.test(test)
	if slices.ContainsFunc(t.calls, func(c *plannedCall) bool { return c.plan.Call == plan.Call }) {
		// Two bubbles of testing/synctest in a test that is repeated: the library cannot tell them apart.
		t.wrong = fmt.Errorf("%s: two calls of orchestrate.Test in it count as one: run it without -count and -cpu", test)
		k.broken(t.wrong)
		return
	}
	if len(t.calls) == 0 {
		for parent := range parents(test) {
			p.test(parent).children++
		}
	}
	t.calls = append(t.calls, &plannedCall{plan: plan})
	if !p.planned {
		p.planned = true
		k.planned(p.name)
	}
}

func (p *heldPackage) serial(test string, s *protocol.Scenario) {
	t := p.tests[test]
	if t == nil {
		return
	}
	for _, call := range t.calls {
		if call.plan.Call == s.Call {
			call.serial = s
		}
	}
}

// parents yields the names of the tests that a test is a subtest of, the nearest first.
func parents(test string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for i := strings.LastIndex(test, "/"); i >= 0; i = strings.LastIndex(test, "/") {
			test = test[:i]
			if !yield(test) {
				return
			}
		}
	}
}

func (k *keeper) packageEvent(p *heldPackage, e parse.Event) {
	p.events = append(p.events, e)
	if k.record != nil && e.Action == parse.ActionStart {
		p.events = append(p.events, parse.Event{Time: e.Time, Action: parse.ActionAttr, Package: p.name,
			Key: protocol.AttrShard, Value: k.record(p.withheld != nil)})
	}
	if k.covered != nil && p.planned && strings.HasPrefix(e.Output, "coverage: ") {
		p.waiting = true // only then go test has written the profile
	}
	if e.Ends() {
		p.ended, p.waiting = true, false
		k.abandon(p)
		if e.Action == parse.ActionFail {
			k.unfinished(p)
		}
	}
	k.flush(p)
}

func (k *keeper) testEvent(p *heldPackage, e parse.Event) {
	t := p.tests[e.Test]
	switch {
	case t == nil && p.withheld != nil:
		k.ordinary(p, e)
	case t == nil:
		k.stream.emit(e)
	case e.Action == parse.ActionRun && t.hasEnded():
		p.queue = append(p.queue, e)
	case len(t.end) > 0, e.Ends(), e.EndLine():
		t.end = append(t.end, e)
		if e.Ends() {
			t.ended = k.now()
			k.ended(t)
		}
	default:
		k.stream.emit(e)
	}
}

// hasEnded reports whether the end of the test has come. Before it comes the line that announces it.
func (t *heldTest) hasEnded() bool { return !t.ended.IsZero() }

// ended is called when the end of a test has come.
func (k *keeper) ended(t *heldTest) {
	switch {
	case len(t.calls) > 0 && t.wrong == nil && !k.closed:
		t.busy = true
		k.explore(t)
		return
	case len(t.calls) > 0:
		k.release(t, t.wrong != nil)
		return
	case t.wrong != nil:
		for parent := range parents(t.name) {
			t.pkg.test(parent).failed = true
		}
	}
	k.releaseIfDone(t)
	k.flush(t.pkg)
}

// release lets the end of an orchestrated test go, and those of its parents that waited for it.
func (k *keeper) release(t *heldTest, failed bool) {
	t.busy = false
	t.failed = t.failed || failed
	k.releaseIfDone(t)
	k.leave(t, failed)
	k.flush(t.pkg)
}

func (k *keeper) releaseIfDone(t *heldTest) {
	p := t.pkg
	if t.busy || t.children > 0 || !t.hasEnded() {
		return
	}
	delete(p.tests, t.name)
	if t.wrong != nil {
		k.stream.emit(parse.Event{Time: k.time(), Action: parse.ActionOutput, Package: p.name, Test: t.name,
			Output: "    orchtest: " + t.wrong.Error() + "\n"})
		t.failed = true
	}
	p.failed = p.failed || t.failed
	for _, e := range t.end {
		k.stream.emit(t.verdict(e, k.now()))
	}
}

// abandon gives up the tests whose end will not come: their process has ended. What they had printed
// that looked like their end goes its way.
func (k *keeper) abandon(p *heldPackage) {
	for _, name := range slices.Sorted(maps.Keys(p.tests)) {
		t := p.tests[name]
		if t == nil || t.hasEnded() {
			continue
		}
		if len(t.calls) > 0 {
			k.abandoned(t)
		}
		delete(p.tests, name)
		for _, e := range t.end {
			k.stream.emit(e)
		}
		if len(t.calls) > 0 {
			k.leave(t, false)
		}
	}
}

// leave tells the parents of an orchestrated test that they need not wait for it any more.
func (k *keeper) leave(t *heldTest, failed bool) {
	for parent := range parents(t.name) {
		if up := t.pkg.tests[parent]; up != nil {
			up.children--
			up.failed = up.failed || failed
			k.releaseIfDone(up)
		}
	}
}

// flush lets go of the events of a package of which no test is held any more, and takes those up that
// waited for a test to be released.
func (k *keeper) flush(p *heldPackage) {
	if len(p.tests) == 0 && !p.waiting {
		events := p.events
		p.events = nil
		for _, e := range events {
			k.stream.emit(k.withCoverage(p, p.verdict(e, k.now())))
		}
	}
	if len(p.queue) > 0 && p.tests[p.queue[0].Test] == nil {
		queue := p.queue
		p.queue = nil
		for _, e := range queue {
			k.event(e)
		}
	}
}

// withCoverage is an event of a package with the coverage of its scenarios taken into account.
func (k *keeper) withCoverage(p *heldPackage, e parse.Event) parse.Event {
	if k.covered == nil || !p.planned || !strings.Contains(e.Output, "coverage: ") {
		return e
	}
	if line := k.covered(p.name, e.Output); line != e.Output {
		e = e.Edit()
		e.Output = line
	}
	return e
}

func (k *keeper) time() *time.Time {
	now := k.now()
	return &now
}

// finish lets go of everything that is still kept. It is called once go test has ended and every
// test that was explored has been released. Where go test says that all is well, it has told of the
// end of each package.
func (k *keeper) finish(well bool) {
	k.closed = true
	for _, name := range slices.Sorted(maps.Keys(k.packages)) {
		p := k.packages[name]
		p.waiting = false
		k.abandon(p)
		k.unfinished(p)
		k.flush(p)
		if well && !p.ended {
			k.broken(fmt.Errorf("%s: the output of go test is incomplete: the end of the package is missing", p.name))
		}
	}
}
