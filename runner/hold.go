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
	// broken is called with what the library reported and cannot be used.
	broken func(pkg string, err error)

	packages map[string]*heldPackage
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
		k.broken(p.name, err)
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
	t := p.test(test)
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
	if e.Ends() {
		k.abandon(p)
	}
	k.flush(p)
}

func (k *keeper) testEvent(p *heldPackage, e parse.Event) {
	t := p.tests[e.Test]
	switch {
	case t == nil:
		k.stream.emit(e)
	case e.Action == parse.ActionRun && len(t.end) > 0:
		p.queue = append(p.queue, e)
	case len(t.end) > 0, e.Ends(), endLine(e):
		t.end = append(t.end, e)
		if e.Ends() {
			t.ended = k.now()
			k.ended(t)
		}
	default:
		k.stream.emit(e)
	}
}

// endLine reports whether an output event is the line that announces the test's end.
func endLine(e parse.Event) bool {
	if e.Action != parse.ActionOutput {
		return false
	}
	text := strings.TrimLeft(e.Output, " ")
	for _, verdict := range []string{"PASS", "FAIL", "SKIP"} {
		if strings.HasPrefix(text, "--- "+verdict+": "+e.Test+" (") {
			return true
		}
	}
	return false
}

// ended is called when the end of a test has come.
func (k *keeper) ended(t *heldTest) {
	if len(t.calls) > 0 && t.wrong == nil {
		t.busy = true
		k.explore(t)
		return
	}
	k.releaseIfDone(t)
	k.flush(t.pkg)
}

// release lets the end of an orchestrated test go, and those of its parents that waited for it.
func (k *keeper) release(t *heldTest, failed bool) {
	t.busy = false
	t.failed = t.failed || failed
	k.releaseIfDone(t)
	for parent := range parents(t.name) {
		if up := t.pkg.tests[parent]; up != nil {
			up.children--
			up.failed = up.failed || failed
			k.releaseIfDone(up)
		}
	}
	k.flush(t.pkg)
}

func (k *keeper) releaseIfDone(t *heldTest) {
	p := t.pkg
	if t.busy || t.children > 0 || len(t.end) == 0 {
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
		if t := p.tests[name]; t.ended.IsZero() {
			delete(p.tests, name)
			for _, e := range t.end {
				k.stream.emit(e)
			}
		}
	}
}

// flush lets go of the events of a package of which no test is held any more.
func (k *keeper) flush(p *heldPackage) {
	if len(p.tests) > 0 {
		return
	}
	events, queue := p.events, p.queue
	p.events, p.queue = nil, nil
	for _, e := range events {
		k.stream.emit(p.verdict(e, k.now()))
	}
	for _, e := range queue {
		k.event(e)
	}
}

func (k *keeper) time() *time.Time {
	now := k.now()
	return &now
}

// finish lets go of everything that is still kept. It is called once go test has ended and every
// test that was explored has been released.
func (k *keeper) finish() {
	for _, name := range slices.Sorted(maps.Keys(k.packages)) {
		p := k.packages[name]
		k.abandon(p)
		k.flush(p)
	}
}

// verdict returns an event of the test's end as it is once its scenarios are taken into account.
func (t *heldTest) verdict(e parse.Event, now time.Time) parse.Event {
	waited := now.Sub(t.ended)
	e = e.Edit()
	e.Time = &now
	if e.Elapsed != nil {
		*e.Elapsed += round(waited)
	}
	if endLine(e) {
		e.Output = t.line(e.Output, waited)
	}
	if t.failed && e.Ends() {
		e.Action = parse.ActionFail
	}
	return e
}

// line returns the line that announces the end, with the time that the scenarios took and, if one
// failed, the other verdict.
func (t *heldTest) line(output string, waited time.Duration) string {
	indent, rest, _ := strings.Cut(output, "--- ")
	verdict, _, _ := strings.Cut(rest, ":")
	if t.failed {
		verdict = "FAIL"
	}
	seconds := 0.0
	if i := strings.LastIndex(rest, "("); i >= 0 {
		fmt.Sscanf(rest[i:], "(%fs)", &seconds)
	}
	return fmt.Sprintf("%s--- %s: %s (%.2fs)\n", indent, verdict, t.name, seconds+waited.Seconds())
}

// verdict returns an event of the package as it is once the scenarios of its tests are taken into
// account.
func (p *heldPackage) verdict(e parse.Event, now time.Time) parse.Event {
	if !p.planned && !p.failed {
		return e
	}
	took := now.Sub(p.start)
	switch {
	case e.Ends():
		e = e.Edit()
		e.Time = &now
		seconds := round(took)
		e.Elapsed = &seconds
		if p.failed {
			e.Action = parse.ActionFail
		}
	case e.Action == parse.ActionOutput && p.failed && e.Output == "PASS\n":
		e = e.Edit()
		e.Output = "FAIL\n"
	case e.Action == parse.ActionOutput && strings.HasPrefix(e.Output, "ok  \t"+p.name+"\t"):
		e = e.Edit()
		_, rest, _ := strings.Cut(strings.TrimPrefix(e.Output, "ok  \t"+p.name+"\t"), "\t")
		if rest == "" {
			rest = "\n"
		} else {
			rest = "\t" + rest
		}
		result := "ok  "
		if p.failed {
			result = "FAIL"
		}
		e.Output = fmt.Sprintf("%s\t%s\t%.3fs%s", result, p.name, took.Seconds(), rest)
	}
	return e
}

// round returns a duration in seconds, as exactly as test2json gives it.
func round(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
