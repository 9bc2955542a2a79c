package hunting_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
)

// TestPlan: whatever the processes come to, and in whichever order, each schedule is run once; the first one alone;
// and a search goes on where it has stopped.
func TestPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SampledFrom([][]string{
			hunting.Turns(""), {hunting.Random}, {hunting.Delay}, {hunting.PCT, hunting.Delay},
		}).Draw(t, "strategies")
		limit := rapid.IntRange(0, 400).Draw(t, "limit")
		plan := hunting.NewPlan(names, limit, rapid.Bool().Draw(t, "several"))
		ran := map[int]int{}
		searched := 0 // schedules of the search
		var parts []hunting.Part
		for range 10_000 {
			part, ok := plan.Next()
			switch {
			case ok:
				if len(ran) == 0 && (part.First != 0 || part.Count != 1 || len(parts) > 0) {
					t.Fatalf("the first schedule is not run alone: %+v", part)
				}
				if len(ran) > 0 && part.Length != 7 {
					t.Fatalf("got length %d, want that of the first schedule", part.Length)
				}
				parts = append(parts, part)
				if rapid.Bool().Draw(t, "another") {
					continue
				}
			case len(parts) == 0 && limit < 400 && rapid.Bool().Draw(t, "raise"):
				limit += rapid.IntRange(1, 100).Draw(t, "more")
				plan.Raise(limit)
				continue
			case len(parts) == 0:
				if plan.Left() {
					t.Fatal("there are schedules left, and no part")
				}
				check(t, ran, limit)
				return
			}
			i := rapid.IntRange(0, len(parts)-1).Draw(t, "which")
			part = parts[i]
			parts = slices.Delete(parts, i, i+1)
			searched = run(t, plan, part, names, ran, searched)
		}
		t.Fatal("it does not come to an end")
	})
}

// run lets a process run a part, or a beginning of it.
func run(t *rapid.T, plan *hunting.Plan, part hunting.Part, names []string, ran map[int]int, searched int) int {
	tally := hunting.NewTally(part.Request(protocol.HuntRequest{}))
	n := part.Count
	if rapid.Bool().Draw(t, "breaks off") {
		n = rapid.IntRange(0, n).Draw(t, "after")
	}
	delay := part.Delay
	for i := range n {
		number := part.First + i*part.Stride
		ran[number]++
		if names[number%len(names)] == hunting.Delay {
			if len(delay) != searched {
				t.Fatalf("schedule %d goes on at %d, want %d", number, len(delay), searched)
			}
			searched++
			delay += "x"
		}
		tally.Add(protocol.HuntReport{Kind: protocol.HuntProgress, Schedule: number + part.Stride, Longest: 7, Delay: delay})
	}
	plan.Done(part, *tally)
	return searched
}

func check(t *rapid.T, ran map[int]int, limit int) {
	for n := range limit {
		if ran[n] != 1 {
			t.Fatalf("schedule %d was run %d times", n, ran[n])
		}
	}
	if len(ran) != limit {
		t.Fatalf("%d schedules were run, want %d", len(ran), limit)
	}
}

func TestPlanEnds(t *testing.T) {
	plan := hunting.NewPlan([]string{hunting.Delay}, 100, false)
	part, _ := plan.Next()
	plan.Done(part, hunting.Tally{Ran: 1, Exhausted: true})
	if _, ok := plan.Next(); ok || !plan.Over() || plan.Left() {
		t.Error("the search has run all schedules, and the plan goes on")
	}
	plan = hunting.NewPlan([]string{hunting.Delay}, 100, false)
	part, _ = plan.Next()
	plan.Done(part, hunting.Tally{Ran: 1, Longest: 7})
	part, _ = plan.Next()
	plan.Done(part, hunting.Tally{Ran: 1, Done: true})
	if part.Count < 2 || !plan.Over() {
		t.Error("the search has ended early, and the plan goes on")
	}
	plan = hunting.NewPlan(hunting.Turns(""), 100, false)
	part, _ = plan.Next()
	plan.Done(part, hunting.Tally{Ran: 1, Exhausted: true})
	if part, ok := plan.Next(); !ok || part.First != 1 || plan.Over() {
		t.Error("the other strategies do not go on")
	} else {
		plan.Done(part, hunting.Tally{Ran: 1})
	}
	plan.Alone()
	if part, _ := plan.Next(); part.Count != 1 || !part.Alone {
		t.Errorf("got %d schedules in a process, want each in one of its own", part.Count)
	}
	plan.Stop()
	if _, ok := plan.Next(); ok {
		t.Error("it goes on after Stop")
	}
}
