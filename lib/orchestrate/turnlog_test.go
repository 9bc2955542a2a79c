//lint:file-ignore SA5007 The stack is to overflow.

package orchestrate_test

import (
	stdlog "log"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
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
	}{
		{"whole", reported, "1,0,1,0", 0, "1 0 1:end 0:end"},
		{"panics", failsByPanic, "0,1,1,0", 1, "0 1 1:panic 0:end"},
		{"breaks off", breaksOff, "0,1,1,0", 3, "0 1 1:none"},
		{"breaks off late", breaksOff, "1,0,0,1", 3, "1 0 0:end 1:none"},
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
			turns := protocol.ReadTurns(text, 2)
			if got := ends(protocol.Scenario{Turns: turns}); got != test.ends {
				t.Errorf("got turns %s, want %s", got, test.ends)
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

// breaking is a test whose second thread calls f, which ends the process, in its last turn: in the sequence
// 0,1,1,0 after it was woken from its wait for the first one, as the counts 2, 2 tell.
func breaking(f func()) func(*testing.T) {
	return func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			var mu sync.Mutex
			t.Go("first", holding(mu.Lock, mu.Unlock))
			t.Go("second", func() {
				syncpoint.Here()
				mu.Lock()
				f()
			})
		})
	}
}

// endless is a recursion; it returns something so that the compiler does not make a loop of it.
func endless(n int) int {
	var large [1024]byte
	return endless(n+1) + int(large[n%len(large)])
}

var breakTests = []struct {
	child  string
	status int
	want   string
}{
	{child("TestBreakExit", breaking(func() { os.Exit(3) })), 3, ""},
	{child("TestBreakFatal", breaking(func() { stdlog.Fatal("the end") })), 1, "the end"},
	{child("TestBreakMap", breaking(func() {
		m := map[int]int{}
		for range 4 {
			go func() {
				for {
					m[1]++
				}
			}()
		}
		select {}
	})), 2, "fatal error: concurrent map (writes|read and map write)"},
	{child("TestBreakStack", breaking(func() {
		debug.SetMaxStack(1 << 20)
		endless(0)
	})), 2, "fatal error: stack overflow"},
	{child("TestBreakUnlock", breaking(func() {
		var mu sync.Mutex
		mu.Unlock()
	})), 2, "fatal error: sync: unlock of unlocked mutex"},
	{child("TestBreakGoroutine", breaking(func() {
		go panic("in a goroutine of its own")
		select {}
	})), 2, "panic: in a goroutine of its own"},
}

func TestTurnLogOfAProcessThatBreaksOff(t *testing.T) {
	for _, test := range breakTests {
		for sequence, want := range map[string]string{
			"0,0,1,1": "0 0:end 1 1:none",
			"1,1":     "1 1:none",
		} {
			t.Run(test.child+"/"+sequence, func(t *testing.T) {
				t.Parallel()
				wantTold(t, breakOff(t, test.child, sequence, test.status, test.want), want)
			})
		}
		// It goes on at the very moment that the first one ends, which may be in the log or not.
		t.Run(test.child+"/woken", func(t *testing.T) {
			t.Parallel()
			turns := breakOff(t, test.child, "0,1,1,0", test.status, test.want)
			if len(turns) != 4 {
				t.Fatalf("got turns %s, want 4", told(turns))
			}
			wantTold(t, turns[:3], "0 1 1(sync.Mutex.Lock till 0):blocked")
			if end := turns[3].End; turns[3].Thread != 0 || end != protocol.Unfinished && end != protocol.Returned {
				t.Errorf("got %s as the last turn", told(turns[3:]))
			}
		})
	}
}

// breakOff runs a scenario that ends the process, and returns the turns that it had logged.
func breakOff(t *testing.T, name, sequence string, status int, want string) []protocol.Turn {
	t.Helper()
	file := filepath.Join(t.TempDir(), "turns")
	r := runChild(t, name, append(scenario(name, 0, sequence, "2,2"), protocol.EnvTurns+"="+file))
	r.wantStatus(t, status)
	r.want(t, want)
	if len(r.scenarios) != 0 {
		t.Errorf("got a report of a scenario that broke off")
	}
	return loggedTurns(t, file, 2)
}
