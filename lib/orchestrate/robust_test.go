//lint:file-ignore SA2001 What waits for a lock is the subject, not what it guards.

package orchestrate_test

import (
	"fmt"
	"math/big"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	wrapper "github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/internal/goroutines"
	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/syncpoint"
	"github.com/orchtest/orchtest/permutations"
)

// blind returns the child that is another one, with goroutines whose records cannot be read.
func blind(name string) string {
	f := children[name]
	return child(name+"Blind", func(t *testing.T) {
		goroutines.Blind = true
		f(t)
	})
}

// blindChildren are children without what they could read, by name.
var blindChildren = func() map[string]string {
	all := map[string]string{}
	for _, test := range deadlockTests {
		all[test.child] = blind(test.child)
	}
	for _, test := range adriftTests {
		all[test.child] = blind(test.child)
	}
	for _, test := range tooLongTests {
		all[test.child] = blind(test.child)
	}
	return all
}()

// soonEnough is for children that are to find a deadlock, and not to wait for any limit.
var soonEnough = []string{shortWindow, protocol.EnvTurnTimeout + "=1h"}

func TestBlindDeadlock(t *testing.T) {
	for _, test := range deadlockTests {
		for _, procs := range []string{"1", "2"} {
			t.Run(test.child+"/"+procs, func(t *testing.T) {
				t.Parallel()
				name := blindChildren[test.child]
				r := runChild(t, name, append(append(scenario(name, 0, test.sequence, test.counts), soonEnough...),
					"GOMAXPROCS="+procs), "-test.timeout=30s")
				r.wantStatus(t, 1)
				r.want(t, append([]string{`^ *deadlock: no thread can go on\n`}, test.want...)...)
				wantTold(t, r.scenario(t).Turns, strings.ReplaceAll(test.turns, "M ", "sync.Mutex.Lock "))
			})
		}
	}
}

func TestBlindToWhatAWokenThreadRaises(t *testing.T) {
	for _, test := range adriftTests {
		t.Run(test.child, func(t *testing.T) {
			t.Parallel()
			name := blindChildren[test.child]
			r := runChild(t, name, scenario(name, 0, "1,0,1,2,0,2", "2,2,2"))
			r.wantStatus(t, test.status)
			r.want(t, test.want...)
			wantTold(t, r.scenario(t).Turns, strings.ReplaceAll(test.turns, "M", "sync.Mutex.Lock"))
		})
	}
}

func TestBlindTurnLimit(t *testing.T) {
	for _, test := range tooLongTests {
		t.Run(test.child, func(t *testing.T) {
			t.Parallel()
			name := blindChildren[test.child]
			r := runChild(t, name, append(scenario(name, 0, "0,1,1,0", "2,2"),
				fmt.Sprintf("%s=%v", protocol.EnvTurnTimeout, aLimit)))
			r.wantStatus(t, 1)
			r.want(t, append([]string{`thread "slow" did not come to the end of its turn 3 within 250ms`}, test.want...)...)
			if s := r.scenario(t); ends(s) != "0 1 1:none" || s.FailedTurn != 2 {
				t.Errorf("got turns %s, failed in %d; want 0 1 1:none, failed in 2", ends(s), s.FailedTurn)
			}
		})
	}
}

// locksAndAChannel has threads of 2, 2 and 1 turns.
func locksAndAChannel(t *orchestrate.T) {
	var mu sync.Mutex
	done := make(chan int, 1)
	t.Go("", holding(mu.Lock, mu.Unlock))
	t.Go("", func() {
		mu.Lock()
		syncpoint.Here()
		mu.Unlock()
		done <- 1
	})
	t.Go("", func() { <-done })
}

