package html_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/orchtest/orchtest/html"
	"github.com/orchtest/orchtest/junit"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// A recorder makes the stream of a run, and with it a report.
type recorder struct {
	t      testing.TB
	report *junit.Report
	pkg    string
	now    time.Time
}

func newRecorder(t testing.TB) *recorder {
	return &recorder{
		t: t, report: junit.New(junit.Config{Root: "/src", Turns: true}), pkg: "example.com/shop/bank",
		now: time.Date(2026, 3, 4, 15, 16, 17, 0, time.UTC),
	}
}

func (r *recorder) add(e parse.Event) {
	r.now = r.now.Add(time.Millisecond)
	now := r.now
	e.Time, e.Package = &now, r.pkg
	r.report.Add(e)
}

func (r *recorder) begin(test string) { r.add(parse.Event{Action: parse.ActionRun, Test: test}) }

func (r *recorder) say(test, output string) {
	r.add(parse.Event{Action: parse.ActionOutput, Test: test, Output: output})
}

func (r *recorder) end(test, action string) {
	elapsed := 0.012
	r.add(parse.Event{Action: action, Test: test, Elapsed: &elapsed})
}

// attr sends a value of the protocol.
func (r *recorder) attr(test, key string, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		r.t.Fatal(err)
	}
	r.add(parse.Event{Action: parse.ActionAttr, Test: test, Key: key, Value: string(text)})
}

// plan begins an orchestrated test.
func (r *recorder) plan(test string, threads ...string) {
	r.begin(test)
	counts := make([]int, len(threads))
	for i := range counts {
		counts[i] = 2
	}
	r.attr(test, protocol.AttrPlan, protocol.Plan{Version: 1, Threads: threads, Counts: counts})
}

// scenario runs a scenario. Its name is that of its turns.
func (r *recorder) scenario(test string, s protocol.Scenario, action, output string) {
	s.Version = 1
	s.Sequence = s.Executed()
	label := permutations.Format(s.Sequence) + protocol.Suffix(s.Call)
	s.Replay = fmt.Sprintf("orchtest --run '^%s$' --sequence %s ./bank", test, label)
	s.Failed, s.Skipped = action == parse.ActionFail, action == parse.ActionSkip
	name := test + "/" + label
	r.begin(name)
	r.attr(name, protocol.AttrScenario, s)
	if output != "" {
		r.say(name, output)
	}
	if s.Failed {
		r.say(name, fmt.Sprintf("\n    scenario %s failed\n    threads: 0 \"first\" 1 \"second\"\n\n    the table\n\n    replay: %s\n", label, s.Replay))
	}
	r.end(name, action)
}

func (r *recorder) page(c html.Config) string {
	r.t.Helper()
	var b strings.Builder
	if err := html.Write(&b, r.report.Packages(), c); err != nil {
		r.t.Fatal(err)
	}
	return b.String()
}

const bank = "/src/bank/account.go"

// at is a turn that ends at a line; ends is one in which the thread returns.
func at(thread, line int) protocol.Turn {
	return protocol.Turn{Thread: thread, File: bank, Line: line}
}
func ends(thread int) protocol.Turn { return protocol.Turn{Thread: thread, End: protocol.Returned} }

// source is a file of which each line says its number.
func source(file string, first, last int) []string {
	var lines []string
	for n := first; n <= min(last, 40) && file == bank; n++ {
		lines = append(lines, fmt.Sprintf("\tif line := %d; a < b && c > d { // %s", n, "<script>alert(1)</script>"))
	}
	return lines
}

// shop is a small run in which there is some of everything.
func shop(t testing.TB) *recorder {
	r := newRecorder(t)
	names := []string{"first", "second"}
	two := func(failed int, turns ...protocol.Turn) protocol.Scenario {
		return protocol.Scenario{Threads: names, Turns: turns, FailedTurn: failed, File: "/src/bank/account_test.go", Line: 12}
	}
	r.plan("TestWithdraw", names...)
	r.scenario("TestWithdraw", two(-1, at(0, 21), ends(0), at(1, 21), ends(1)), "pass", "")
	r.scenario("TestWithdraw", two(-1, at(0, 21), at(1, 21), ends(0), ends(1)), "fail", "    account_test.go:17: overdrawn: balance -40\n")
	r.scenario("TestWithdraw", two(3, at(0, 21), at(1, 21), ends(1), protocol.Turn{Thread: 0, End: protocol.Panicked, File: bank, Line: 24}),
		"fail", "panic: <b>no</b> & \"more\"\n")
	r.attr("TestWithdraw", protocol.AttrExploration, protocol.Exploration{Version: 1, Sequences: "6", Planned: 6, Passed: 1, Failed: 2, NotRun: 3})
	r.end("TestWithdraw", "fail")

	blocked := two(-1, at(0, 14),
		protocol.Turn{Thread: 1, End: protocol.StillBlocked, Waits: []protocol.Wait{{On: "sync.Mutex.Lock", File: bank, Line: 14}}},
		protocol.Turn{Thread: 0, End: protocol.StillBlocked, Blocked: []int{1}, Waits: []protocol.Wait{{On: "chan receive", File: bank, Line: 18}}})
	r.plan("TestTransfer", names...)
	r.scenario("TestTransfer", two(-1, at(0, 14), at(0, 22), ends(0), at(1, 30), ends(1)), "pass", "")
	r.scenario("TestTransfer", two(4, at(0, 14),
		protocol.Turn{Thread: 1, End: protocol.AtSyncpoint, File: bank, Line: 30, Waits: []protocol.Wait{{On: "sync.Mutex.Lock", File: bank, Line: 14, Until: 3}}},
		at(0, 22), ends(0), at(1, 31)), "fail", "    account_test.go:40: lost\n")
	r.scenario("TestTransfer", blocked, "fail", "deadlock: no thread can go on\n")
	r.scenario("TestTransfer", two(-1, at(1, 14), at(0, 14), ends(0), ends(1)), "skip", "    account_test.go:9: not today\n")
	r.attr("TestTransfer", protocol.AttrExploration, protocol.Exploration{Version: 1, Sequences: "17153136", Infeasible: "12", Planned: 10000,
		Passed: 1, Failed: 2, Skipped: 1, NotRun: 9996, Interrupted: true, Strategies: []protocol.Strategy{{Name: "random", Scenarios: 4, Seed: "42"}}})
	r.end("TestTransfer", "fail")

	for name, action := range map[string]string{"TestOrdinary": "pass", "TestBalance": "fail", "TestLater": "skip"} {
		r.begin(name)
		r.say(name, "    bank_test.go:7: what "+name+" says\n")
		r.end(name, action)
	}
	r.end("", "fail")
	r.pkg = "example.com/shop/till"
	r.begin("TestTill")
	r.end("TestTill", "pass")
	r.end("", "pass")
	return r
}
