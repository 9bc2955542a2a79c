package runner

import (
	"slices"
	"testing"

	"github.com/orchtest/orchtest/lib/protocol"
)

func TestWokenIn(t *testing.T) {
	turn := func(thread int, end protocol.End, untils ...int) protocol.Turn {
		turn := protocol.Turn{Thread: thread, End: end}
		for _, until := range untils {
			turn.Waits = append(turn.Waits, protocol.Wait{On: "chan receive", Until: until})
		}
		return turn
	}
	for _, test := range []struct {
		name  string
		turns []protocol.Turn
		want  int
		until []int // of the turn that it returns
	}{
		{"no turn", nil, -1, nil},
		{"none is blocked", []protocol.Turn{turn(0, protocol.AtSyncpoint), turn(1, protocol.Returned)}, -1, nil},
		{"one that was woken", []protocol.Turn{
			turn(0, protocol.StillBlocked, 0), turn(1, protocol.Returned),
		}, 0, []int{2}},
		{"one that was woken a second time", []protocol.Turn{
			turn(0, protocol.AtSyncpoint), turn(1, protocol.StillBlocked, 3, 0), turn(0, protocol.AtSyncpoint), turn(0, protocol.Returned),
		}, 1, []int{3, 4}},
		{"beside one that went on", []protocol.Turn{
			turn(0, protocol.AtSyncpoint, 3), turn(1, protocol.StillBlocked, 0), turn(2, protocol.Returned),
		}, 1, []int{3}},
		{"two are blocked", []protocol.Turn{
			turn(0, protocol.StillBlocked, 0), turn(1, protocol.StillBlocked, 0), turn(2, protocol.Returned),
		}, -1, nil},
		{"nobody had a turn since", []protocol.Turn{
			turn(0, protocol.Returned), turn(1, protocol.StillBlocked, 0),
		}, -1, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := slices.Clone(test.turns)
			got := wokenIn(test.turns)
			if got != test.want {
				t.Fatalf("got turn %d, want %d", got, test.want)
			}
			for i, turn := range test.turns {
				want := before[i].End
				if i == got {
					want = protocol.Unfinished
				}
				if turn.End != want {
					t.Errorf("turn %d: got end %q, want %q", i, turn.End, want)
				}
			}
			if got < 0 {
				return
			}
			var until []int
			for _, w := range test.turns[got].Waits {
				until = append(until, w.Until)
			}
			if !slices.Equal(until, test.until) {
				t.Errorf("got waits until %v, want %v", until, test.until)
			}
		})
	}
}