// What happens is the same whether or not the records of goroutines can be read, in every sequence. And so is
// what a wrapper makes of it.
func TestBlindTakesTheSameTurns(t *testing.T) {
	counts := []int{2, 2, 1}
	run := func(sequence []int, blind bool) []protocol.Turn {
		goroutines.Blind = blind
		defer func() { goroutines.Blind = false }()
		return turnsOf(t, sequence, counts, locksAndAChannel)
	}
	all := map[string]bool{}
	for sequence := range permutations.All(counts) {
		want := told(run(sequence, false))
		all[want] = true
		if got := told(run(sequence, true)); got != want {
			t.Errorf("%v: got turns\n%s, want\n%s", sequence, got, want)
		}
	}
	report := func(prefix []int) wrapper.Execution {
		turns := run(prefix, true)
		text := told(turns)
		if !all[text] {
			t.Errorf("%v executes %s, which no sequence does, or what was run before", prefix, text)
		}
		delete(all, text)
		return wrapper.Read(counts, prefix, &protocol.Scenario{Threads: make([]string, len(counts)), Turns: turns, FailedTurn: -1})
	}
	search := wrapper.New(counts, report(permutations.Serial(counts)))
	ran := int64(1)
	for job := search.Next(); job != nil; job = search.Next() {
		search.Done(job, report(job.Prefix))
		ran++
	}
	if len(all) > 0 {
		t.Errorf("not run: %v", all)
	}
	total := permutations.Count(counts)
	if sum := new(big.Int).Add(search.Infeasible(), big.NewInt(ran)); sum.Cmp(total) != 0 {
		t.Errorf("%d executions and %v infeasible sequences are not %v sequences", ran, search.Infeasible(), total)
	}
}

// A lockedError cannot be described without a lock.
type lockedError struct{ mu *sync.Mutex }

func (e lockedError) Error() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return "the error's text"
}

// alone fails the test if two threads are between two syncpoints at once.
type alone struct {
	t  *testing.T
	in atomic.Int32
}

func (a *alone) turn(f func()) {
	if a.in.Add(1) != 1 {
		a.t.Error("two threads run at once")
	}
	f()
	dawdle()
	a.in.Add(-1)
}

func (a *alone) turns(turns ...func()) func() {
	return func() {
		for i, f := range turns {
			if i > 0 {
				syncpoint.Here()
			}
			a.turn(f)
		}
	}
}

// The methods of what a thread panics with may wait for a thread that is stopped.
var panicValueTests = []struct {
	child, sequence, counts string
	turns                   string // M is sync.Mutex.Lock
	turn                    int    // in which the scenario failed
	want                    []string
}{
	{child("TestPanicValueWaits", panicValueTest(func(a *alone) []func() {
		var mu sync.Mutex
		return []func(){
			a.turns(mu.Lock, mu.Unlock, nothing),
			func() { panic(lockedError{&mu}) },
			a.turns(nothing, nothing),
		}
	})), "2,0,1,0,2,0", "3,1,2", "2 0 1(M till 4):panic 0[1] 0:end 2:end", 2,
		[]string{`thread "b" panicked in turn 3\n *panic: the error's text`}},
	{child("TestPanicValueOfAWokenThreadWaits", panicValueTest(func(a *alone) []func() {
		var mu sync.Mutex
		ch := make(chan int)
		return []func(){
			func() {
				<-ch
				panic(lockedError{&mu})
			},
			a.turns(func() { ch <- 1 }, nothing),
			a.turns(mu.Lock, mu.Unlock, nothing),
		}
	})), "2,0,1,2,1,2", "1,2,3", "2 0(chan receive till 3)(M till 4):panic 1[0] 2[0] 1:end 2:end", 1,
		[]string{`thread "a" panicked in turn 2\n *panic: the error's text`}},
	{child("TestPanicValueWaitsInVain", panicValueTest(func(a *alone) []func() {
		var mu sync.Mutex
		return []func(){a.turns(mu.Lock, nothing), func() { panic(lockedError{&mu}) }}
	})), "0,1,0", "2,1", "0 1(M till 0):blocked 0:end[1]", 2,
		[]string{`deadlock: no thread can go on\n *"b" waits on sync\.Mutex\.Lock at robust_test\.go:\d+ since turn 2`}},
	{child("TestPanicValueOfAWokenThreadWaitsInVain", panicValueTest(func(a *alone) []func() {
		var mu sync.Mutex
		ch := make(chan int)
		return []func(){func() {
			mu.Lock()
			<-ch
			panic(lockedError{&mu})
		}, a.turns(nothing, func() { ch <- 1 }, nothing)}
	})), "1,0,1,1", "1,3", "1 0(chan receive till 3)(M till 0):blocked 1[0] 1:end[0]", 3,
		[]string{`deadlock: no thread can go on\n *"a" waits on sync\.Mutex\.Lock at robust_test\.go:\d+ since turn 2`}},
}

