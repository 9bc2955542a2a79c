//lint:file-ignore SA2001,S1000,S1037 What waits is the subject, not what for.

package orchestrate_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// dawdle takes its time, in all ways that are not blocking.
func dawdle() {
	for range 100 {
		runtime.Gosched()
	}
	time.Sleep(2 * time.Millisecond)
	runtime.GC()
	done := make(chan struct{})
	go func() {
		defer close(done)
		time.Sleep(2 * time.Millisecond)
	}()
	<-done
}

func wantEvents(t *testing.T, l *log, want ...string) {
	t.Helper()
	if got := l.take(); !slices.Equal(got, want) {
		t.Errorf("got events %q, want %q", got, want)
	}
}

// A thread that was woken comes to its next syncpoint before anybody has the next turn.
func TestWokenThreadSettlesBeforeTheNextTurn(t *testing.T) {
	var l log
	turns := turnsOf(t, []int{0, 1, 0, 2, 1}, []int{2, 2, 1}, func(t *orchestrate.T) {
		var mu sync.Mutex
		t.Go("", holding(mu.Lock, func() {
			l.add("0 unlocks")
			mu.Unlock()
		}))
		t.Go("", func() {
			mu.Lock()
			dawdle()
			l.add("1 was woken")
			mu.Unlock()
			syncpoint.Here()
			l.add("1 ends")
		})
		t.Go("", func() { l.add("2 has its turn") })
	})
	wantTold(t, turns, "0 1(sync.Mutex.Lock till 3) 0:end[1] 2:end 1:end")
	wantEvents(t, &l, "0 unlocks", "1 was woken", "2 has its turn", "1 ends")
}

func TestWokenThreadBlocksElsewhere(t *testing.T) {
	var l log
	turns := turnsOf(t, []int{0, 1, 0, 2, 0}, []int{3, 1, 1}, func(t *orchestrate.T) {
		var a, b sync.Mutex
		t.Go("", func() {
			a.Lock()
			b.Lock()
			syncpoint.Here()
			a.Unlock()
			syncpoint.Here()
			b.Unlock()
		})
		t.Go("", func() {
			a.Lock()
			dawdle()
			l.add("1 has one")
			b.Lock()
			l.add("1 has both")
		})
		t.Go("", func() { l.add("2 has its turn") })
	})
	wantTold(t, turns, "0 1(sync.Mutex.Lock till 3)(sync.Mutex.Lock till 5):end 0[1] 2:end[1] 0:end[1]")
	wantEvents(t, &l, "1 has one", "2 has its turn", "1 has both")
	if w := turns[1].Waits; len(w) == 2 && w[1].Line != w[0].Line+3 {
		t.Errorf("got waits in lines %d and %d, want 3 lines in between", w[0].Line, w[1].Line)
	}
}

// A thread that was woken and waits again in the same line, as in a loop around Cond.Wait, is as good as
// not woken at all.
func TestWokenInVain(t *testing.T) {
	turns := turnsOf(t, []int{1, 0, 0, 0}, []int{3, 1}, func(t *orchestrate.T) {
		cond, tickets := sync.NewCond(new(sync.Mutex)), 0
		give := func(n int) {
			cond.L.Lock()
			tickets += n
			cond.L.Unlock()
			cond.Broadcast()
		}
		t.Go("", func() {
			give(0)
			syncpoint.Here()
			give(1)
			syncpoint.Here()
		})
		t.Go("", func() {
			cond.L.Lock()
			defer cond.L.Unlock()
			for tickets == 0 {
				cond.Wait()
			}
		})
	})
	wantTold(t, turns, "1(sync.Cond.Wait till 3):end 0[1] 0[1] 0:end")
}

func TestSeveralAreWokenAtOnce(t *testing.T) {
	for _, test := range []struct {
		name, on string
		threads  func() (wait, wake func())
	}{
		{"close", "chan receive", func() (wait, wake func()) {
			ch := make(chan int)
			return func() { <-ch }, func() { close(ch) }
		}},
		{"Broadcast", "sync.Cond.Wait", func() (wait, wake func()) {
			cond, ready := sync.NewCond(new(sync.Mutex)), false
			return func() {
					cond.L.Lock()
					defer cond.L.Unlock()
					for !ready {
						cond.Wait()
					}
				}, func() {
					cond.L.Lock()
					ready = true
					cond.L.Unlock()
					cond.Broadcast()
				}
		}},
		{"WaitGroup", "sync.WaitGroup.Wait", func() (wait, wake func()) {
			var wg sync.WaitGroup
			wg.Add(1)
			return wg.Wait, wg.Done
		}},
		{"RWMutex", "sync.RWMutex.RLock", func() (wait, wake func()) {
			var mu sync.RWMutex
			mu.Lock()
			return func() {
				mu.RLock()
				mu.RUnlock()
			}, mu.Unlock
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l log
			turns := turnsOf(t, []int{0, 1, 2, 3, 1, 0}, []int{2, 2, 1, 1}, func(t *orchestrate.T) {
				wait, wake := test.threads()
				for range 2 {
					t.Go("", func() {
						wait()
						dawdle()
						l.add("woken")
						syncpoint.Here()
					})
				}
				t.Go("", wake)
				t.Go("", func() { l.add("3 has its turn") })
			})
			w := fmt.Sprintf("(%s till 3)", test.on)
			wantTold(t, turns, "0"+w+" 1"+w+"[0] 2:end[0 1] 3:end 1:end 0:end")
			wantEvents(t, &l, "woken", "woken", "3 has its turn")
		})
	}
}

