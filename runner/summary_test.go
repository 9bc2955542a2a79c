package runner

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/lib/protocol"
)

func TestSummary(t *testing.T) {
	full := exploredTest{test: "TestFull", Exploration: protocol.Exploration{Sequences: "6", Planned: 6, Passed: 6}}
	for _, test := range []struct {
		name     string
		explored []exploredTest
		only     bool
		want     string
	}{
		{"everything was run", []exploredTest{full, full}, false, "SCENARIOS 12 planned: 12 passed\n"},
		{
			"some are infeasible",
			[]exploredTest{full, {test: "TestLock", Exploration: protocol.Exploration{Sequences: "20", Infeasible: "12", Planned: 8, Passed: 8}}},
			false,
			"SCENARIOS 14 planned, 12 infeasible: 14 passed\n" +
				"  TestLock: 20 sequences: 8 run, 12 infeasible: 8 passed\n",
		},
		{
			"in several calls, and more than 64 bits",
			[]exploredTest{
				{test: "TestLock", Exploration: protocol.Exploration{Sequences: "20", Infeasible: "12", Planned: 8, Passed: 1, Failed: 1, NotRun: 6}},
				{test: "TestLock", Exploration: protocol.Exploration{Call: 1, Sequences: "90071992547409910000", Infeasible: "90071992547409900000", Planned: 10000, Passed: 10000}},
			},
			false,
			"SCENARIOS 10008 planned, 90071992547409900012 infeasible: 10,001 passed, 1 failed, 6 not run\n" +
				"  TestLock: 20 sequences: 2 run, 12 infeasible: 1 passed, 1 failed, 6 not run\n" +
				"  TestLock#01: 90,071,992,547,409,910,000 sequences: 10,000 run, 90,071,992,547,409,900,000 infeasible: 10,000 passed\n",
		},
		{
			"partial", []exploredTest{{test: "TestMany", Exploration: protocol.Exploration{Sequences: "924", Planned: 10, Passed: 10}}}, false,
			"SCENARIOS 10 planned: 10 passed\n  TestMany: 10 of 924 sequences (1.08 %): 10 passed\n",
		},
		{
			"diverged, in two calls",
			[]exploredTest{
				{test: "TestTime", Exploration: protocol.Exploration{Sequences: "6", Planned: 6, Passed: 5, NotRun: 1, Diverged: 1}},
				{test: "TestTime", Exploration: protocol.Exploration{Call: 1, Sequences: "6", Planned: 6, Passed: 5, NotRun: 1, Diverged: 2}},
				full,
			},
			false,
			"SCENARIOS 18 planned: 16 passed, 2 not run, 3 diverged\n" +
				"  TestTime: 6 sequences: 5 passed, 1 not run, 1 diverged\n" +
				"    " + divergence + "\n" +
				"  TestTime#01: 6 sequences: 5 passed, 1 not run, 2 diverged\n",
		},
		{
			"one that was asked for", []exploredTest{{test: "TestLock", Exploration: protocol.Exploration{Sequences: "20", Planned: 1, Passed: 1}}}, true,
			"SCENARIOS 1 planned: 1 passed\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, summary(test.explored, test.only)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