func panicValueTest(f func(*alone) []func()) func(*testing.T) {
	return func(t *testing.T) {
		orchestrate.Test(t, func(scenario *orchestrate.T) {
			scenario.Cleanup(func() { t.Log("cleaned up") })
			for i, f := range f(&alone{t: t}) {
				scenario.Go(string(rune('a'+i)), f)
			}
		})
	}
}

func TestPanicValueThatWaits(t *testing.T) {
	for _, test := range panicValueTests {
		for _, procs := range []string{"1", "2"} {
			t.Run(test.child+"/"+procs, func(t *testing.T) {
				t.Parallel()
				r := runChild(t, test.child, append(scenario(test.child, 0, test.sequence, test.counts),
					shortWindow, "GOMAXPROCS="+procs), "-test.timeout=30s")
				r.wantStatus(t, 1)
				r.want(t, append(test.want, "cleaned up", "--- FAIL: "+test.child)...)
				r.wantNot(t, "two threads run at once", "test timed out")
				s := r.scenario(t)
				wantTold(t, s.Turns, strings.ReplaceAll(test.turns, "M ", "sync.Mutex.Lock "))
				if !s.Failed || s.FailedTurn != test.turn {
					t.Errorf("got failed %v in turn %d, want true in %d", s.Failed, s.FailedTurn, test.turn)
				}
			})
		}
	}
}

// A thread that timers wake, with no other thread to have a turn, has the limit of a turn for all of it.
var tickers = child("TestTickers", func(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		t.Go("ticking", waitAfterwards(func() {
			for {
				<-time.After(2 * time.Millisecond)
				<-time.After(3 * time.Millisecond)
			}
		}))
	}, orchestrate.TurnTimeout(300*time.Millisecond))
})

func TestTurnLimitOfAThreadThatTimersWake(t *testing.T) {
	for _, procs := range []string{"1", "2"} {
		t.Run(procs, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, tickers, append(scenario(tickers, 0, "0,0", "2"), "GOMAXPROCS="+procs), "-test.timeout=30s")
			r.wantStatus(t, 1)
			r.want(t, `thread "ticking" did not come to the end of its turn 2 within 300ms \(orchestrate\.TurnTimeout`)
			r.wantNot(t, "deadlock", "test timed out")
			if s := r.scenario(t); !s.Failed || s.FailedTurn != 1 {
				t.Errorf("got failed %v in turn %d, want true in 1", s.Failed, s.FailedTurn)
			}
		})
	}
}

// A thread that computes and yields cannot be told from one that spins. It is no deadlock where it ends.
func computeAndYield(work int) (sum uint64) {
	for start := time.Now(); time.Since(start) < 2*time.Second; {
		for range work {
			sum = sum*31 + 7
		}
		runtime.Gosched()
	}
	return sum
}

func computing(t *orchestrate.T, work int, others ...func(mu *sync.Mutex)) {
	var mu sync.Mutex
	t.Go("computing", func() {
		mu.Lock()
		syncpoint.Here()
		computeAndYield(work)
		mu.Unlock()
	})
	for _, f := range others {
		t.Go("", func() { f(&mu) })
	}
}

var computingTests = []struct {
	child, sequence, counts, turns string
}{
	{child("TestComputingAlone", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) { computing(t, 0) }, orchestrate.DeadlockWindow(200*time.Millisecond))
	}), "0,0", "2", "0 0:end"},
	{child("TestComputingMoreAlone", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) { computing(t, 100_000) }, orchestrate.DeadlockWindow(200*time.Millisecond))
	}), "0,0", "2", "0 0:end"},
	{child("TestComputingWithABlockedThread", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			computing(t, 0, func(mu *sync.Mutex) {
				mu.Lock()
				mu.Unlock()
			})
		}, orchestrate.DeadlockWindow(200*time.Millisecond))
	}), "0,1,0", "2,1", "0 1(sync.Mutex.Lock till 3):end 0:end[1]"},
}

