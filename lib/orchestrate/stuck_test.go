//lint:file-ignore SA2001 What waits for a lock is the subject, not what it guards.

package orchestrate_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// shortWindow is long enough where no timer is about to end the wait.
var shortWindow = protocol.EnvDeadlockWindow + "=20ms"

// twoLocks returns a thread of three turns that takes one lock in the first of them, and then another.
func twoLocks(a, b sync.Locker) func() {
	return func() {
		a.Lock()
		syncpoint.Here()
		b.Lock()
		syncpoint.Here()
		b.Unlock()
		a.Unlock()
	}
}

// deadlockTest is a test whose threads are those that f returns, named a, b and so on.
func deadlockTest(f func(t *orchestrate.T) []func()) func(*testing.T) {
	return func(t *testing.T) {
		scenarios := 0
		defer func() { t.Logf("%d scenarios", scenarios) }()
		orchestrate.Test(t, func(t *orchestrate.T) {
			scenarios++
			defer t.Log("deferred")
			t.Cleanup(func() { t.Log("cleaned up") })
			for i, f := range f(t) {
				t.Go(string(rune('a'+i)), f)
			}
			t.Wait()
			t.Log("Wait returned")
		})
		t.Log("Test returned")
	}
}

var deadlockTests = []struct {
	child            string
	sequence, counts string
	turns            string // M is sync.Mutex.Lock
	want             []string
	scenarios        int // until the first that fails, in the process
}{
	{child("TestDeadlockABBA", deadlockTest(func(*orchestrate.T) []func() {
		var a, b sync.Mutex
		return []func(){twoLocks(&a, &b), twoLocks(&b, &a)}
	})), "0,1,0,1,0,1", "3,3", "0 1 0(M till 0):blocked 1(M till 0):blocked[0]", []string{
		`^ *"a" waits on sync\.Mutex\.Lock at stuck_test\.go:\d+ since turn 3, which only "b" or itself can have locked\n`,
		`^ *"b" waits on sync\.Mutex\.Lock at stuck_test\.go:\d+ since turn 4, which only "a" or itself can have locked\n`,
	}, 5},
	{child("TestDeadlockSelf", deadlockTest(func(*orchestrate.T) []func() {
		var mu sync.Mutex
		return []func(){func() {
			syncpoint.Here()
			mu.Lock()
			mu.Lock()
		}, func() {}}
	})), "0,0,1", "2,1", "0 0(M till 0):blocked 1:end[0]", []string{
		`^ *"a" waits on sync\.Mutex\.Lock at stuck_test\.go:\d+ since turn 2, which no other thread can have locked: it has itself, or the scenario function\n`,
	}, 1},
	{child("TestDeadlockLostSignal", deadlockTest(func(*orchestrate.T) []func() {
		cond := sync.NewCond(new(sync.Mutex))
		return []func(){func() {
			cond.L.Lock()
			defer cond.L.Unlock()
			cond.Wait()
		}, func() {
			cond.L.Lock()
			defer cond.L.Unlock()
			syncpoint.Here()
			cond.Signal()
		}}
	})), "1,1,0", "1,2", "1 1:end 0(sync.Cond.Wait till 0):blocked", []string{
		`^ *"a" waits on sync\.Cond\.Wait at stuck_test\.go:\d+ since turn 3\n`,
	}, 2},
	{child("TestDeadlockChannels", deadlockTest(func(*orchestrate.T) []func() {
		never, neither := make(chan int), make(chan int)
		return []func(){
			waitAfterwards(func() { <-never }),
			waitAfterwards(func() { neither <- 1 }),
			waitAfterwards(func() { var none chan int; <-none }),
			waitAfterwards(func() {
				select {
				case <-never:
				case neither <- 1:
				}
			}),
			waitAfterwards(func() { select {} }),
		}
	})), "0,1,2,3,4,4,3,2,1,0", "2,2,2,2,2",
		"0 1 2 3 4 4(select (no cases) till 0):blocked 3(select till 0):blocked[4] 2(chan receive (nil chan) till 0):blocked[3 4] " +
			"1(chan send till 0):blocked[2 3 4] 0(chan receive till 0):blocked[1 2 3 4]", []string{
			`"a" waits on chan receive at stuck_test\.go:\d+ since turn 10\n`,
			`"b" waits on chan send at stuck_test\.go:\d+ since turn 9\n`,
			`"c" waits on chan receive \(nil chan\) at stuck_test\.go:\d+ since turn 8\n`,
			`"d" waits on select at stuck_test\.go:\d+ since turn 7\n`,
			`"e" waits on select \(no cases\) at stuck_test\.go:\d+ since turn 6\n`,
		}, 1},
	{child("TestDeadlockWaitGroup", deadlockTest(func(*orchestrate.T) []func() {
		var wg sync.WaitGroup
		return []func(){func() {
			wg.Add(2)
			syncpoint.Here()
			wg.Done()
			wg.Wait()
		}, thread(1)}
	})), "0,1,0", "2,1", "0 1:end 0(sync.WaitGroup.Wait till 0):blocked", []string{
		`^ *"a" waits on sync\.WaitGroup\.Wait at stuck_test\.go:\d+ since turn 3\n`,
	}, 1},
	{child("TestDeadlockRecursiveReader", deadlockTest(func(*orchestrate.T) []func() {
		var mu sync.RWMutex
		return []func(){func() {
			mu.RLock()
			syncpoint.Here()
			mu.RLock() // a writer that waits goes first
			mu.RUnlock()
			mu.RUnlock()
		}, func() {
			mu.Lock()
			mu.Unlock()
		}}
	})), "0,1,0", "2,1", "0 1(sync.RWMutex.Lock till 0):blocked 0(sync.RWMutex.RLock till 0):blocked[1]", []string{
		`^ *"a" waits on sync\.RWMutex\.RLock at stuck_test\.go:\d+ since turn 3\n`,
		`^ *"b" waits on sync\.RWMutex\.Lock at stuck_test\.go:\d+ since turn 2\n`,
	}, 2},
	{child("TestDeadlockCircle", deadlockTest(func(*orchestrate.T) []func() {
		var a, b, c sync.Mutex
		return []func(){twoLocks(&a, &b), twoLocks(&b, &c), twoLocks(&c, &a)}
	})), "0,1,2,0,1,2,0,0,1,1,2,2", "3,3,3", "0 1 2 0(M till 0):blocked 1(M till 0):blocked[0] 2(M till 0):blocked[0 1]", []string{
		`"a" waits on sync\.Mutex\.Lock at stuck_test\.go:\d+ since turn 4, which only "b", "c" or itself can have locked\n`,
		`"b" waits on sync\.Mutex\.Lock at stuck_test\.go:\d+ since turn 5, which only "a", "c" or itself can have locked\n`,
		`"c" waits on sync\.Mutex\.Lock at stuck_test\.go:\d+ since turn 6, which only "a", "b" or itself can have locked\n`,
	}, 0},
	{child("TestDeadlockOfSome", deadlockTest(func(*orchestrate.T) []func() {
		var mu sync.Mutex
		return []func(){func() {
			mu.Lock() // for good
			syncpoint.Here()
		}, func() {
			mu.Lock()
			mu.Unlock()
		}, thread(2)}
	})), "0,1,2,0,2", "2,1,2", "0 1(M till 0):blocked 2[1] 0:end[1] 2:end[1]", []string{
		`^ *"b" waits on sync\.Mutex\.Lock at stuck_test\.go:\d+ since turn 2, which only "a" or itself can have locked\n`,
	}, 1},
	{child("TestDeadlockAfterAWait", deadlockTest(func(*orchestrate.T) []func() {
		var mu sync.Mutex
		return []func(){
			holding(mu.Lock, mu.Unlock),
			func() { mu.Lock() }, // for good
			func() { mu.Lock() },
		}
	})), "0,1,2,0", "2,1,1", "0 1(M till 4):end 2(M till 0):blocked[1] 0:end[1 2]", []string{
		`^ *"c" waits on sync\.Mutex\.Lock at stuck_test\.go:\d+ since turn 3, which only .*"b".* turn 4`,
	}, 1},
}

