//lint:file-ignore SA2001 What waits for a lock is the subject, not what it guards.

package orchestrate_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

func TestInASynctestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		scenarios := 0
		counts := orchestrate.Test(t, func(t *orchestrate.T) {
			scenarios++
			start := time.Now()
			for range 2 {
				t.Go("", func() {
					time.Sleep(time.Hour)
					syncpoint.Here()
					time.Sleep(time.Hour)
				})
			}
			t.Wait()
			// Nobody else runs during a turn, so no thread sleeps while another one does.
			if got, want := time.Since(start), 4*time.Hour; got != want {
				t.Errorf("took %v, want %v", got, want)
			}
		})
		if want := (orchestrate.Counts{2, 2}); !slices.Equal(counts, want) || scenarios != 6 {
			t.Errorf("got counts %v and %d scenarios, want %v and 6", counts, scenarios, want)
		}
	})
}

// The Ts of two bubbles and of the test itself have one name.
var bubbles = child("TestBubbles", func(t *testing.T) {
	orchestrate.Run(t, []func(){thread(2), thread(1)})
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			orchestrate.Run(t, []func(){thread(2), thread(2)})
		})
	}
})

func TestCallsInBubblesAreToldApart(t *testing.T) {
	t.Parallel()
	var got []string
	for _, p := range runChild(t, bubbles, plan).plans {
		got = append(got, fmt.Sprint(p.Call, " ", p.Counts))
	}
	if want := []string{"0 [2 1]", "1 [2 2]", "2 [2 2]"}; !slices.Equal(got, want) {
		t.Errorf("got plans %v, want %v", got, want)
	}
	r := runChild(t, bubbles, scenario(bubbles, 2, "1,0,1,0", "2,2"))
	r.wantStatus(t, 0)
	if s := r.scenario(t); s.Call != 2 || ends(s) != "1 0 1:end 0:end" {
		t.Errorf("got turns %s of call %d, want 1 0 1:end 0:end of call 2", ends(s), s.Call)
	}
}

// bubbled is a test whose threads are those that f returns, in a bubble.
func bubbled(f func(t *orchestrate.T) []func(), opts ...orchestrate.Option) func(*testing.T) {
	return func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			scenarios := 0
			orchestrate.Test(t, func(t *orchestrate.T) {
				scenarios++
				for _, f := range f(t) {
					t.Go("", f)
				}
			}, opts...)
			t.Logf("%d scenarios", scenarios)
		})
	}
}

var bubbleTests = []struct {
	child            string
	sequence, counts string
	turns            string // M is sync.Mutex.Lock
	scenarios        int
}{
	{child("TestBubbleMutex", bubbled(func(*orchestrate.T) []func() {
		var mu sync.Mutex
		return []func(){holding(mu.Lock, mu.Unlock), holding(mu.Lock, mu.Unlock)}
	})), "0,1,0,1", "2,2", "0 1(M till 3) 0:end[1] 1:end", 6},
	{child("TestBubbleChannel", bubbled(func(*orchestrate.T) []func() {
		ch := make(chan int)
		return []func(){holding(nothing, func() { ch <- 1 }), waiting(func() { <-ch })}
	})), "0,1,1,0,1", "2,3", "0 1 1(chan receive till 4) 0:end[1] 1:end", 10},
	{child("TestBubbleCond", bubbled(func(*orchestrate.T) []func() {
		first, second := conditional((*sync.Cond).Signal)
		return []func(){first, second}
	})), "0,1,1,0,1", "2,3", "0 1 1(sync.Cond.Wait till 4) 0:end[1] 1:end", 10},
	{child("TestBubbleWaitGroup", bubbled(func(*orchestrate.T) []func() {
		var wg sync.WaitGroup
		wg.Add(1)
		return []func(){holding(nothing, wg.Done), waiting(wg.Wait)}
	})), "0,1,1,0,1", "2,3", "0 1 1(sync.WaitGroup.Wait till 4) 0:end[1] 1:end", 10},
	// Time goes on when nobody else can, also where that is more than a deadlock's window would be.
	{child("TestBubbleTimer", bubbled(func(*orchestrate.T) []func() {
		ch := make(chan int)
		return []func(){func() {
			select {
			case <-ch:
			case <-time.After(time.Hour):
			}
			syncpoint.Here()
			close(ch)
		}, func() { <-ch }}
	})), "0,1,0", "2,1", "0(select till 2) 1(chan receive till 3):end[0] 0:end[1]", 3},
	{child("TestBubbleTimeout", bubbled(func(t *orchestrate.T) []func() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		t.Cleanup(cancel)
		return []func(){waiting(func() { <-ctx.Done() }), thread(1)}
	})), "0,0,0,1", "3,1", "0 0(chan receive till 3) 1:end[0] 0:end", 4},
	// The turn after a sleep may block in a way that stops the clock.
	{child("TestBubbleSleepThenMutex", bubbled(func(*orchestrate.T) []func() {
		var mu sync.Mutex
		return []func(){holding(mu.Lock, mu.Unlock), func() {
			time.Sleep(time.Hour)
			syncpoint.Here()
			mu.Lock()
			mu.Unlock()
		}}
	})), "0,1,1,0", "2,2", "0 1 1(M till 4):end 0:end[1]", 6},
	// A thread that was woken may sleep, too.
	{child("TestBubbleSleepAdrift", bubbled(func(*orchestrate.T) []func() {
		ch := make(chan int)
		return []func(){holding(nothing, func() { close(ch) }), func() {
			<-ch
			time.Sleep(time.Hour)
			syncpoint.Here()
		}, thread(1)}
	})), "0,1,0,2,1", "2,2,1", "0 1(chan receive till 3) 0:end[1] 2:end 1:end", 30},
	{child("TestBubbleWait", bubbled(func(t *orchestrate.T) []func() {
		return []func(){func() {
			done := false
			go func() { done = true }()
			synctest.Wait()
			if !done {
				t.Error("synctest.Wait returned early")
			}
			syncpoint.Here()
			time.Sleep(time.Second)
			synctest.Wait()
		}, thread(2)}
	})), "1,0,0,1", "2,2", "1 0 0:end 1:end", 6},
}

