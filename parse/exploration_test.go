package parse

import (
	"testing"

	"github.com/orchtest/orchtest/lib/protocol"
)

func TestSummary(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		in   protocol.Exploration
		want string
	}{
		{
			"all passed", protocol.Exploration{Sequences: "6", Planned: 6, Passed: 6},
			"6 sequences: 6 passed",
		},
		{
			"stopped at the first failure", protocol.Exploration{Sequences: "6", Planned: 6, Passed: 3, Failed: 1, NotRun: 2},
			"6 sequences: 3 passed, 1 failed, 2 not run",
		},
		{
			"everything at once",
			protocol.Exploration{Sequences: "1000", Planned: 1000, Passed: 1, Failed: 2, Errored: 3, Skipped: 4, NotRun: 990, Interrupted: true},
			"1,000 sequences: 1 passed, 2 failed, 3 errored, 4 skipped, 990 not run, interrupted",
		},
		{
			"one sequence", protocol.Exploration{Sequences: "1", Planned: 1, Failed: 1},
			"1 sequence: 0 passed, 1 failed",
		},
		{
			"partial", protocol.Exploration{Sequences: "17153136", Planned: 10000, Passed: 10000},
			"10,000 of 17,153,136 sequences (0.06 %): 10,000 passed",
		},
		{
			"cached", protocol.Exploration{Sequences: "6", Planned: 6, Passed: 6, Cached: 5},
			"6 sequences: 6 passed (5 cached)",
		},
		{
			"all cached, the serial run too", protocol.Exploration{Sequences: "6", Planned: 6, Passed: 6, Cached: 6},
			"6 sequences: 6 passed (cached)",
		},
		{
			"out of time", protocol.Exploration{Sequences: "17153136", Planned: 20000, Passed: 20000, Unlisted: 10000, OutOfTime: true},
			"20,000 of 17,153,136 sequences (0.12 %): 20,000 passed, 10,000 of them not listed, out of time",
		},
		{
			"rounds",
			protocol.Exploration{Sequences: "17153136", Planned: 20000, Passed: 19999, Failed: 1, Rounds: 3, Strategies: []protocol.Strategy{
				{Name: "random", Scenarios: 20000, Seed: "5"},
			}},
			"random: 20,000 of 17,153,136 sequences (0.12 %): 19,999 passed, 1 failed; 3 rounds; seed 5",
		},
		{
			"so many rounds that nobody knows what was run twice",
			protocol.Exploration{Sequences: "924", Planned: 3000, Passed: 3000, Rounds: 30, Repeated: true},
			"3,000 scenarios, some of them perhaps twice, in 924 sequences: 3,000 passed; 30 rounds",
		},
		{
			"a shard", protocol.Exploration{Sequences: "924", Shard: &protocol.Shard{Index: 2, Of: 4}, Part: "231", Planned: 231, Passed: 231},
			"shard 2/4: 231 of 924 sequences: 231 passed",
		},
		{
			"a shard without any sequence", protocol.Exploration{Sequences: "1", Shard: &protocol.Shard{Index: 2, Of: 4}, Part: "0"},
			"shard 2/4: 0 of 1 sequence: 0 passed",
		},
		{
			"a shard, some infeasible",
			protocol.Exploration{Sequences: "20", Shard: &protocol.Shard{Index: 1, Of: 3}, Part: "7", Infeasible: "4", Planned: 3, Passed: 3},
			"shard 1/3: 7 of 20 sequences: 3 run, 4 infeasible: 3 passed",
		},
		{
			"a part of a shard",
			protocol.Exploration{
				Sequences: "924", Shard: &protocol.Shard{Index: 2, Of: 4}, Part: "231", Infeasible: "9", Planned: 100, Passed: 100,
				Strategies: []protocol.Strategy{
					{Name: "fewest-switches", Scenarios: 100, Complete: &protocol.Complete{Preemptions: 2, Executions: 15}},
				},
			},
			"shard 2/4: fewest-switches: 100 of 231 sequences (43.29 %), of 924 in all, 9 infeasible: 100 passed; " +
				"complete up to 2 preemptions: 15 of 231",
		},
		{
			"a shard of a tree",
			protocol.Exploration{Shard: &protocol.Shard{Index: 2, Of: 4}, Planned: 7, Passed: 7, Strategies: []protocol.Strategy{{Name: "tree"}}},
			"shard 2/4: tree: 7 executions: 7 passed",
		},
		{
			"a shard of sequences that are pinned",
			protocol.Exploration{Sequences: "6", Shard: &protocol.Shard{Index: 2, Of: 4}, Planned: 1, Passed: 1,
				Strategies: []protocol.Strategy{{Name: "pinned"}}},
			"shard 2/4: pinned: 1 of 6 sequences: 1 passed",
		},
		{
			"the fewest switches",
			protocol.Exploration{Sequences: "924", Planned: 1100, Passed: 100, NotRun: 0, Strategies: []protocol.Strategy{
				{Name: "fewest-switches", Scenarios: 100, Complete: &protocol.Complete{Preemptions: 10, Executions: 924}},
			}},
			"fewest-switches: 924 sequences: 100 passed",
		},
		{
			"the fewest switches, a part",
			protocol.Exploration{Sequences: "924", Planned: 100, Passed: 100, Strategies: []protocol.Strategy{
				{Name: "fewest-switches", Scenarios: 100, Complete: &protocol.Complete{Preemptions: 2, Executions: 62}},
			}},
			"fewest-switches: 100 of 924 sequences (10.82 %): 100 passed; complete up to 2 preemptions: 62 of 924",
		},
		{
			"the fewest switches, stopped at once",
			protocol.Exploration{Sequences: "924", Planned: 100, Failed: 1, NotRun: 99, Strategies: []protocol.Strategy{
				{Name: "fewest-switches", Scenarios: 1, Complete: &protocol.Complete{Preemptions: -1}},
			}},
			"fewest-switches: 100 of 924 sequences (10.82 %): 0 passed, 1 failed, 99 not run; not complete without any preemption",
		},
		{
			"half and half",
			protocol.Exploration{Sequences: "17153136", Planned: 10000, Passed: 10000, Strategies: []protocol.Strategy{
				{Name: "fewest-switches", Scenarios: 5000, Complete: &protocol.Complete{Preemptions: 1, Executions: 96}},
				{Name: "random", Scenarios: 5000, Seed: "7"},
			}},
			"10,000 of 17,153,136 sequences (0.06 %): 10,000 passed; " +
				"fewest-switches ran 5,000: complete up to 1 preemption: 96 of 17,153,136; random ran 5,000: seed 7",
		},
		{
			"half and half, which was all",
			protocol.Exploration{Sequences: "6", Infeasible: "2", Planned: 4, Passed: 4, Strategies: []protocol.Strategy{
				{Name: "fewest-switches", Scenarios: 2, Complete: &protocol.Complete{Executions: 2}},
				{Name: "random", Scenarios: 2, Seed: "7"},
			}},
			"6 sequences: 4 run, 2 infeasible: 4 passed",
		},
		{
			"pct",
			protocol.Exploration{Sequences: "924", Planned: 20, Passed: 20, Strategies: []protocol.Strategy{
				{Name: "pct", Scenarios: 20, Seed: "7", Depth: 4, Chance: "3456"},
			}},
			"pct: 20 of 924 sequences (2.16 %): 20 passed; depth 4, seed 7, " +
				"each finds a bug of that depth with a probability of 1/3,456 or more, where no thread blocks",
		},
		{
			"the tree", protocol.Exploration{Planned: 31, Passed: 31, Strategies: []protocol.Strategy{{Name: "tree", Scenarios: 31}}},
			"tree: 31 executions: 31 passed",
		},
		{
			"a part of the tree",
			protocol.Exploration{Planned: 1, Passed: 1, More: true, Strategies: []protocol.Strategy{{Name: "tree", Scenarios: 1}}},
			"tree: 1 execution, and there are more: 1 passed",
		},
		{
			"pinned", protocol.Exploration{Sequences: "6", Planned: 3, Passed: 3, Strategies: []protocol.Strategy{{Name: "pinned", Scenarios: 3}}},
			"pinned: 3 of 6 sequences: 3 passed",
		},
		{
			"symmetric", protocol.Exploration{Sequences: "3", Planned: 3, Passed: 3, Symmetric: true},
			"3 symmetric sequences: 3 passed",
		},
		{
			"half", protocol.Exploration{Sequences: "924", Planned: 462, Passed: 462},
			"462 of 924 sequences (50.00 %): 462 passed",
		},
		{
			"all but one", protocol.Exploration{Sequences: "10000000", Planned: 9999999, Passed: 9999999},
			"9,999,999 of 10,000,000 sequences (99.99 %): 9,999,999 passed",
		},
		{
			"nearly none", protocol.Exploration{Sequences: "17153136", Planned: 1, Passed: 1},
			"1 of 17,153,136 sequences (less than 0.01 %): 1 passed",
		},
		{
			"none", protocol.Exploration{Sequences: "6", Interrupted: true},
			"0 of 6 sequences (0.00 %): 0 passed, interrupted",
		},
		{
			"more than 64 bits", protocol.Exploration{Sequences: "185250786135134176000000000", Planned: 10000, Passed: 9999, Failed: 1},
			"10,000 of 185,250,786,135,134,176,000,000,000 sequences (less than 0.01 %): 9,999 passed, 1 failed",
		},
		{
			"unknown", protocol.Exploration{Sequences: "many", Planned: 10, Passed: 10},
			"10 of an unknown number of sequences: 10 passed",
		},
		{
			"no number at all", protocol.Exploration{},
			"0 of an unknown number of sequences: 0 passed",
		},
		{
			"some infeasible", protocol.Exploration{Sequences: "20", Infeasible: "12", Planned: 8, Passed: 8},
			"20 sequences: 8 run, 12 infeasible: 8 passed",
		},
		{
			"some infeasible, and stopped", protocol.Exploration{Sequences: "20", Infeasible: "9", Planned: 11, Passed: 4, Failed: 1, NotRun: 6},
			"20 sequences: 5 run, 9 infeasible: 4 passed, 1 failed, 6 not run",
		},
		{
			"thousands infeasible",
			protocol.Exploration{Sequences: "17153136", Infeasible: "17150000", Planned: 3136, Passed: 1000, Failed: 1, Errored: 1, Skipped: 1, NotRun: 2133},
			"17,153,136 sequences: 1,003 run, 17,150,000 infeasible: 1,000 passed, 1 failed, 1 errored, 1 skipped, 2,133 not run",
		},
		{
			"partial, and some infeasible", protocol.Exploration{Sequences: "17153136", Infeasible: "400", Planned: 10000, Passed: 10000},
			"10,000 of 17,153,136 sequences (0.06 %), 400 infeasible: 10,000 passed",
		},
		{
			"all but one, most of them infeasible", protocol.Exploration{Sequences: "20", Infeasible: "17", Planned: 2, Passed: 2},
			"2 of 20 sequences (10.00 %), 17 infeasible: 2 passed",
		},
		{
			"none infeasible, in words", protocol.Exploration{Sequences: "6", Infeasible: "0", Planned: 6, Passed: 6},
			"6 sequences: 6 passed",
		},
		{
			"diverged", protocol.Exploration{Sequences: "6", Planned: 6, Passed: 4, NotRun: 2, Diverged: 1},
			"6 sequences: 4 passed, 2 not run, 1 diverged",
		},
		{
			"diverged, and interrupted", protocol.Exploration{Sequences: "20", Infeasible: "3", Planned: 17, Passed: 4, NotRun: 13, Diverged: 1, Interrupted: true},
			"20 sequences: 4 run, 3 infeasible: 4 passed, 13 not run, 1 diverged, interrupted",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := Summary(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestGrouped(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0": "0", "12": "12", "123": "123", "1234": "1,234", "123456": "123,456", "1234567": "1,234,567",
		"-1": "-1", "-123": "-123", "-1234": "-1,234",
	} {
		if got := Grouped(in); got != want {
			t.Errorf("Grouped(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPartial(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		in   protocol.Exploration
		want bool
	}{
		{"all planned", protocol.Exploration{Sequences: "6", Planned: 6, NotRun: 6}, false},
		{"all planned or infeasible", protocol.Exploration{Sequences: "6", Planned: 4, Infeasible: "2"}, false},
		{"some left out", protocol.Exploration{Sequences: "6", Planned: 5}, true},
		{"some left out that are not infeasible", protocol.Exploration{Sequences: "6", Planned: 4, Infeasible: "1"}, true},
		{"more than 64 bits", protocol.Exploration{Sequences: "185250786135134176000000000", Infeasible: "185250786135134175999999999", Planned: 1}, false},
		{"unknown", protocol.Exploration{Sequences: "many", Planned: 5}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := Partial(test.in); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