// waitAfterwards returns a thread of two turns that calls f in the second.
func waitAfterwards(f func()) func() {
	return func() {
		syncpoint.Here()
		f()
	}
}

func TestDeadlock(t *testing.T) {
	for _, test := range deadlockTests {
		// No goroutine but the threads is of interest, nor is any stack.
		check := func(t *testing.T, r ran) {
			t.Helper()
			r.wantStatus(t, 1)
			r.want(t, append([]string{`^ *deadlock: no thread can go on\n`}, test.want...)...)
			r.want(t, "deadlock", "deferred", "cleaned up", "--- FAIL: "+test.child)
			r.wantNot(t, "returned", `^ *goroutine \d+`, `\+0x`, `orchestrate\.\(`)
			if got := strings.Count(r.output, " waits on "); got != len(test.want) {
				t.Errorf("%d threads wait, want %d:\n%s", got, len(test.want), r.output)
			}
		}
		for _, procs := range []string{"1", "4"} {
			t.Run(test.child+"/scenario/"+procs, func(t *testing.T) {
				t.Parallel()
				r := runChild(t, test.child, append(scenario(test.child, 0, test.sequence, test.counts),
					shortWindow, "GOMAXPROCS="+procs))
				check(t, r)
				s := r.scenario(t)
				wantTold(t, s.Turns, strings.ReplaceAll(test.turns, "M ", "sync.Mutex.Lock "))
				if !s.Failed || s.FailedTurn != len(s.Turns)-1 {
					t.Errorf("got failed %v in turn %d, want it in the last of %d", s.Failed, s.FailedTurn, len(s.Turns))
				}
			})
		}
		t.Run(test.child+"/explore", func(t *testing.T) {
			t.Parallel()
			if test.scenarios == 0 {
				t.Skip("the first of very many that fails comes late")
			}
			r := runChild(t, test.child, []string{shortWindow})
			r.wantStatus(t, 1)
			r.want(t, `deadlock: no thread can go on\n`, `^ *scenario [\d,]+ failed\n`, "replay: orchtest",
				fmt.Sprintf(`\b%d scenarios`, test.scenarios), "--- FAIL: "+test.child)
			r.wantNot(t, "Test returned")
		})
	}
}