// Of two threads that wait for one lock, one goes on while the other one stays blocked.
func TestOneOfTwoIsWoken(t *testing.T) {
	turns := turnsOf(t, []int{0, 1, 2, 0, 0, 1}, []int{2, 2, 1}, func(t *orchestrate.T) {
		var mu sync.Mutex
		t.Go("", holding(mu.Lock, mu.Unlock))
		t.Go("", holding(mu.Lock, mu.Unlock))
		t.Go("", func() {
			mu.Lock()
			mu.Unlock()
		})
	})
	wantTold(t, turns, "0 1(sync.Mutex.Lock till 4) 2(sync.Mutex.Lock till 5):end[1] 0:end[1 2] 1:end[2]")
}

// A timer may wake a thread when nobody else can go on. It is no deadlock, and the others go on after it.
func TestWokenByATimer(t *testing.T) {
	var l log
	turns := turnsOf(t, []int{0, 1, 1, 0}, []int{2, 2}, func(t *orchestrate.T) {
		ch := make(chan int)
		t.Go("", func() {
			select {
			case <-ch:
			case <-time.After(20 * time.Millisecond):
			}
			l.add("time is up")
			syncpoint.Here()
			close(ch)
		})
		t.Go("", func() {
			<-ch
			syncpoint.Here()
			l.add("1 ends")
		})
	})
	wantTold(t, turns, "0(select till 2) 1(chan receive till 3)[0] 0:end[1] 1:end")
	wantEvents(t, &l, "time is up", "1 ends")
}

// The next lock is another one, in another line, though no turn was taken in between.
func TestWokenByATimerToBlockElsewhere(t *testing.T) {
	turns := turnsOf(t, []int{0, 1, 1}, []int{2, 1}, func(t *orchestrate.T) {
		var mu sync.Mutex
		t.Go("", func() {
			mu.Lock()
			<-time.After(40 * time.Millisecond)
			mu.Unlock()
			syncpoint.Here()
		})
		t.Go("", func() {
			select {
			case <-time.After(20 * time.Millisecond):
			}
			mu.Lock()
			mu.Unlock()
		})
	})
	wantTold(t, turns, "0(chan receive till 2) 1(chan receive till 2)(sync.Mutex.Lock till 2):end[0] 0:end")
}

// An index of a blocked thread is put off: the turns that are left come before those that nobody planned.
func TestTurnOfABlockedThreadIsPutOff(t *testing.T) {
	for _, test := range []struct {
		name             string
		sequence, counts []int
		want             string
	}{
		{"to the end", []int{0, 1, 1, 1, 0, 2}, []int{2, 3, 1}, "0 1(M till 3) 0:end[1] 2:end 1 1:end"},
		{"before another one", []int{0, 1, 1, 1, 0, 2}, []int{2, 3, 2}, "0 1(M till 3) 0:end[1] 2:end 1 1:end"},
		{"not all of it", []int{0, 1, 1, 0, 1, 2}, []int{2, 3, 1}, "0 1(M till 3) 0:end[1] 1 2:end 1:end"},
		{"behind a turn that is left", []int{1, 0, 0, 1, 2}, []int{2, 2, 1}, "1 0(M till 3) 1[0] 2:end 0:end 1:end"},
		{"all are blocked but the last", []int{0, 1, 2, 1, 2, 1}, []int{2, 3, 1}, "0 1(M till 4) 2(M till 5):end[1] 0:end[1 2] 1[2] 1:end"},
		{"turns that nobody planned", []int{0, 1, 1, 1, 0, 2}, []int{2, 3, 1}, "0 1(M till 3) 0[1] 2:end 1 1:end 0:end"},
	} {
		t.Run(test.name, func(t *testing.T) {
			more, third := 0, strings.Contains(test.want, "2(M") // what the threads do
			if strings.Contains(test.want, " 0[1]") {
				more = 1
			}
			turns := turnsOf(t, test.sequence, test.counts, func(t *orchestrate.T) {
				var mu sync.Mutex
				locked := func(more int) func() {
					return func() {
						mu.Lock()
						syncpoint.Here()
						mu.Unlock()
						for range more {
							syncpoint.Here()
						}
					}
				}
				t.Go("", locked(more))
				t.Go("", locked(1))
				t.Go("", func() {
					if third {
						mu.Lock()
						mu.Unlock()
					}
				})
			})
			wantTold(t, turns, strings.ReplaceAll(test.want, "M", "sync.Mutex.Lock"))
		})
	}
}

