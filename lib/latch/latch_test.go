package latch_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/orchtest/orchtest/lib/latch"
)

func TestCount(t *testing.T) {
	for _, test := range []struct {
		name       string
		count      int
		countDowns int
		want       int
	}{
		{"closed", 3, 0, 3},
		{"one less", 3, 1, 2},
		{"last one missing", 3, 2, 1},
		{"open", 3, 3, 0},
		{"never below zero", 3, 5, 0},
		{"open from the start", 0, 0, 0},
		{"open from the start and counted down", 0, 2, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := latch.New(test.count)
			for range test.countDowns {
				l.CountDown()
			}
			if got := l.Count(); got != test.want {
				t.Errorf("Count: got %d, want %d", got, test.want)
			}
			if got, want := l.WaitFor(0), test.want == 0; got != want {
				t.Errorf("WaitFor(0): got %t, want %t", got, want)
			}
		})
	}
}

func TestNewPanicsOnNegativeCount(t *testing.T) {
	defer func() {
		message := fmt.Sprint(recover())
		for _, want := range []string{"latch: New(-1)", "negative", "pass how many"} {
			if !strings.Contains(message, want) {
				t.Errorf("panic %q: want %q in it", message, want)
			}
		}
	}()
	latch.New(-1)
}

func TestZeroLatchIsOpen(t *testing.T) {
	var l latch.Latch
	l.Wait()
	l.CountDown()
	if !l.WaitFor(time.Hour) {
		t.Error("WaitFor: got false, want true")
	}
	if got := l.Count(); got != 0 {
		t.Errorf("Count: got %d, want 0", got)
	}
}

// A bubble ends only when every goroutine in it has ended, and panics if one cannot: each of these
// tests also shows that nothing is left behind.

func TestWaitReallyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := latch.New(2)
		var through atomic.Int32
		for range 3 {
			go func() {
				l.Wait()
				through.Add(1)
			}()
		}
		for countDowns, want := range []int32{0, 0, 3} {
			if countDowns > 0 {
				l.CountDown()
			}
			synctest.Wait() // every goroutine is blocked or has ended
			if got := through.Load(); got != want {
				t.Errorf("after %d of 2 CountDowns: %d of 3 goroutines went on, want %d", countDowns, got, want)
			}
		}
	})
}

func TestWaitReturnsAtOnceWhenOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := latch.New(1)
		l.CountDown()
		l.Wait()
		l.Wait()
		latch.New(0).Wait()
	})
}

func TestWaitFor(t *testing.T) {
	const never = -1
	for _, test := range []struct {
		name    string
		openAt  time.Duration
		d       time.Duration
		want    bool
		waiting time.Duration
	}{
		{"opens in time", time.Second, time.Minute, true, time.Second},
		{"opens in the last moment", time.Minute - 1, time.Minute, true, time.Minute - 1},
		{"opens too late", time.Minute + 1, time.Minute, false, time.Minute},
		{"does not open", never, time.Minute, false, time.Minute},
		{"no time", time.Second, 0, false, 0},
		{"negative time", time.Second, -time.Hour, false, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := latch.New(1)
				if test.openAt != never {
					time.AfterFunc(test.openAt, l.CountDown)
				}
				start := time.Now()
				if got := l.WaitFor(test.d); got != test.want {
					t.Errorf("WaitFor(%v): got %t, want %t", test.d, got, test.want)
				}
				if got := time.Since(start); got != test.waiting {
					t.Errorf("WaitFor(%v) took %v, want %v", test.d, got, test.waiting)
				}
			})
		})
	}
}

func TestWaitForOfOpenLatch(t *testing.T) {
	for _, d := range []time.Duration{-1, 0, 1, time.Hour} {
		t.Run(d.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				if !latch.New(0).WaitFor(d) {
					t.Errorf("WaitFor(%v): got false, want true", d)
				}
				if got := time.Since(start); got != 0 {
					t.Errorf("WaitFor(%v) took %v, want no time", d, got)
				}
			})
		})
	}
}

func TestWaitForWithoutTimeSetsNoTimer(t *testing.T) {
	l := latch.New(1)
	for _, d := range []time.Duration{0, -time.Second} {
		if got := testing.AllocsPerRun(100, func() { l.WaitFor(d) }); got != 0 {
			t.Errorf("WaitFor(%v): got %v allocations, want 0", d, got)
		}
	}
}

// The writes below have no other order than that of the latch: under -race this test is about what the
// race detector sees, and without it about what the reader does.
func TestCountDownHappensBeforeWaitReturns(t *testing.T) {
	const writers, readers = 4, 3
	for _, test := range []struct {
		name string
		wait func(*latch.Latch)
	}{
		{"Wait", (*latch.Latch).Wait},
		{"WaitFor", func(l *latch.Latch) {
			for !l.WaitFor(time.Minute) {
			}
		}},
		{"WaitFor without time", func(l *latch.Latch) {
			for !l.WaitFor(0) {
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := latch.New(writers)
			var written [writers]int
			var group sync.WaitGroup
			for range readers {
				group.Go(func() {
					test.wait(l)
					for i, got := range written {
						if got != i+1 {
							t.Errorf("write of writer %d: got %d, want %d", i, got, i+1)
						}
					}
				})
			}
			for i := range written {
				group.Go(func() {
					written[i] = i + 1
					l.CountDown()
				})
			}
			group.Wait()
		})
	}
}

func TestConcurrentCountDowns(t *testing.T) {
	const count = 100
	l := latch.New(count)
	var group sync.WaitGroup
	for range 2 * count {
		group.Go(func() {
			l.CountDown()
			if got := l.Count(); got < 0 || got >= count {
				t.Errorf("Count: got %d, want 0 to %d", got, count-1)
			}
		})
	}
	l.Wait()
	group.Wait()
	if got := l.Count(); got != 0 {
		t.Errorf("Count: got %d, want 0", got)
	}
}