// The serial run may be what comes to a deadlock. Its turns are the plan, as far as they go, and the other
// tests of the process go on.
var deadlockInPlan = child("TestDeadlockInPlan", func(t *testing.T) {
	t.Run("stuck", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			ch := make(chan int)
			t.Go("", waiting(func() { <-ch }))
			t.Go("", thread(2))
			t.Go("", func() { ch <- 1; ch <- 2 })
		})
	})
	t.Run("next", func(t *testing.T) {
		var mu sync.Mutex
		orchestrate.Run(t, []func(){holding(mu.Lock, mu.Unlock), holding(mu.Lock, mu.Unlock)})
	})
})

func TestSerialRunThatComesToADeadlock(t *testing.T) {
	t.Parallel()
	r := runChild(t, deadlockInPlan, append(plan, shortWindow))
	r.wantStatus(t, 1)
	r.want(t, `deadlock: no thread can go on\n *"thread 2" waits on chan send at .* since turn 5\n`,
		"--- FAIL: TestDeadlockInPlan/stuck", "--- PASS: TestDeadlockInPlan/next")
	if len(r.plans) != 2 || len(r.scenarios) != 2 {
		t.Fatalf("got %d plans and %d scenarios, want 2 of each", len(r.plans), len(r.scenarios))
	}
	if got, want := r.plans[0].Counts, []int{3, 2, 1}; !slices.Equal(got, want) {
		t.Errorf("got counts %v, want %v", got, want)
	}
	s := r.scenarios[0]
	wantTold(t, s.Turns, "0 0(chan receive till 5) 1[0] 1:end[0] 2(chan send till 0):blocked[0] 0:end[2]")
	if want := []int{0, 0, 1, 1, 2, 0}; !slices.Equal(s.Sequence, want) || !s.Failed || s.FailedTurn != 5 {
		t.Errorf("got sequence %v, failed %v in turn %d; want %v, failed in 5", s.Sequence, s.Failed, s.FailedTurn, want)
	}
	wantTold(t, r.scenarios[1].Turns, "0 0:end 1 1:end")
}

