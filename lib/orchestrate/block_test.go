//lint:file-ignore SA2001,S1000 What waits is the subject, not what for.

package orchestrate_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/orchtest/orchtest/lib/latch"
	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/syncpoint"
	"github.com/orchtest/orchtest/permutations"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"
)

// holding returns a thread of two turns, which calls hold in the first and release in the second.
func holding(hold, release func()) func() {
	return func() {
		hold()
		syncpoint.Here()
		release()
	}
}

// waiting returns a thread of three turns, which calls wait in the second.
func waiting(wait func()) func() {
	return func() {
		syncpoint.Here()
		wait()
		syncpoint.Here()
	}
}

func nothing() {}

// blockTests are pairs of threads of which the second, in its second turn, waits for what the first one
// does in its own second turn. The line in which it waits ends in "waits".
var blockTests = []struct {
	child   string
	on      string
	threads func() (first, second func())
}{
	{"TestBlockMutex", "sync.Mutex.Lock", func() (first, second func()) {
		var mu sync.Mutex
		return holding(mu.Lock, mu.Unlock), waiting(func() {
			mu.Lock() // waits
			mu.Unlock()
		})
	}},
	{"TestBlockReader", "sync.RWMutex.RLock", func() (first, second func()) {
		var mu sync.RWMutex
		return holding(mu.Lock, mu.Unlock), waiting(func() {
			mu.RLock() // waits
			mu.RUnlock()
		})
	}},
	{"TestBlockWriter", "sync.RWMutex.Lock", func() (first, second func()) {
		var mu sync.RWMutex
		return holding(mu.RLock, mu.RUnlock), waiting(func() {
			mu.Lock() // waits
			mu.Unlock()
		})
	}},
	{"TestBlockLocker", "sync.RWMutex.RLock", func() (first, second func()) {
		var mu sync.RWMutex
		l := mu.RLocker()
		return holding(mu.Lock, mu.Unlock), waiting(func() {
			l.Lock() // waits
			l.Unlock()
		})
	}},
	{"TestBlockWaitGroup", "sync.WaitGroup.Wait", func() (first, second func()) {
		var wg sync.WaitGroup
		wg.Add(1)
		return holding(nothing, wg.Done), waiting(func() {
			wg.Wait() // waits
		})
	}},
	{"TestBlockCondSignal", "sync.Cond.Wait", func() (first, second func()) { return conditional((*sync.Cond).Signal) }},
	{"TestBlockCondBroadcast", "sync.Cond.Wait", func() (first, second func()) { return conditional((*sync.Cond).Broadcast) }},
	{"TestBlockOnce", "sync.Once.Do", func() (first, second func()) {
		var once sync.Once
		return func() { once.Do(syncpoint.Here) }, waiting(func() {
			once.Do(nothing) // waits
		})
	}},
	{"TestBlockOnceFunc", "sync.OnceFunc", func() (first, second func()) {
		once := sync.OnceFunc(syncpoint.Here)
		return once, waiting(func() {
			once() // waits
		})
	}},
	{"TestBlockOnceValue", "sync.OnceValue", func() (first, second func()) {
		once := sync.OnceValue(func() int { syncpoint.Here(); return 1 })
		return func() { once() }, waiting(func() {
			once() // waits
		})
	}},
	{"TestBlockSend", "chan send", func() (first, second func()) {
		ch := make(chan int)
		return holding(nothing, func() { <-ch }), waiting(func() {
			ch <- 1 // waits
		})
	}},
	{"TestBlockSendToFull", "chan send", func() (first, second func()) {
		ch := make(chan int, 1)
		ch <- 0
		return holding(nothing, func() { <-ch }), waiting(func() {
			ch <- 1 // waits
		})
	}},
	{"TestBlockReceive", "chan receive", func() (first, second func()) {
		ch := make(chan int, 1)
		return holding(nothing, func() { ch <- 1 }), waiting(func() {
			<-ch // waits
		})
	}},
	{"TestBlockRange", "chan receive", func() (first, second func()) {
		ch := make(chan int)
		return holding(nothing, func() { close(ch) }), waiting(func() {
			for range ch { // waits
			}
		})
	}},
	{"TestBlockSelectOfOne", "chan receive", func() (first, second func()) {
		ch := make(chan int)
		return holding(nothing, func() { close(ch) }), waiting(func() {
			select {
			case <-ch: // waits
			}
		})
	}},
	{"TestBlockSelectOfTwo", "select", func() (first, second func()) {
		in, out := make(chan int), make(chan int)
		return holding(nothing, func() { close(in) }), waiting(func() {
			select { // waits
			case <-in:
			case out <- 1:
			}
		})
	}},
	{"TestBlockSelectWithNil", "select", func() (first, second func()) {
		var never, ch chan int = nil, make(chan int)
		return holding(nothing, func() { close(ch) }), waiting(func() {
			select { // waits
			case <-never:
			case <-ch:
			}
		})
	}},
	{"TestBlockSelectWithTimer", "select", func() (first, second func()) {
		ch := make(chan int)
		return holding(nothing, func() { close(ch) }), waiting(func() {
			select { // waits
			case <-ch:
			case <-time.After(time.Hour):
			}
		})
	}},
	{"TestBlockContext", "chan receive", func() (first, second func()) {
		ctx, cancel := context.WithCancel(context.Background())
		return holding(nothing, cancel), waiting(func() {
			<-ctx.Done() // waits
		})
	}},
	{"TestBlockLatch", "latch.Latch.Wait", func() (first, second func()) {
		l := latch.New(1)
		return holding(nothing, l.CountDown), waiting(func() {
			l.Wait() // waits
		})
	}},
	{"TestBlockLatchFor", "latch.Latch.WaitFor", func() (first, second func()) {
		l := latch.New(1)
		return holding(nothing, l.CountDown), waiting(func() {
			l.WaitFor(time.Hour) // waits
		})
	}},
	{"TestBlockSemaphore", "semaphore.Weighted.Acquire", func() (first, second func()) {
		sem, ctx := semaphore.NewWeighted(3), context.Background()
		return holding(func() { sem.Acquire(ctx, 2) }, func() { sem.Release(2) }), waiting(func() {
			sem.Acquire(ctx, 2) // waits
			sem.Release(2)
		})
	}},
	{"TestBlockGroupWait", "errgroup.Group.Wait", func() (first, second func()) {
		var group errgroup.Group
		ch := make(chan int)
		group.Go(func() error { <-ch; return nil })
		return holding(nothing, func() { close(ch) }), waiting(func() {
			group.Wait() // waits
		})
	}},
	{"TestBlockGroupGo", "errgroup.Group.Go", func() (first, second func()) {
		var group errgroup.Group
		ch := make(chan int)
		group.SetLimit(1)
		group.Go(func() error { <-ch; return nil })
		return holding(nothing, func() { close(ch) }), waiting(func() {
			group.Go(func() error { return nil }) // waits
			group.Wait()
		})
	}},
	{"TestBlockSingleflight", "singleflight.Group.Do", func() (first, second func()) {
		var group singleflight.Group
		do := func() (any, error) { syncpoint.Here(); return nil, nil }
		return func() { group.Do("key", do) }, waiting(func() {
			group.Do("key", do) // waits
		})
	}},
	{"TestBlockPull", "iter.Pull", func() (first, second func()) {
		ch := make(chan int)
		next, _ := iter.Pull(func(yield func(int) bool) { yield(<-ch) })
		return holding(nothing, func() { close(ch) }), waiting(func() {
			next() // waits
		})
	}},
}