func TestBlockingInABubble(t *testing.T) {
	for _, test := range bubbleTests {
		for _, procs := range []string{"1", "4"} {
			t.Run(test.child+"/scenario/"+procs, func(t *testing.T) {
				t.Parallel()
				r := runChild(t, test.child, append(scenario(test.child, 0, test.sequence, test.counts), "GOMAXPROCS="+procs))
				r.wantStatus(t, 0)
				wantTold(t, r.scenario(t).Turns, strings.ReplaceAll(test.turns, "M ", "sync.Mutex.Lock "))
			})
		}
		t.Run(test.child+"/explore", func(t *testing.T) {
			t.Parallel()
			r := runChild(t, test.child, explore)
			r.wantStatus(t, 0)
			r.want(t, fmt.Sprintf(`\b%d scenarios`, test.scenarios))
		})
	}
}

var stuckBubbles = []struct {
	child            string
	sequence, counts string
	want             string
}{
	{child("TestBubbleDeadlock", bubbled(func(*orchestrate.T) []func() {
		ch := make(chan int)
		return []func(){waitFor(func() { <-ch }), waitFor(func() { ch <- 1; ch <- 2 })}
	})), "0,1,0,1", "2,2", `deadlock: no thread can go on\n *"thread 1" waits on chan send at synctest_test\.go`},
	{child("TestBubbleDeadlockMutex", bubbled(func(*orchestrate.T) []func() {
		var a, b sync.Mutex
		return []func(){twoLocks(&a, &b), twoLocks(&b, &a)}
	})), "0,1,0,1,0,1", "3,3", `deadlock: no thread can go on\n *"thread 0" waits on sync\.Mutex\.Lock at stuck_test\.go.*\n *"thread 1" waits on sync\.Mutex`},
	{child("TestBubbleDeadlockSlow", bubbled(func(*orchestrate.T) []func() {
		return []func(){waitFor(func() {
			select {
			case <-make(chan int):
			case <-time.After(48 * time.Hour):
			}
		}), thread(1)}
	})), "0,0,1", "2,1", `deadlock: no thread can go on\n *"thread 0" waits on select`},
	// The clock stands while a goroutine waits for a mutex: whoever sleeps does not wake.
	{child("TestBubbleClockStands", bubbled(func(*orchestrate.T) []func() {
		var mu sync.Mutex
		return []func(){holding(mu.Lock, mu.Unlock), func() { mu.Lock() }, func() {
			syncpoint.Here()
			time.Sleep(time.Hour)
		}}
	})), "0,1,2,2", "2,1,2", `thread "thread 2" did not come to the end of its turn 4 and never will: the bubble's clock stands still`},
}

func TestStuckInABubble(t *testing.T) {
	for _, test := range stuckBubbles {
		for _, procs := range []string{"1", "4"} {
			t.Run(test.child+"/"+procs, func(t *testing.T) {
				t.Parallel()
				r := runChild(t, test.child, append(scenario(test.child, 0, test.sequence, test.counts), "GOMAXPROCS="+procs), "-test.timeout=10s")
				r.wantStatus(t, 1)
				r.want(t, test.want)
				if s := r.scenario(t); !s.Failed || s.FailedTurn < 0 {
					t.Errorf("got failed %v in turn %d, want true in one", s.Failed, s.FailedTurn)
				}
			})
		}
	}
}

// Under plain `go test` there is no process to be ended quietly. The bubble cannot end, and that is said.
func TestBubbleThatCannotEnd(t *testing.T) {
	for name, want := range map[string]string{
		"TestBubbleDeadlock":      "panic: deadlock: main bubble goroutine has exited but blocked goroutines remain",
		"TestBubbleDeadlockMutex": `panic: orchestrate: the bubble of testing/synctest cannot end: thread "thread 0" waits on sync\.Mutex\.Lock at stuck_test\.go:\d+`,
		"TestBubbleClockStands":   `panic: orchestrate: the bubble of testing/synctest cannot end: thread "thread [12]" waits on sync\.Mutex\.Lock at synctest_test\.go:\d+`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, name, explore, "-test.timeout=10s")
			r.wantStatus(t, 2)
			r.want(t, `scenario [\d,]+ failed`, "replay: orchtest", want)
			r.wantNot(t, "panic: test timed out")
		})
	}
}

// What cannot be helped: the thread wakes at a time of the bubble at which the overseer does not, and blocks in a
// way that stops the clock.
var stopsTheClock = child("TestBubbleStopsTheClock", bubbled(func(*orchestrate.T) []func() {
	var mu sync.Mutex
	return []func(){holding(mu.Lock, mu.Unlock), func() {
		syncpoint.Here()
		time.Sleep(time.Hour)
		mu.Lock()
		mu.Unlock()
	}}
}))

func TestSleepBeforeALockInABubble(t *testing.T) {
	for sequence, status := range map[string]int{"0,0,1,1": 0, "1,1,0,0": 0, "0,1,1,0": 2} {
		t.Run(sequence, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, stopsTheClock, scenario(stopsTheClock, 0, sequence, "2,2"), "-test.timeout=1s")
			r.wantStatus(t, status)
			if status == 2 {
				r.want(t, "panic: test timed out after 1s")
			}
		})
	}
}