// A timer that comes within the window ends the wait; one that comes after it does not.
var slowTimer = child("TestSlowTimer", func(t *testing.T) {
	after, err := time.ParseDuration(os.Getenv("SLOW_TIMER"))
	if err != nil {
		t.Fatal(err)
	}
	orchestrate.Test(t, func(t *orchestrate.T) {
		ch := make(chan int)
		t.Go("", func() {
			time.AfterFunc(after, func() { ch <- 1 })
			waiting(func() { <-ch })()
		})
		t.Go("", func() {
			select {
			case <-ch:
			case <-time.After(after + 10*time.Millisecond):
			}
		})
	}, orchestrate.DeadlockWindow(300*time.Millisecond))
})

func TestTimerWithinTheDeadlockWindow(t *testing.T) {
	for after, status := range map[string]int{"30ms": 0, "1h": 1} {
		t.Run(after, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, slowTimer, append(scenario(slowTimer, 0, "0,0,1,0", "3,1"), "SLOW_TIMER="+after,
				protocol.EnvDeadlockWindow+"=1ns")) // the option has the last word
			r.wantStatus(t, status)
			if status == 1 {
				r.want(t, `deadlock: no thread can go on\n.* waits on chan receive at .*\n.* waits on select at`)
			}
		})
	}
}

// What is still blocked when the scenario has failed cannot always come to its end. That is no second
// failure, and no reason to wait for long.
var drainTests = []struct {
	child   string
	status  int
	turns   string
	turn    int
	skipped bool
	want    string
}{
	{child("TestDrainFatal", drained(func(t *orchestrate.T) { t.Fatal("the first failure") })), 1,
		"0 1(M till 0):blocked 0:exit[1] 2:end[1]", 2, false, "the first failure"},
	{child("TestDrainPanic", drained(func(t *orchestrate.T) { panic("the first failure") })), 1,
		"0 1(M till 0):blocked 0:panic[1] 2:end[1]", 2, false, `thread "holder" panicked in turn \d+\n *panic: the first failure`},
	{child("TestDrainSkip", drained(func(t *orchestrate.T) { t.Skip("not today") })), 0,
		"0 1(M till 0):blocked 0:exit[1] 2:end[1]", -1, true, "not today"},
}

// drained is a test in which a thread ends the scenario with f, while another one waits for its lock.
func drained(f func(t *orchestrate.T)) func(*testing.T) {
	return func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			var mu sync.Mutex
			t.Go("holder", holding(mu.Lock, func() { f(t) }))
			t.Go("waiter", func() {
				mu.Lock()
				t.Error("the waiter went on")
			})
			t.Go("last", thread(1))
			t.Wait()
			t.Error("Wait returned")
		}, orchestrate.DeadlockWindow(time.Hour))
	}
}

func TestThreadThatFailsWhileAnotherOneWaitsForIt(t *testing.T) {
	for _, test := range drainTests {
		t.Run(test.child, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, test.child, scenario(test.child, 0, "0,1,0,2", "2,1,1"))
			r.wantStatus(t, test.status)
			r.want(t, test.want)
			r.wantNot(t, "the waiter went on", "Wait returned", "deadlock")
			s := r.scenario(t)
			wantTold(t, s.Turns, strings.ReplaceAll(test.turns, "M ", "sync.Mutex.Lock "))
			if s.FailedTurn != test.turn || s.Failed != (test.turn >= 0) || s.Skipped != test.skipped {
				t.Errorf("got failed %v in turn %d, skipped %v; want turn %d, skipped %v",
					s.Failed, s.FailedTurn, s.Skipped, test.turn, test.skipped)
			}
		})
	}
}

