package protocol_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/protocol"
)

// anyTurns draws the turns of a scenario, as far as an AttrPassed has them.
func anyTurns(threads int) *rapid.Generator[[]protocol.Turn] {
	ends := []protocol.End{protocol.AtSyncpoint, protocol.Returned, protocol.Panicked, protocol.Exited,
		protocol.Unfinished, protocol.StillBlocked}
	thread := rapid.IntRange(0, threads-1)
	return rapid.SliceOf(rapid.Custom(func(t *rapid.T) protocol.Turn {
		turn := protocol.Turn{Thread: thread.Draw(t, "thread"), End: rapid.SampledFrom(ends).Draw(t, "end")}
		turn.Blocked = slices.Clip(append([]int(nil), rapid.SliceOfN(thread, 0, 2).Draw(t, "blocked")...))
		for _, until := range rapid.SliceOfN(rapid.IntRange(0, 100), 0, 2).Draw(t, "until") {
			turn.Waits = append(turn.Waits, protocol.Wait{Until: until})
		}
		return turn
	}))
}

func TestPassedIsReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		threads := rapid.IntRange(1, 12).Draw(t, "threads")
		want := anyTurns(threads).Draw(t, "turns")
		text := string(protocol.AppendPassed(nil, want))
		got, err := protocol.ReadPassed(text, threads)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", text, diff)
		}
	})
}

func TestAppendPassed(t *testing.T) {
	turns := []protocol.Turn{
		{Thread: 0},
		{Thread: 1, End: protocol.Returned, Waits: []protocol.Wait{{On: "sync.Mutex.Lock", File: "a.go", Line: 7, Until: 4}}},
		{Thread: 2, Blocked: []int{1}, Name: "here", File: "a.go", Line: 5},
		{Thread: 10, End: protocol.Returned, Blocked: []int{1, 2}},
	}
	const want = "0 1e~4 2!1 10e!1!2"
	if got := string(protocol.AppendPassed(nil, turns)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestReadPassedRefuses(t *testing.T) {
	for _, text := range []string{"3", "-1", "x", "e", "0z", "0!", "0~x", "0!1x", "0ee", "99999999999999999999"} {
		if turns, err := protocol.ReadPassed(text, 3); err == nil {
			t.Errorf("%q is read as %v", text, turns)
		}
	}
}

func FuzzReadPassed(f *testing.F) {
	f.Add("0 1e~4 2!1 0e!1!2", 3)
	f.Add("", 1)
	f.Fuzz(func(t *testing.T, text string, threads int) {
		turns, err := protocol.ReadPassed(text, threads)
		if err != nil {
			return
		}
		again, err := protocol.ReadPassed(string(protocol.AppendPassed(nil, turns)), threads)
		if err != nil || !cmp.Equal(turns, again) {
			t.Errorf("%q: %v, and then %v, %v", text, turns, again, err)
		}
	})
}