func TestComputingIsNoDeadlock(t *testing.T) {
	for _, test := range computingTests {
		for _, procs := range []string{"1", "2"} {
			t.Run(test.child+"/"+procs, func(t *testing.T) {
				t.Parallel()
				r := runChild(t, test.child, append(scenario(test.child, 0, test.sequence, test.counts), "GOMAXPROCS="+procs,
					protocol.EnvTurnTimeout+"=1m"))
				r.wantStatus(t, 0)
				r.wantNot(t, "deadlock")
				// Where another thread is adrift, that may be what the spin waits for.
				turns := r.scenario(t).Turns
				last := &turns[len(turns)-1]
				last.Waits = slices.DeleteFunc(last.Waits, func(w protocol.Wait) bool {
					return len(last.Blocked) > 0 && w.On == "runtime.Gosched"
				})
				wantTold(t, turns, test.turns)
			})
		}
	}
}

// What is left of a scenario and goes on for good wakes no thread of the next one.
var afterASleeper = child("TestAfterASleeper", func(t *testing.T) {
	t.Run("sleeper", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			t.Go("sleeper", waitAfterwards(func() {
				for {
					time.Sleep(time.Millisecond)
				}
			}))
			t.Go("", thread(1))
		}, orchestrate.TurnTimeout(aLimit))
	})
	t.Run("next", func(t *testing.T) {
		contend(t)
	})
})

func TestTestsThatFollowALostThread(t *testing.T) {
	for _, procs := range []string{"1", "2"} {
		t.Run(procs, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, afterASleeper, []string{"GOMAXPROCS=" + procs})
			r.wantStatus(t, 1)
			r.want(t, "--- FAIL: TestAfterASleeper/sleeper", "6 scenarios", "--- PASS: TestAfterASleeper/next")
		})
	}
}

// A thread that waits for a timer comes to its end also when the scenario has failed, before what cleans up.
var failsBesideATimer = child("TestFailsBesideATimer", func(t *testing.T) {
	orchestrate.Test(t, func(scenario *orchestrate.T) {
		scenario.Cleanup(func() { t.Log("cleaned up") })
		scenario.Go("", func() {
			syncpoint.Here()
			scenario.Fatal("the first failure")
		})
		scenario.Go("", func() {
			<-time.After(20 * time.Millisecond)
			t.Log("the other one ended")
		})
	})
})

func TestThreadThatWaitsForATimerWhenAnotherOneFails(t *testing.T) {
	for mode, env := range map[string][]string{
		"blocked": scenario(failsBesideATimer, 0, "0,1,0", "2,1"),
		"later":   scenario(failsBesideATimer, 0, "0,0,1", "2,1"),
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, failsBesideATimer, env)
			r.wantStatus(t, 1)
			r.want(t, "the first failure", "the other one ended", "cleaned up")
			r.wantNot(t, "deadlock", " waits on ")
		})
	}
}

// Where nothing that was printed is shown, as a cleanup function waits for what a lost thread holds, the
// process says why. This one ends when it has.
var toldOnStandardError = child("TestToldOnStandardError", func(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	os.Stderr = w
	orchestrate.Test(t, func(scenario *orchestrate.T) {
		var a, b sync.Mutex
		scenario.Cleanup(func() {
			if !t.Failed() {
				return
			}
			go func() {
				text := make([]byte, 4096)
				n, err := r.Read(text)
				if err != nil {
					panic(err)
				}
				fmt.Printf("standard error: %s", text[:n])
				os.Exit(1)
			}()
			a.Lock()
		})
		scenario.Go("a", twoLocks(&a, &b))
		scenario.Go("b", twoLocks(&b, &a))
	})
})

func TestReasonWhereACleanupHangs(t *testing.T) {
	t.Parallel()
	r := runChild(t, toldOnStandardError, []string{shortWindow}, "-test.timeout=1m")
	r.wantStatus(t, 1)
	r.want(t, "standard error: orchestrate: TestToldOnStandardError is stuck, and so are its cleanup functions",
		"deadlock: no thread can go on", ` *"a" waits on sync\.Mutex\.Lock at stuck_test`, ` *"b" waits on sync\.Mutex\.Lock`)
	r.wantNot(t, "test timed out")
}
