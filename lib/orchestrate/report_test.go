package orchestrate_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

var reported = child("TestReported", func(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) { // line 15
		t.Go("first", func() {
			syncpoint.Here()       // line 17
			syncpoint.Named("not") // takes no part
		})
		t.Go("", func() {
			syncpoint.Here() // line 21
		})
	})
})

// inThisFile shortens the paths of a report to the names of files.
func inThisFile(s protocol.Scenario) protocol.Scenario {
	s.File = filepath.Base(s.File)
	for i, turn := range s.Turns {
		if turn.File != "" {
			s.Turns[i].File = filepath.Base(turn.File)
		}
	}
	return s
}

func TestPlan(t *testing.T) {
	t.Parallel()
	r := runChild(t, reported, plan)
	r.wantStatus(t, 0)
	if len(r.plans) != 1 {
		t.Fatalf("got %d plans, want one:\n%s", len(r.plans), r.output)
	}
	if !filepath.IsAbs(r.plans[0].File) {
		t.Errorf("got file %s, want the compiler's path", r.plans[0].File)
	}
	r.plans[0].File = filepath.Base(r.plans[0].File)
	want := protocol.Plan{
		Version: 1, Threads: []string{"first", "thread 1"}, Counts: []int{2, 2}, File: "report_test.go", Line: 15,
	}
	if diff := cmp.Diff(want, r.plans[0]); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	wantScenario := protocol.Scenario{
		Version: 1, Sequence: []int{0, 0, 1, 1}, Threads: []string{"first", "thread 1"},
		Turns: []protocol.Turn{
			{Thread: 0, File: "report_test.go", Line: 17},
			{Thread: 0, End: protocol.Returned},
			{Thread: 1, File: "report_test.go", Line: 21},
			{Thread: 1, End: protocol.Returned},
		},
		FailedTurn: -1, File: "report_test.go", Line: 15,
	}
	if diff := cmp.Diff(wantScenario, inThisFile(r.scenario(t))); diff != "" {
		t.Errorf("scenario (-want +got):\n%s", diff)
	}
}

func TestScenarioReport(t *testing.T) {
	t.Parallel()
	// Thread 1 is to take three turns, and takes two.
	r := runChild(t, reported, scenario(reported, 0, "1,0,1,1,0", "2,3"))
	r.wantStatus(t, 0)
	want := protocol.Scenario{
		Version: 1, Sequence: []int{1, 0, 1, 1, 0}, Threads: []string{"first", "thread 1"},
		Turns: []protocol.Turn{
			{Thread: 1, File: "report_test.go", Line: 21},
			{Thread: 0, File: "report_test.go", Line: 17},
			{Thread: 1, End: protocol.Returned},
			{Thread: 0, End: protocol.Returned},
		},
		FailedTurn: -1, File: "report_test.go", Line: 15,
	}
	if diff := cmp.Diff(want, inThisFile(r.scenario(t))); diff != "" {
		t.Errorf("scenario (-want +got):\n%s", diff)
	}
}

var nameTest = child("TestNameReported", func(t *testing.T) {
	orchestrate.Run(t, []func(){named("x", "y"), named("x")}, orchestrate.Name("x"))
})

func TestNameOfASyncpointInItsReport(t *testing.T) {
	t.Parallel()
	r := runChild(t, nameTest, plan)
	var names []string
	for _, turn := range r.scenario(t).Turns {
		names = append(names, turn.Name)
	}
	if got, want := strings.Join(names, ","), "x,,x,"; got != want {
		t.Errorf("got names %s, want %s", got, want)
	}
}

var failedBefore = child("TestFailedBefore", func(t *testing.T) {
	t.Error("before the call")
	scenarios := 0
	orchestrate.Test(t, func(t *orchestrate.T) {
		scenarios++
		if t.Failed() {
			t.Log("the scenario takes the failure for its own")
		}
		t.Go("", thread(2))
		t.Go("", thread(2))
	})
	t.Logf("%d scenarios", scenarios)
})

func TestTestThatHadFailedBefore(t *testing.T) {
	for mode, env := range map[string][]string{
		"explore": explore, "plan": plan, "scenario": scenario(failedBefore, 0, "1,0,1,0", "2,2"),
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, failedBefore, env)
			r.wantStatus(t, 1)
			r.want(t, "before the call", "1 scenarios")
			r.wantNot(t, "for its own", "replay")
			if mode == "explore" {
				return
			}
			if s := r.scenario(t); s.Failed {
				t.Error("the report says that the scenario failed")
			}
			if mode == "plan" && !r.plans[0].FailedBefore {
				t.Error("the plan does not say that the test had failed before")
			}
		})
	}
}

// What does not fit into a line comes in parts, and so does what is not ASCII.
var longNames = child("TestLongNames", func(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		t.Go(strings.Repeat("ä€𝄞", 2000), thread(2))
		t.Go(strings.Repeat("\"\n\x00<", 1000), thread(2))
	})
})

func TestLongThreadNames(t *testing.T) {
	t.Parallel()
	r := runChild(t, longNames, plan)
	r.wantStatus(t, 0)
	want := []string{strings.Repeat("ä€𝄞", 2000), strings.Repeat("\"\n\x00<", 1000)}
	if diff := cmp.Diff(want, r.plans[0].Threads); diff != "" {
		t.Errorf("threads (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, r.scenario(t).Threads); diff != "" {
		t.Errorf("threads (-want +got):\n%s", diff)
	}
	for line := range strings.Lines(r.output) {
		if len("\x16")+len(line) > 4096 {
			t.Errorf("a line of %d bytes: %.60q", len(line), line)
		}
	}
}

var oddName = child("TestOddName", func(t *testing.T) {
	t.Run("it's", func(t *testing.T) {
		orchestrate.Run(t, []func(){thread(2), func() { panic("at once") }})
	})
})

func TestReplayIsQuoted(t *testing.T) {
	t.Parallel()
	r := runChild(t, oddName, explore)
	r.wantStatus(t, 1)
	r.want(t, `replay: orchtest --run '\^TestOddName\$/\^it'\\''s\$' --sequence '0,0,1' github.com/orchtest/orchtest/lib/orchestrate\n`)
}

var secondFails = child("TestSecondFails", func(t *testing.T) {
	orchestrate.Run(t, []func(){thread(2), thread(1)})
	orchestrate.Run(t, []func(){thread(2), func() { panic("at once") }})
})

func TestSequenceOfALaterCallHasItsSuffix(t *testing.T) {
	t.Parallel()
	r := runChild(t, secondFails, explore)
	r.wantStatus(t, 1)
	r.want(t, "scenario 0,0,1#01 failed\n", `--sequence '0,0,1#01' github.com/orchtest/orchtest/lib/orchestrate\n`)
}

func TestNothingIsPrintedWhereNothingFails(t *testing.T) {
	for mode, env := range map[string][]string{
		"explore": explore, "plan": plan, "scenario": scenario(reported, 0, "1,0,1,0", "2,2"),
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, reported, env)
			for line := range strings.Lines(r.output) {
				switch {
				case strings.HasPrefix(line, "=== "), strings.HasPrefix(line, "--- "), line == "PASS\n":
				default:
					t.Errorf("printed %q", line)
				}
			}
		})
	}
}