func conditional(wake func(*sync.Cond)) (first, second func()) {
	cond, ready := sync.NewCond(new(sync.Mutex)), false
	return holding(nothing, func() {
			cond.L.Lock()
			ready = true
			cond.L.Unlock()
			wake(cond)
		}), waiting(func() {
			cond.L.Lock()
			for !ready {
				cond.Wait() // waits
			}
			cond.L.Unlock()
		})
}

func init() {
	for _, test := range blockTests {
		child(test.child, func(t *testing.T) {
			orchestrate.Test(t, func(t *orchestrate.T) {
				first, second := test.threads()
				t.Go("first", first)
				t.Go("second", second)
			})
		})
	}
}

// told returns turns with what blocked in them: "1(chan send till 3)" is one of thread 1, which goes on in turn
// 3, and "0:end[1 2]" one of thread 0, begun while the others were blocked.
func told(turns []protocol.Turn) string {
	var list []string
	for _, turn := range turns {
		text := fmt.Sprint(turn.Thread)
		for _, w := range turn.Waits {
			text += fmt.Sprintf("(%s till %d)", w.On, w.Until)
		}
		if turn.End != protocol.AtSyncpoint {
			text += ":" + string(turn.End)
		}
		if turn.Blocked != nil {
			text += fmt.Sprint(turn.Blocked)
		}
		list = append(list, text)
	}
	return strings.Join(list, " ")
}

