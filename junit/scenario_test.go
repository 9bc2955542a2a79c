package junit

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

var (
	serial = []int{0, 0, 1, 1}
	second = []int{0, 1, 0, 1}
	third  = []int{0, 1, 1, 0}
)

func TestScenarios(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		events []parse.Event
		want   []string
	}{
		{
			"all passed",
			stream(planned(t, "TestX"), ranScenario(t, "TestX", serial, 0, "pass", ""), ranScenario(t, "TestX", second, 0, "pass", ""), ended("pass", "TestX")),
			[]string{"TestX/0,0,1,1 passed", "TestX/0,1,0,1 passed"},
		},
		{
			"in any order",
			stream(planned(t, "TestX"), ranScenario(t, "TestX", third, 0, "pass", ""), ranScenario(t, "TestX", serial, 1, "pass", ""), ranScenario(t, "TestX", serial, 0, "pass", ""), ended("pass", "TestX")),
			[]string{"TestX/0,0,1,1 passed", "TestX/0,1,1,0 passed", "TestX/0,0,1,1#01 passed"},
		},
		{
			"one failed",
			stream(planned(t, "TestX"), ranScenario(t, "TestX", serial, 0, "pass", ""), ranScenario(t, "TestX", second, 0, "fail", "x"), ended("fail", "TestX")),
			[]string{"TestX/0,0,1,1 passed", "TestX/0,1,0,1 failure: Failed"},
		},
		{
			"the test failed and no scenario did",
			stream(planned(t, "TestX"), ranScenario(t, "TestX", serial, 0, "pass", ""), ended("fail", "TestX")),
			[]string{"TestX error: failed, and no scenario of it did", "TestX/0,0,1,1 passed"},
		},
		{
			"the test could not be explored",
			stream(planned(t, "TestX"), ranScenario(t, "TestX", serial, 0, "pass", ""), attr("TestX", protocol.AttrError, "no space left"), ended("fail", "TestX")),
			[]string{"TestX error: no space left", "TestX/0,0,1,1 passed"},
		},
		{
			"a scenario could not be run",
			stream(planned(t, "TestX"), begin("TestX/0,0,1,1"), attr("TestX/0,0,1,1", protocol.AttrError, "killed"), ended("fail", "TestX/0,0,1,1"), ended("fail", "TestX")),
			[]string{"TestX/0,0,1,1 error: killed"},
		},
		{
			"a scenario could not be run, whatever its end",
			stream(planned(t, "TestX"), ranScenario(t, "TestX", serial, 0, "", ""), attr("TestX/0,0,1,1", protocol.AttrError, "killed"), ended("pass", "TestX/0,0,1,1"), ended("fail", "TestX")),
			[]string{"TestX/0,0,1,1 error: killed"},
		},
		{
			"interrupted in a scenario",
			stream(planned(t, "TestX"), ranScenario(t, "TestX", serial, 0, "pass", ""), ranScenario(t, "TestX", second, 0, "", "")),
			[]string{"TestX/0,0,1,1 passed", "TestX/0,1,0,1 error: did not finish"},
		},
		{
			"interrupted between scenarios",
			stream(planned(t, "TestX"), ranScenario(t, "TestX", serial, 0, "pass", "")),
			[]string{"TestX error: did not finish", "TestX/0,0,1,1 passed"},
		},
		{
			"no scenario in the stream",
			stream(planned(t, "TestX"), ended("pass", "TestX"), planned(t, "TestY"), ended("fail", "TestY"), planned(t, "TestZ")),
			[]string{"TestX passed", "TestY error: failed, and no scenario of it did", "TestZ error: did not finish"},
		},
		{
			"subtests of an orchestrated test",
			stream(planned(t, "TestX"), begin("TestX/sub"), ended("fail", "TestX/sub"), ranScenario(t, "TestX", serial, 0, "fail", ""), ended("fail", "TestX")),
			[]string{"TestX/0,0,1,1 failure: Failed", "TestX/sub failure: Failed"},
		},
		{
			"an orchestrated subtest",
			stream(begin("TestX"), planned(t, "TestX/sub"), ranScenario(t, "TestX/sub", serial, 0, "fail", ""), ended("fail", "TestX/sub"), ended("fail", "TestX")),
			[]string{"TestX failure: Failed", "TestX/sub/0,0,1,1 failure: Failed"},
		},
		{
			"repeated",
			stream(planned(t, "TestX"), ranScenario(t, "TestX", serial, 0, "pass", ""), ended("pass", "TestX"), planned(t, "TestX"), ranScenario(t, "TestX", serial, 0, "fail", ""), ended("fail", "TestX")),
			[]string{"TestX/0,0,1,1 passed", "TestX/0,0,1,1 failure: Failed"},
		},
		{
			"a repetition that failed on its own",
			stream(planned(t, "TestX"), ranScenario(t, "TestX", serial, 0, "fail", ""), ended("fail", "TestX"), planned(t, "TestX"), ranScenario(t, "TestX", serial, 0, "pass", ""), ended("fail", "TestX")),
			[]string{"TestX error: failed, and no scenario of it did", "TestX/0,0,1,1 failure: Failed", "TestX/0,0,1,1 passed"},
		},
		{
			"a scenario of a test without a plan",
			stream(begin("TestX"), ranScenario(t, "TestX", serial, 0, "pass", ""), ended("pass", "TestX")),
			[]string{"TestX passed", "TestX/0,0,1,1 passed"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			events := append(test.events, ended("pass", ""))
			got := written(t, Config{}, events...).suite(t).verdicts()
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("cases (-want +got):\n%s", diff)
			}
		})
	}
}

