package timeline_test

import (
	"testing"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/timeline"
)

func TestNeeds(t *testing.T) {
	for name, test := range map[string]struct {
		turns []protocol.Turn
		want  string
	}{
		"one switch": {
			[]protocol.Turn{at(0, 14), at(1, 14), ends(1), at(0, 17), ends(0)},
			"1 switch: thread second runs between bank/account.go:14 and bank/account.go:17 of first",
		},
		"two switches": {
			[]protocol.Turn{at(0, 14), at(1, 14), ends(0), ends(1)},
			"2 switches: thread second runs between bank/account.go:14 and end of first; " +
				"thread first runs between bank/account.go:14 and end of second",
		},
		"none":     {[]protocol.Turn{at(1, 14), ends(1), at(0, 14), ends(0)}, "no switch: threads run one after the other, second, then first"},
		"no turns": {nil, "no switch: threads run one after the other"},
		"a thread that waits then": {
			[]protocol.Turn{
				at(0, 14), at(1, 17),
				{Thread: 0, End: protocol.Returned, Waits: []protocol.Wait{{On: "sync.Mutex.Lock", File: file, Line: 22, Until: 4}}},
				{Thread: 1, End: protocol.Returned, Blocked: []int{0}},
			},
			"2 switches: thread second runs between bank/account.go:14 and sync.Mutex.Lock at bank/account.go:22 of first; " +
				"thread first runs between bank/account.go:17 and end of second",
		},
		"stopped for good": {
			[]protocol.Turn{at(0, 14), {Thread: 1, End: protocol.Panicked, File: file, Line: 17}},
			"1 switch: thread second runs while first stands at bank/account.go:14",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := protocol.Scenario{Threads: []string{"first", "second"}, Turns: test.turns, FailedTurn: -1}
			if got := timeline.Needs(s, "/src"); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}