func wantTold(t *testing.T, turns []protocol.Turn, want string) {
	t.Helper()
	if got := told(turns); got != want {
		t.Errorf("got turns\n%s, want\n%s", got, want)
	}
}

// turnsOf runs one scenario in this process and returns its turns.
func turnsOf(t *testing.T, sequence, counts []int, f func(*orchestrate.T), opts ...orchestrate.Option) []protocol.Turn {
	t.Helper()
	file := filepath.Join(t.TempDir(), "turns")
	t.Setenv(protocol.EnvTurns, file)
	inScenarioMode(t, sequence, counts, func(t *testing.T) { orchestrate.Test(t, f, opts...) })
	return loggedTurns(t, file, len(counts))
}

func loggedTurns(t *testing.T, file string, threads int) []protocol.Turn {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return protocol.ReadTurns(text, threads)
}

// wantWaitAt fails the test unless the line of the wait, in this file, ends in "waits".
func wantWaitAt(t *testing.T, w protocol.Wait) {
	t.Helper()
	text, err := os.ReadFile(w.File)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	if w.Line < 1 || w.Line > len(lines) || !strings.HasSuffix(lines[w.Line-1], " // waits") {
		t.Errorf("got %s:%d as the place of the wait, which does not wait", w.File, w.Line)
	}
}

func TestBlockedThreadGivesUpItsTurn(t *testing.T) {
	for _, test := range blockTests {
		for _, procs := range []string{"1", "4"} {
			t.Run(test.child+"/"+procs, func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(t.TempDir(), "turns")
				r := runChild(t, test.child, append(scenario(test.child, 0, "0,1,1,0,1", "2,3"),
					"GOMAXPROCS="+procs, protocol.EnvTurns+"="+file))
				r.wantStatus(t, 0)
				s := r.scenario(t)
				wantTold(t, s.Turns, fmt.Sprintf("0 1 1(%s till 4) 0:end[1] 1:end", test.on))
				if s.Failed || s.FailedTurn != -1 {
					t.Errorf("got failed %v in turn %d, want false in none", s.Failed, s.FailedTurn)
				}
				if len(s.Turns) > 2 && len(s.Turns[2].Waits) > 0 {
					wantWaitAt(t, s.Turns[2].Waits[0])
				}
				if diff := cmp.Diff(s.Turns, loggedTurns(t, file, 2)); diff != "" {
					t.Errorf("turns (-reported +logged):\n%s", diff)
				}
			})
		}
	}
}

// In one process nothing is left out: every sequence runs, whatever blocks in it.
func TestEverySequenceRunsWhereThreadsBlock(t *testing.T) {
	for _, test := range blockTests {
		t.Run(test.child, func(t *testing.T) {
			scenarios := 0
			counts := orchestrate.Test(t, func(t *orchestrate.T) {
				scenarios++
				first, second := test.threads()
				t.Go("first", first)
				t.Go("second", second)
			})
			if want := permutations.Count(counts).Int64(); int64(scenarios) != want {
				t.Errorf("got %d scenarios of counts %v, want %d", scenarios, counts, want)
			}
			if counts[0] != 2 {
				t.Errorf("got counts %v, want 2 turns of the first thread", counts)
			}
		})
	}
}

// contend has two threads take turns at one lock, in every order, and logs how many scenarios that took.
func contend(t *testing.T) {
	scenarios := 0
	orchestrate.Test(t, func(t *orchestrate.T) {
		scenarios++
		var mu sync.Mutex
		t.Go("", holding(mu.Lock, mu.Unlock))
		t.Go("", holding(mu.Lock, mu.Unlock))
	})
	t.Logf("%d scenarios", scenarios)
}
