package junit

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// TestPackages: Packages says what the XML does, and where it was asked to keep that, how scenarios are replayed and
// the turns of those that failed.
func TestPackages(t *testing.T) {
	replay := func(label string) string { return "orchtest --run '^TestX$' --sequence " + label + " ./bank" }
	scenario := func(label string, failed bool, executed ...int) []parse.Event {
		s := protocol.Scenario{
			Version: 1, Sequence: executed, Threads: []string{"first", "second"}, FailedTurn: -1, Failed: failed,
			File: "/src/bank_test.go", Line: 12, Replay: replay(label),
		}
		for _, thread := range executed {
			s.Turns = append(s.Turns, protocol.Turn{Thread: thread, File: "/src/bank.go", Line: 7})
		}
		name, action := "TestX/"+label, parse.ActionPass
		if failed {
			action = parse.ActionFail
		}
		return []parse.Event{begin(name), reported(t, name, protocol.AttrScenario, s), said(name, "no\n"), ended(action, name)}
	}
	events := stream(
		planned(t, "TestX"), scenario("0,0,1,1", false, 0, 0, 1, 1), scenario("0,1,0,1", true, 0, 1, 0, 1),
		reported(t, "TestX", protocol.AttrExploration, protocol.Exploration{Version: 1, Sequences: "6", Planned: 6, Passed: 1, Failed: 1, NotRun: 4}),
		ended(parse.ActionFail, "TestX"),
		begin("TestY"), said("TestY", "not today\n"), ended(parse.ActionSkip, "TestY"), said("", "left over\n"), ended(parse.ActionFail, ""),
	)
	for name, turns := range map[string]bool{"with turns": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			r := New(Config{Root: "/src", Turns: turns})
			for _, e := range events {
				r.Add(e)
			}
			threads := []string{"first", "second"}
			passed := &Scenario{Test: "TestX", Label: "0,0,1,1", Executed: "0,0,1,1", Threads: threads}
			failed := &Scenario{Test: "TestX", Label: "0,1,0,1", Executed: "0,1,0,1", Threads: threads}
			want := []Package{{
				Name: pkg, Output: "left over\n",
				Cases: []Case{
					{Name: "TestX/0,0,1,1", Verdict: Passed, File: "bank_test.go", Line: 12, Scenario: passed},
					{Name: "TestX/0,1,0,1", Verdict: Failed, Message: "Failed", Output: "no\n", File: "bank_test.go", Line: 12, Scenario: failed},
					{Name: "TestY", Verdict: Skipped, Message: "not today", Output: "not today"},
				},
				Explorations: []Explored{{"TestX", protocol.Exploration{Version: 1, Sequences: "6", Planned: 6, Passed: 1, Failed: 1, NotRun: 4}}},
			}}
			if turns {
				for _, s := range []*Scenario{passed, failed} {
					s.Root, s.Replay = "/src", [2]string{"orchtest --run '^TestX$' --sequence ", " ./bank"}
				}
				whole, err := parse.DecodeScenario(events[7].Value)
				if err != nil {
					t.Fatal(err)
				}
				failed.Turns = whole
			}
			if diff := cmp.Diff(want, r.Packages()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestPackagesOfHunts: what a hunt reported of a test and of a finding is there where it was asked for.
func TestPackagesOfHunts(t *testing.T) {
	test := protocol.Hunted{Version: 1, Outcome: protocol.HuntFailed, Schedules: 7, File: "/src/bank_test.go", Line: 12}
	found := protocol.HuntFound{Version: 1, Times: 2, Finding: protocol.Finding{Kind: protocol.FoundLeak, Turns: []protocol.HuntTurn{{Thread: 1}}}}
	for name, turns := range map[string]bool{"with turns": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			r := New(Config{Root: "/src", Turns: turns})
			for _, e := range stream(
				begin("TestX"), reported(t, "TestX", protocol.AttrHunt, test),
				begin("TestX/leak"), reported(t, "TestX/leak", protocol.AttrFinding, found),
				ended(parse.ActionFail, "TestX/leak"), ended(parse.ActionFail, "TestX"), begin("TestY"), ended(parse.ActionPass, "TestY"),
			) {
				r.Add(e)
			}
			want := map[string]*Hunt{"TestX": nil, "TestX/leak": nil, "TestY": nil}
			if turns {
				want["TestX"], want["TestX/leak"] = &Hunt{Test: &test, Root: "/src"}, &Hunt{Found: &found, Root: "/src"}
			}
			got := map[string]*Hunt{}
			for _, c := range r.Packages()[0].Cases {
				if c.Whole {
					continue
				}
				got[c.Name] = c.Hunt
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
