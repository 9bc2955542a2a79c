package timeline_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/timeline"
)

func TestNeeds(t *testing.T) {
	// waits is the only turn of a thread, which waits in it and goes on in the turn of that number.
	waits := func(thread, until int) protocol.Turn {
		return protocol.Turn{Thread: thread, End: protocol.Returned,
			Waits: []protocol.Wait{{On: "sync.Mutex.Lock", File: file, Line: 22, Until: until}}}
	}
	blocked := func(turn protocol.Turn, threads ...int) protocol.Turn {
		turn.Blocked = threads
		return turn
	}
	for _, test := range []struct {
		name  string
		turns []protocol.Turn
		want  string
		maybe string // where it is not certain; "" is as want
	}{
		{
			"one switch",
			[]protocol.Turn{at(0, 14), at(1, 14), ends(1), at(0, 17), ends(0)},
			"1 switch: thread second must run between bank/account.go:14 and bank/account.go:17 of first",
			"1 switch: thread second runs between bank/account.go:14 and bank/account.go:17 of first",
		},
		{
			"one switch, the other way round",
			[]protocol.Turn{at(1, 14), at(0, 14), ends(0), ends(1)},
			"1 switch: thread first must run between bank/account.go:14 and the end of second",
			"1 switch: thread first runs between bank/account.go:14 and the end of second",
		},
		{
			"two switches",
			[]protocol.Turn{at(0, 14), at(1, 14), ends(0), ends(1)},
			"2 switches: thread second must run between bank/account.go:14 and the end of first; " +
				"thread first must run between bank/account.go:14 and the end of second",
			"2 switches: thread second runs between bank/account.go:14 and the end of first; " +
				"thread first runs between bank/account.go:14 and the end of second",
		},
		{
			"twice at one place",
			[]protocol.Turn{at(0, 14), at(1, 14), ends(1), at(0, 14), ends(0)},
			"1 switch: thread second must run between bank/account.go:14 (turn 1) and bank/account.go:14 (turn 4) of first",
			"1 switch: thread second runs between bank/account.go:14 (turn 1) and bank/account.go:14 (turn 4) of first",
		},
		{
			"several threads meanwhile",
			[]protocol.Turn{at(0, 14), ends(1), ends(2), ends(0)},
			"1 switch: threads second and third must run between bank/account.go:14 and the end of first",
			"1 switch: threads second and third run between bank/account.go:14 and the end of first",
		},
		{
			"a switch, and another order",
			[]protocol.Turn{ends(2), at(1, 14), ends(0), ends(1)},
			"1 switch: thread first must run between bank/account.go:14 and the end of second; " +
				"threads begin in this order: third, second, first",
			"1 switch: thread first runs between bank/account.go:14 and the end of second; " +
				"threads begin in this order: third, second, first",
		},
		{
			"none",
			[]protocol.Turn{at(1, 14), ends(1), at(0, 14), ends(0)},
			"no switch: thread second must run before first",
			"no switch: threads run one after the other: second, first",
		},
		{
			"none, of three",
			[]protocol.Turn{ends(1), ends(0), ends(2)},
			"no switch: threads run one after the other: second, first, third", "",
		},
		{
			"none, in order",
			[]protocol.Turn{at(0, 14), ends(0), ends(1)},
			"no switch: threads run one after the other: first, second", "",
		},
		{
			"none, as a thread is blocked",
			[]protocol.Turn{waits(1, 2), blocked(ends(0), 1)},
			"no switch: thread second must begin before first",
			"no switch: threads go on where another one is blocked or has ended, and begin in this order: second, first",
		},
		{"one thread", []protocol.Turn{ends(0)}, "no switch: it takes no other thread", ""},
		{"no turns", nil, "no switch: it takes no other thread", ""},
		{
			"a thread that waits then",
			[]protocol.Turn{at(0, 14), at(1, 17), waits(0, 4), blocked(ends(1), 0)},
			"2 switches: thread second must run between bank/account.go:14 and sync.Mutex.Lock at bank/account.go:22 of first; " +
				"thread first must run between bank/account.go:17 and the end of second",
			"2 switches: thread second runs between bank/account.go:14 and sync.Mutex.Lock at bank/account.go:22 of first; " +
				"thread first runs between bank/account.go:17 and the end of second",
		},
		{
			"a thread that was blocked goes on before the switch",
			[]protocol.Turn{at(0, 14), waits(1, 3), blocked(at(0, 17), 1), ends(2), ends(0)},
			"2 switches: thread second must run between bank/account.go:14 and bank/account.go:17 of first; " +
				"thread third must run between bank/account.go:17 and the end of first",
			"2 switches: thread second runs between bank/account.go:14 and bank/account.go:17 of first; " +
				"thread third runs between bank/account.go:17 and the end of first",
		},
		{
			"stopped for good",
			[]protocol.Turn{at(0, 14), {Thread: 1, End: protocol.Panicked, File: file, Line: 17}},
			"1 switch: thread second must run while first stands at bank/account.go:14",
			"1 switch: thread second runs while first stands at bank/account.go:14",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := protocol.Scenario{Threads: []string{"first", "second", "third"}, Turns: test.turns, FailedTurn: -1}
			if got := timeline.Needs(s, "/src", true); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if test.maybe == "" {
				test.maybe = test.want
			}
			if got := timeline.Needs(s, "/src", false); got != test.maybe {
				t.Errorf("if it is not certain: got\n%s\nwant\n%s", got, test.maybe)
			}
		})
	}
}

// TestNeedsIsALine: whatever the scenario, it is a line that has as many switches as the drawing.
func TestNeedsIsALine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScenario(t)
		got := timeline.Needs(s, "/src", rapid.Bool().Draw(t, "must"))
		if strings.Contains(got, "\n") {
			t.Errorf("it has several lines: %q", got)
		}
		switches := timeline.Switches(s)
		if told := strings.Count(got, " between ") + strings.Count(got, " while "); told != switches {
			t.Errorf("it tells of %d switches, and there are %d: %s", told, switches, got)
		}
	})
}