// In the process, what is left of a deadlock does not get in the way of the tests that follow.
var afterADeadlock = child("TestAfterADeadlock", func(t *testing.T) {
	var mu sync.Mutex
	t.Run("stuck", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			t.Cleanup(mu.Unlock)
			t.Go("", func() {
				mu.Lock()
				syncpoint.Here()
				mu.Lock()
				// From here on it runs after its scenario.
				syncpoint.Here()
				t.Error("of no interest")
				panic("of no interest")
			})
			t.Go("", thread(2))
		})
	})
	t.Run("next", func(t *testing.T) {
		contend(t)
	})
})

func TestTestsThatFollowADeadlock(t *testing.T) {
	t.Parallel()
	r := runChild(t, afterADeadlock, []string{shortWindow})
	r.wantStatus(t, 1)
	r.want(t, "deadlock: ", "--- FAIL: TestAfterADeadlock/stuck", "6 scenarios", "--- PASS: TestAfterADeadlock/next")
	r.wantNot(t, "of no interest")
}

// aLimit is the turn limit of tests in which a turn is to exceed it, and no other one.
const aLimit = 250 * time.Millisecond

// tooLong is a test whose second thread does not come to the end of its second turn: f waits, until a
// cleanup function puts an end to that. The sequence is 0,1,1,0.
func tooLong(f func(t *orchestrate.T) (wait, end func()), opts ...orchestrate.Option) func(*testing.T) {
	return func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			wait, end := f(t)
			t.Cleanup(end)
			t.Go("first", thread(2))
			t.Go("slow", waitAfterwards(wait))
			t.Wait()
			t.Log("Wait returned")
		}, opts...)
		t.Log("Test returned")
	}
}

func readOfAPipe(t *orchestrate.T) (wait, end func()) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return func() { r.Read(make([]byte, 1)) }, func() { w.Close() }
}

var tooLongTests = []struct {
	child string
	want  []string
}{
	{child("TestTooLongRead", tooLong(readOfAPipe)),
		[]string{`: it is in state "IO wait"\n`, `os\.\(\*File\)\.Read`, `stuck_test\.go:`}},
	{child("TestTooLongBusy", tooLong(func(t *orchestrate.T) (wait, end func()) {
		var quit atomic.Bool
		return func() {
			for !quit.Load() {
			}
		}, func() { quit.Store(true) }
	})), []string{`: it is in state "(running|runnable)"\n`}},
	{child("TestTooLongSleep", tooLong(func(t *orchestrate.T) (wait, end func()) {
		return func() { time.Sleep(time.Hour) }, nothing
	})), []string{`: it is in state "sleep"\n`, `time\.Sleep\(`, `stuck_test\.go:`}},
	{child("TestTooLongWait", tooLong(func(t *orchestrate.T) (wait, end func()) {
		read, end := readOfAPipe(t)
		return func() {
			done := make(chan int)
			go func() {
				read()
				close(done)
			}()
			<-done
		}, end
	})), []string{`: it waits on chan receive at stuck_test\.go:\d+, and goroutine \d+, os\.File\.Read at stuck_test\.go:\d+ may still wake it\n`,
		`stuck_test\.go:`}},
}

func TestTurnLimit(t *testing.T) {
	for _, test := range tooLongTests {
		for mode, env := range map[string][]string{
			"explore": explore, "plan": plan, "scenario": scenario(test.child, 0, "0,1,1,0", "2,2"),
		} {
			t.Run(test.child+"/"+mode, func(t *testing.T) {
				t.Parallel()
				r := runChild(t, test.child, append(env, fmt.Sprintf("%s=%v", protocol.EnvTurnTimeout, aLimit)))
				r.wantStatus(t, 1)
				turn := map[string]int{"explore": 4, "plan": 4, "scenario": 3}[mode]
				r.want(t, append([]string{fmt.Sprintf(`thread "slow" did not come to the end of its turn %d within 250ms `+
					`\(orchestrate\.TurnTimeout, --turn-timeout\)`, turn)}, test.want...)...)
				r.want(t, "--- FAIL: "+test.child)
				r.wantNot(t, "returned", `lib/orchestrate\.\(\*thread\)`, "created by .*lib/orchestrate", "deadlock")
				if mode == "explore" {
					r.want(t, `^ *4  slow .*did not end.*<- failed here`, "replay: orchtest")
					return
				}
				s := r.scenario(t)
				want := map[string]string{"plan": "0 0:end 1 1:none", "scenario": "0 1 1:none"}[mode]
				if ends(s) != want || s.FailedTurn != turn-1 || !s.Failed {
					t.Errorf("got turns %s, failed %v in %d; want %s, failed in %d", ends(s), s.Failed, s.FailedTurn, want, turn-1)
				}
			})
		}
	}
}

