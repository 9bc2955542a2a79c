package runner

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A recorder is a sink that keeps what it is given, an event a line.
type recorder struct{ lines []string }

func (r *recorder) event(e parse.Event, _ bool) error {
	text := e.Action
	if e.Test != "" {
		text += " " + e.Test
	}
	if e.Output != "" {
		text += " " + strings.TrimSuffix(e.Output, "\n")
	}
	r.lines = append(r.lines, text)
	return nil
}

const planOfTwo = `{"version":1,"call":0,"threads":["a","b"],"counts":[2,2]}`

// A keeperTest feeds a keeper with events. The scenarios of a test are done when a line says so: a
// verdict and the test's name.
type keeperTest struct {
	keeper    *keeper
	out       recorder
	waiting   map[string]*heldTest
	planned   []string
	broken    []error
	abandoned []string
}

func newKeeperTest() *keeperTest {
	k := &keeperTest{waiting: map[string]*heldTest{}}
	k.keeper = &keeper{
		stream:    &stream{sinks: []sink{&k.out}},
		now:       func() time.Time { return time.Unix(0, 0) },
		planned:   func(pkg string) { k.planned = append(k.planned, pkg) },
		explore:   func(t *heldTest) { k.waiting[t.name] = t },
		broken:    func(err error) { k.broken = append(k.broken, err) },
		abandoned: func(t *heldTest) { k.abandoned = append(k.abandoned, t.name) },
	}
	return k
}

// feed takes a script of lines: "run TestA", "plan TestA", "pass TestA", "out TestA text", "out - text"
// and "pass -" for the package, "scenario TestA" for one that was run, "done TestA" and "failed TestA"
// for the end of its exploration.
func (k *keeperTest) feed(t *testing.T, script string) {
	t.Helper()
	for line := range strings.Lines(script) {
		action, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		test, text, _ := strings.Cut(rest, " ")
		test = strings.TrimPrefix(test, "-")
		e := parse.Event{Package: "p", Test: test, Action: action}
		switch action {
		case "":
			continue
		case "plan":
			e.Action, e.Key, e.Value = parse.ActionAttr, protocol.AttrPlan, planOfTwo
		case "again":
			e.Action, e.Key, e.Value = parse.ActionAttr, protocol.AttrPlan, planOfTwo
		case "garbage":
			e.Action, e.Key, e.Value = parse.ActionAttr, protocol.AttrPlan, "garbage"
		case "out":
			e.Action, e.Output = parse.ActionOutput, text+"\n"
		case "scenario":
			k.keeper.stream.emit(parse.Event{Package: "p", Test: test + "/0,1,0,1", Action: parse.ActionRun})
			k.keeper.stream.emit(parse.Event{Package: "p", Test: test + "/0,1,0,1", Action: parse.ActionPass})
			continue
		case "done", "failed":
			held := k.waiting[test]
			if held == nil {
				t.Fatalf("%s: the exploration of %s has not begun", line, test)
			}
			delete(k.waiting, test)
			k.keeper.release(held, action == "failed")
			continue
		}
		k.keeper.event(e)
	}
	k.keeper.finish(false)
}