func TestScenarioCase(t *testing.T) {
	t.Parallel()
	found := protocol.Scenario{
		Version: 1, Sequence: []int{0, 1, 0, 1}, Threads: []string{"first, really", `"<second>"`},
		Turns: []protocol.Turn{{Thread: 0}, {Thread: 1}, {Thread: 1}}, File: "/src/shop/bank_test.go", Line: 12,
		Cached: true,
	}
	s := written(t, Config{Root: "/src/"}, stream(
		planned(t, "TestX"), begin("TestX/0,1,0,1"), reported(t, "TestX/0,1,0,1", protocol.AttrScenario, found),
		attr("TestX/0,1,0,1", "owner", "us"), ended("pass", "TestX/0,1,0,1"),
	)...).suite(t)
	got := s.named(t, "TestX/0,1,0,1")
	want := documentCase{
		Name: "TestX/0,1,0,1", Classname: pkg, Time: "0.000", File: "shop/bank_test.go", Line: "12",
		Properties: []documentProperty{
			{"orchtest.sequence", "0,1,0,1"},
			{"orchtest.threads", `["first, really","\"<second>\""]`},
			{"orchtest.executed", "0,1,1"},
			{"orchtest.cached", "true"},
			{"owner", "us"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("case (-want +got):\n%s", diff)
	}
}

// TestSerialScenario checks where the output of the run goes in which the plan was made.
func TestSerialScenario(t *testing.T) {
	t.Parallel()
	serialRun := func(actions ...string) []parse.Event {
		events := stream(
			planned(t, "TestX"), said("TestX", "=== RUN   TestX\n"), said("TestX", "plan run\n"),
			reported(t, "TestX", protocol.AttrScenario, protocol.Scenario{Version: 1, Sequence: serial, Failed: true}),
			said("TestX", "=== ATTR  TestX orchtest.scenario {}\n"),
		)
		for call, action := range actions {
			events = append(events, ranScenario(t, "TestX", serial, call, action, "replay\n")...)
			events = append(events, ranScenario(t, "TestX", second, call, "fail", "own\n")...)
		}
		return append(events, ended("fail", "TestX"))
	}
	for _, test := range []struct {
		name    string
		actions []string
		want    map[string]string
	}{
		{"failed", []string{"fail"}, map[string]string{"TestX/0,0,1,1": "plan run\nreplay\n", "TestX/0,1,0,1": "own\n"}},
		{"unfinished", []string{""}, map[string]string{"TestX/0,0,1,1": "plan run\nreplay\n", "TestX/0,1,0,1": "own\n"}},
		{"skipped", []string{"skip"}, map[string]string{"TestX/0,0,1,1": "plan run\nreplay", "TestX/0,1,0,1": "own\n"}},
		{"passed", []string{"pass"}, map[string]string{"TestX/0,0,1,1": "", "TestX/0,1,0,1": "own\n"}},
		{
			"failed in the second call", []string{"pass", "fail"},
			map[string]string{
				"TestX/0,0,1,1": "", "TestX/0,1,0,1": "own\n",
				"TestX/0,0,1,1#01": "plan run\nreplay\n", "TestX/0,1,0,1#01": "own\n",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := map[string]string{}
			for _, c := range written(t, Config{}, serialRun(test.actions...)...).suite(t).Cases {
				if strings.HasPrefix(c.Name, "TestX") {
					got[c.Name] = c.text()
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("texts of the cases (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBlockedSerialScenario checks that the serial scenario is known where a thread of a lower index had
// to wait for one of a higher index.
func TestBlockedSerialScenario(t *testing.T) {
	t.Parallel()
	serialRun := func(call int, sequence ...int) parse.Event {
		return reported(t, "TestX", protocol.AttrScenario, protocol.Scenario{Version: 1, Call: call, Sequence: sequence, Failed: true})
	}
	for _, test := range []struct {
		name   string
		serial []parse.Event
		want   map[string]string
	}{
		{"turns in index order", []parse.Event{serialRun(0, 0, 0, 1, 1)}, map[string]string{"TestX/0,0,1,1": "plan run\nown\n", "TestX/0,1,0,1": "own\n"}},
		{"other turns", []parse.Event{serialRun(0, 0, 1, 0, 1)}, map[string]string{"TestX/0,0,1,1": "own\n", "TestX/0,1,0,1": "plan run\nown\n"}},
		{"those of the other call", []parse.Event{serialRun(1, 0, 1, 0, 1)}, map[string]string{"TestX/0,0,1,1": "plan run\nown\n", "TestX/0,1,0,1": "own\n"}},
		{"those of each call", []parse.Event{serialRun(0, 0, 1, 0, 1), serialRun(1, 0, 0, 1, 1)}, map[string]string{"TestX/0,0,1,1": "own\n", "TestX/0,1,0,1": "plan run\nown\n"}},
		{"not all turns", []parse.Event{serialRun(0, 0, 1)}, map[string]string{"TestX/0,0,1,1": "own\n", "TestX/0,1,0,1": "plan run\nown\n"}},
		{"no turn", []parse.Event{serialRun(0)}, map[string]string{"TestX/0,0,1,1": "plan run\nown\n", "TestX/0,1,0,1": "own\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			events := stream(planned(t, "TestX"), test.serial, said("TestX", "plan run\n"),
				ranScenario(t, "TestX", serial, 0, "fail", "own\n"), ranScenario(t, "TestX", second, 0, "fail", "own\n"),
				ended("fail", "TestX"))
			got := map[string]string{}
			for _, c := range written(t, Config{}, events...).suite(t).Cases {
				got[c.Name] = c.text()
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("texts of the cases (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExplorationProperties(t *testing.T) {
	t.Parallel()
	explored := func(test string, call, passed int) parse.Event {
		return reported(t, test, protocol.AttrExploration, protocol.Exploration{Version: 1, Call: call, Sequences: "6", Planned: 6, Passed: passed, NotRun: 6 - passed})
	}
	s := written(t, Config{Properties: map[string]string{"go.version": "go1.26"}}, stream(
		planned(t, "TestY"), explored("TestY", 0, 6),
		planned(t, "TestZ"), reported(t, "TestZ", protocol.AttrExploration,
			protocol.Exploration{Version: 1, Sequences: "6", Infeasible: "4", Planned: 2, Passed: 2}),
		planned(t, "TestX"), explored("TestX", 1, 6), explored("TestX", 0, 2), explored("TestX", 1, 5),
	)...).suite(t)
	want := []documentProperty{
		{"go.version", "go1.26"},
		{"orchtest.exploration.TestX", "6 sequences: 2 passed, 4 not run"},
		{"orchtest.exploration.TestX#01", "6 sequences: 5 passed, 1 not run"},
		{"orchtest.exploration.TestY", "6 sequences: 6 passed"},
		{"orchtest.exploration.TestZ", "6 sequences: 2 run, 4 infeasible: 2 passed"},
	}
	if diff := cmp.Diff(want, s.Properties); diff != "" {
		t.Errorf("properties (-want +got):\n%s", diff)
	}
}