// The limit is also that of a thread that was woken, and of one in the way of which nobody is.
var tooLongAfterwards = child("TestTooLongAfterwards", func(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		read, end := readOfAPipe(t)
		t.Cleanup(end)
		var mu sync.Mutex
		t.Go("first", holding(mu.Lock, mu.Unlock))
		t.Go("slow", func() {
			mu.Lock()
			read()
		})
		t.Go("blocked", func() {
			mu.Lock()
		})
	}, orchestrate.TurnTimeout(aLimit))
})

func TestTurnLimitOfAThreadThatWasWoken(t *testing.T) {
	t.Parallel()
	r := runChild(t, tooLongAfterwards, append(scenario(tooLongAfterwards, 0, "0,1,2,0", "2,1,1"),
		protocol.EnvTurnTimeout+"=1h")) // the option has the last word
	r.wantStatus(t, 1)
	r.want(t, `thread "slow" did not come to the end of its turn 2 within 250ms .*: it is in state "IO wait"\n`)
	r.wantNot(t, `thread "blocked"`)
	wantTold(t, r.scenario(t).Turns,
		"0 1(sync.Mutex.Lock till 4):none 2(sync.Mutex.Lock till 0):blocked[1] 0:end[1 2]")
}

var withoutLimit = child("TestWithoutLimit", tooLong(func(t *orchestrate.T) (wait, end func()) {
	return func() { time.Sleep(aMoment) }, nothing
}, orchestrate.TurnTimeout(0)))

func TestWithoutATurnLimit(t *testing.T) {
	for _, env := range []string{"1ns", "0"} { // the option has the last word
		t.Run(env, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, withoutLimit, append(scenario(withoutLimit, 0, "0,1,1,0", "2,2"), protocol.EnvTurnTimeout+"="+env))
			r.wantStatus(t, 0)
		})
	}
}

func TestWrongLimits(t *testing.T) {
	for _, variable := range []string{protocol.EnvTurnTimeout, protocol.EnvDeadlockWindow} {
		for mode, env := range map[string][]string{
			"explore": explore, "plan": plan, "scenario": scenario(counting, 0, "1,0,0", "2,1"),
		} {
			t.Run(variable+"/"+mode, func(t *testing.T) {
				t.Parallel()
				r := runChild(t, counting, append(env, variable+"=soon"))
				r.wantStatus(t, 1)
				r.want(t, `^ *rules_test\.go:\d+: orchestrate: `+variable+`: time: invalid duration "soon"\n`)
			})
		}
	}
}

// Where one scenario is all that the process is for, it ends though a cleanup function does not. It has
// reported by then.
var hangs = child("TestHangs", func(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		var mu sync.Mutex
		t.Cleanup(mu.Lock)
		t.Go("", func() {
			mu.Lock()
			syncpoint.Here()
			mu.Lock()
		})
		t.Go("", thread(1))
	})
})

func TestProcessEndsThoughACleanupHangs(t *testing.T) {
	t.Parallel()
	r := runChild(t, hangs, append(scenario(hangs, 0, "0,0,1", "2,1"), shortWindow))
	r.wantStatus(t, 1)
	r.want(t, "deadlock: no thread can go on")
	r.wantNot(t, "panic: test timed out")
	if s := r.scenario(t); !s.Failed || s.FailedTurn != 2 {
		t.Errorf("got failed %v in turn %d, want true in 2", s.Failed, s.FailedTurn)
	}
}
