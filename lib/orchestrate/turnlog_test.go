package orchestrate_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// breaksOff ends the process in the last turn of its second thread.
var breaksOff = child("TestBreaksOff", func(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		t.Go("first", syncpoint.Here)
		t.Go("second", func() {
			syncpoint.Here()
			os.Exit(3)
		})
	})
})

func TestTurnLog(t *testing.T) {
	for _, test := range []struct {
		name, child string
		sequence    string
		status      int
		ends        string
		next        int
	}{
		{"whole", reported, "1,0,1,0", 0, "1 0 1:end 0:end", -1},
		{"panics", failsByPanic, "0,1,1,0", 1, "0 1 1:panic 0:end", -1},
		{"breaks off", breaksOff, "0,1,1,0", 3, "0 1", 1},
		{"breaks off late", breaksOff, "1,0,0,1", 3, "1 0 0:end", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "turns")
			r := runChild(t, test.child, append(scenario(test.child, 0, test.sequence, "2,2"), protocol.EnvTurns+"="+file))
			r.wantStatus(t, test.status)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			turns, next := protocol.ReadTurns(text, 2)
			if got := ends(protocol.Scenario{Turns: turns}); got != test.ends || next != test.next {
				t.Errorf("got turns %s and then %d, want %s and then %d", got, next, test.ends, test.next)
			}
			if len(r.scenarios) == 0 {
				return
			}
			if diff := cmp.Diff(r.scenario(t).Turns, turns); diff != "" {
				t.Errorf("turns (-reported +logged):\n%s", diff)
			}
		})
	}
}

func TestTurnLogThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "no folder", "turns")
	r := runChild(t, reported, append(scenario(reported, 0, "1,0,1,0", "2,2"), protocol.EnvTurns+"="+file))
	r.wantStatus(t, 0)
	if got, want := ends(r.scenario(t)), "1 0 1:end 0:end"; got != want {
		t.Errorf("got turns %s, want %s", got, want)
	}
}