// adrift is a test in which "woken" waits in turn 2, is woken in turn 3, and then calls f; "last" has not
// had its last turn by then. The sequence is 1,0,1,2,0,2.
func adrift(f func(t *testing.T, scenario *orchestrate.T)) func(*testing.T) {
	return func(t *testing.T) {
		orchestrate.Test(t, func(scenario *orchestrate.T) {
			var mu sync.Mutex
			scenario.Go("woken", func() {
				mu.Lock()
				defer mu.Unlock()
				f(t, scenario)
				syncpoint.Here()
			})
			scenario.Go("waker", holding(mu.Lock, mu.Unlock))
			scenario.Go("last", func() {
				syncpoint.Here()
				t.Log("last ended")
			})
			scenario.Wait()
			t.Log("Wait returned")
		})
	}
}

var adriftTests = []struct {
	child   string
	turns   string
	status  int
	turn    int // in which the scenario failed
	skipped bool
	want    []string // output, in order
	not     []string
}{
	{child("TestAdriftReturns", adrift(func(_ *testing.T, s *orchestrate.T) {})),
		"1 0(M till 3) 1:end[0] 2 0:end 2:end", 0, -1, false, []string{"last ended", "Wait returned"}, nil},
	{child("TestAdriftPanics", adrift(func(*testing.T, *orchestrate.T) { explodeNow("boom") })),
		"1 0(M till 3):panic 1:end[0] 2 2:end", 1, 1, false,
		[]string{`thread "woken" panicked in turn \d+\n *panic: boom\n`, `orchestrate_test\.explodeNow\(`, `woken_test\.go:`, "last ended"},
		[]string{"Wait returned", `lib/orchestrate\.`}},
	{child("TestAdriftErrors", adrift(func(_ *testing.T, s *orchestrate.T) { s.Error("wrong") })),
		"1 0(M till 3) 1:end[0] 2 0:end 2:end", 1, 1, false, []string{"wrong", "last ended", "Wait returned"}, nil},
	{child("TestAdriftFailNow", adrift(func(_ *testing.T, s *orchestrate.T) { s.Fatal("wrong") })),
		"1 0(M till 3):exit 1:end[0] 2 2:end", 1, 1, false, []string{"wrong", "last ended"}, []string{"Wait returned"}},
	{child("TestAdriftOutsideFailNow", adrift(func(t *testing.T, _ *orchestrate.T) { t.Fatal("wrong") })),
		"1 0(M till 3):exit 1:end[0] 2 2:end", 1, 1, false, []string{"wrong", "last ended"}, []string{"Wait returned"}},
	{child("TestAdriftSkipNow", adrift(func(_ *testing.T, s *orchestrate.T) { s.Skip("not here") })),
		"1 0(M till 3):exit 1:end[0] 2 2:end", 0, -1, true, []string{"not here", "last ended"}, []string{"Wait returned"}},
	{child("TestAdriftGoexit", adrift(func(*testing.T, *orchestrate.T) { runtime.Goexit() })),
		"1 0(M till 3):exit 1:end[0] 2 2:end", 0, -1, false, []string{"last ended", "Wait returned"}, nil},
}

//go:noinline
func explodeNow(value any) { panic(value) }

func TestWhatAWokenThreadRaises(t *testing.T) {
	for _, test := range adriftTests {
		for _, procs := range []string{"1", "4"} {
			t.Run(test.child+"/"+procs, func(t *testing.T) {
				t.Parallel()
				r := runChild(t, test.child, append(scenario(test.child, 0, "1,0,1,2,0,2", "2,2,2"), "GOMAXPROCS="+procs))
				r.wantStatus(t, test.status)
				r.want(t, test.want...)
				r.wantNot(t, test.not...)
				s := r.scenario(t)
				wantTold(t, s.Turns, strings.ReplaceAll(test.turns, "M", "sync.Mutex.Lock"))
				if s.FailedTurn != test.turn || s.Failed != (test.turn >= 0) || s.Skipped != test.skipped {
					t.Errorf("got failed %v in turn %d, skipped %v; want turn %d, skipped %v",
						s.Failed, s.FailedTurn, s.Skipped, test.turn, test.skipped)
				}
			})
		}
		t.Run(test.child+"/explore", func(t *testing.T) {
			t.Parallel()
			r := runChild(t, test.child, explore)
			r.wantStatus(t, test.status)
			r.want(t, test.want...)
		})
	}
}