func TestKeeper(t *testing.T) {
	for _, test := range []struct {
		name, in, want string
	}{
		{
			name: "an ordinary test goes through",
			in:   "start -\nrun TestA\nout TestA hello\nout TestA --- PASS: TestA (0.00s)\npass TestA\nout - PASS\nout - ok  \tp\t0.010s\npass -",
			want: "start\nrun TestA\noutput TestA hello\noutput TestA --- PASS: TestA (0.00s)\npass TestA\noutput PASS\noutput ok  \tp\t0.010s\npass",
		},
		{
			name: "the end waits for the scenarios",
			in: `run TestA
				plan TestA
				out TestA --- PASS: TestA (0.00s)
				pass TestA
				run TestB
				pass TestB
				out - PASS
				out - ok  	p	0.010s
				pass -
				scenario TestA
				done TestA`,
			want: `run TestA
				attr TestA
				run TestB
				pass TestB
				run TestA/0,1,0,1
				pass TestA/0,1,0,1
				output TestA --- PASS: TestA (0.00s)
				pass TestA
				output PASS
				output ok  	p	0.000s
				pass`,
		},
		{
			name: "a scenario that fails lets its test, the parents and the package fail",
			in: `run TestA
				run TestA/x
				plan TestA/x
				out TestA/x --- PASS: TestA/x (0.00s)
				pass TestA/x
				out TestA --- PASS: TestA (0.00s)
				pass TestA
				out - PASS
				out - ok  	p	(cached)	coverage: 1%
				pass -
				failed TestA/x`,
			want: `run TestA
				run TestA/x
				attr TestA/x
				output TestA/x --- FAIL: TestA/x (0.00s)
				fail TestA/x
				output TestA --- FAIL: TestA (0.00s)
				fail TestA
				output FAIL
				output FAIL	p	0.000s	coverage: 1%
				fail`,
		},
		{
			name: "two subtests, of which the first is the last to be done",
			in: `run TestA
				run TestA/x
				run TestA/y
				plan TestA/x
				plan TestA/y
				pass TestA/x
				pass TestA/y
				pass TestA
				pass -
				done TestA/y
				failed TestA/x`,
			want: `run TestA
				run TestA/x
				run TestA/y
				attr TestA/x
				attr TestA/y
				pass TestA/y
				fail TestA/x
				fail TestA
				fail`,
		},
		{
			name: "a test and its subtest",
			in: `run TestA
				plan TestA
				run TestA/x
				plan TestA/x
				pass TestA/x
				pass TestA
				done TestA
				done TestA/x
				pass -`,
			want: `run TestA
				attr TestA
				run TestA/x
				attr TestA/x
				pass TestA/x
				pass TestA
				pass`,
		},
		{
			name: "a test that begins anew waits for its first round",
			in: `run TestA
				plan TestA
				pass TestA
				run TestA
				plan TestA
				pass TestA
				scenario TestA
				done TestA
				scenario TestA
				done TestA
				pass -`,
			want: `run TestA
				attr TestA
				run TestA/0,1,0,1
				pass TestA/0,1,0,1
				pass TestA
				run TestA
				attr TestA
				run TestA/0,1,0,1
				pass TestA/0,1,0,1
				pass TestA
				pass`,
		},
		{
			name: "a process that ends before its tests",
			in: `run TestA
				plan TestA
				run TestB
				out - exit status 3
				fail -`,
			want: `run TestA
				attr TestA
				run TestB
				output exit status 3
				fail`,
		},
		{
			name: "a parent that does not end while its subtest is explored",
			in: `run TestA
				run TestA/x
				plan TestA/x
				pass TestA/x
				fail -
				done TestA/x`,
			want: `run TestA
				run TestA/x
				attr TestA/x
				pass TestA/x
				fail`,
		},
		{
			name: "the second round of one test waits for itself, not for another",
			in: `run TestA
				plan TestA
				pass TestA
				run TestB
				plan TestB
				pass TestB
				run TestA
				plan TestA
				pass TestA
				pass -
				done TestA
				scenario TestA
				done TestA
				done TestB`,
			want: `run TestA
				attr TestA
				run TestB
				attr TestB
				pass TestA
				run TestA
				attr TestA
				run TestA/0,1,0,1
				pass TestA/0,1,0,1
				pass TestA
				pass TestB
				pass`,
		},
		{
			name: "a subtest with a plan and garbage lets its parents fail",
			in: `run TestA
				run TestA/x
				plan TestA/x
				garbage TestA/x
				pass TestA/x
				pass TestA
				pass -`,
			want: `run TestA
				run TestA/x
				attr TestA/x
				attr TestA/x
				output TestA/x     orchtest: TestA/x: attribute orchtest.plan: neither a JSON object nor a part of one: "garbage"
				fail TestA/x
				fail TestA
				fail`,
		},
		{
			name: "a subtest with garbage alone lets its parents fail",
			in: `run TestA
				run TestA/x
				garbage TestA/x
				pass TestA/x
				pass TestA
				pass -`,
			want: `run TestA
				run TestA/x
				attr TestA/x
				output TestA/x     orchtest: TestA/x: attribute orchtest.plan: neither a JSON object nor a part of one: "garbage"
				fail TestA/x
				fail TestA
				fail`,
		},
		{
			name: "a subtest is done between the line and the end of its parent",
			in: `run TestA
				run TestA/x
				plan TestA/x
				pass TestA/x
				out TestA --- PASS: TestA (0.00s)
				failed TestA/x
				pass TestA
				pass -`,
			want: `run TestA
				run TestA/x
				attr TestA/x
				fail TestA/x
				output TestA --- FAIL: TestA (0.00s)
				fail TestA
				fail`,
		},
		{
			name: "two calls of one index",
			in: `run TestA
				plan TestA
				again TestA
				pass TestA
				pass -`,
			want: `run TestA
				attr TestA
				attr TestA
				output TestA     orchtest: TestA: two calls of orchestrate.Test in it count as one: run it without -count and -cpu
				fail TestA
				fail`,
		},
		{
			name: "a plan that is garbage",
			in: `run TestA
				garbage TestA
				pass TestA
				pass -`,
			want: `run TestA
				attr TestA
				output TestA     orchtest: TestA: attribute orchtest.plan: neither a JSON object nor a part of one: "garbage"
				fail TestA
				fail`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := newKeeperTest()
			k.feed(t, test.in)
			want := strings.Split(strings.ReplaceAll(strings.TrimSpace(test.want), "\t\t\t\t", ""), "\n")
			if diff := cmp.Diff(want, k.out.lines); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if len(k.waiting) > 0 {
				t.Errorf("not released: %v", k.waiting)
			}
			if wrong := strings.Contains(test.in, "garbage") || strings.Contains(test.in, "again"); wrong != (len(k.broken) > 0) {
				t.Errorf("reported as broken: %v", k.broken)
			}
		})
	}
}

// Of the tests that run at once each is held by itself.
func TestKeeperPlansAPackageOnce(t *testing.T) {
	k := newKeeperTest()
	var script strings.Builder
	for i := range 10 {
		fmt.Fprintf(&script, "run Test%d\nplan Test%d\n", i, i)
	}
	k.feed(t, script.String())
	if diff := cmp.Diff([]string{"p"}, k.planned); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Of an orchestrated test whose process ends, and of a package whose end does not come, somebody is told.
func TestKeeperLosesNothing(t *testing.T) {
	k := newKeeperTest()
	k.feed(t, "run TestA\nplan TestA\nout TestA --- PASS: TestA (0.00s)\nfail -")
	if diff := cmp.Diff([]string{"TestA"}, k.abandoned); diff != "" {
		t.Errorf("abandoned (-want +got)\n%s", diff)
	}
	k = newKeeperTest()
	k.keeper.event(parse.Event{Package: "p", Action: parse.ActionStart})
	k.keeper.finish(true)
	if len(k.broken) != 1 || !strings.Contains(k.broken[0].Error(), "the end of the package is missing") {
		t.Errorf("got %v, want the missing end", k.broken)
	}
}
