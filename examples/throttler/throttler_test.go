package throttler_test

import (
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orchtest/orchtest/examples/throttler"
	"github.com/orchtest/orchtest/lib/latch"
	"github.com/orchtest/orchtest/lib/orchestrate"
)

// limit is how many callers the throttler of the tests lets in. The caller after them is refused.
const limit = 3

// TestSequential lets one caller after another in and out. Everything in it is determined, and it says
// that places are given back; of the limit it says nothing, as there is never more than one caller
// inside.
func TestSequential(t *testing.T) {
	throttler := throttler.New(limit)
	for caller := range limit + 1 {
		if err := throttler.Do(func() {}); err != nil {
			t.Errorf("caller %d: %v", caller, err)
		}
	}
}

// TestLatch has every place taken when the next caller comes: the latch opens once all callers that
// were started have counted it down, and they do that inside.
func TestLatch(t *testing.T) {
	if err := latched(); !errors.Is(err, throttler.ErrBusy) {
		t.Errorf("the caller after the last that is let in: %v, want %v", err, throttler.ErrBusy)
	}
}

// TestOrchestrated has two callers come for one place, in every order.
func TestOrchestrated(t *testing.T) {
	counts := orchestrate.Test(t, func(t *orchestrate.T) {
		throttler := throttler.New(1)
		call := func() {
			// Refused or not is for the order to decide; two inside at once is wrong in any order.
			throttler.Do(func() {
				// pragma: SYNCPOINT
				if inside := throttler.Inside(); inside > 1 {
					t.Errorf("%d callers inside, want 1 at most", inside)
				}
			})
		}
		t.Go("first", call)
		t.Go("second", call)
	})
	if want := (orchestrate.Counts{3, 3}); !slices.Equal(counts, want) {
		t.Errorf("the threads took %v turns, want %v", counts, want)
	}
}

// latched fills every place, and returns what the next caller is told.
func latched() error {
	return next(func(all *latch.Latch) { all.Wait() })
}

// next starts as many callers as are let in, lets settle see to it that they are, and returns what
// the next caller is told. The latch given to settle is open once all of them are inside.
func next(settle func(all *latch.Latch)) error {
	throttler := throttler.New(limit)
	var callers sync.WaitGroup
	defer callers.Wait()
	leave := latch.New(1)
	defer leave.CountDown()

	inside := latch.New(limit)
	for range limit {
		callers.Go(func() {
			throttler.Do(func() {
				inside.CountDown()
				leave.Wait()
			})
		})
	}
	settle(inside)
	return throttler.Do(func() {})
}

// What follows is what not to do. It is measured, and asserts nothing: as tests, these would fail now
// and then.

// started trusts that a caller that was started with go is inside by the time that the next statement
// runs. Nothing says so.
func started() error {
	return next(func(*latch.Latch) {})
}

// slept trusts that a caller that was started with go is inside a while later. Nothing says so, and
// the while is lost in every run in which it is true.
func slept(d time.Duration) error {
	return next(func(*latch.Latch) { time.Sleep(d) })
}

// BenchmarkNext measures how often the next caller is told something else than that it is refused,
// where every other caller should have been inside, and how long that takes: by itself, and beside
// busy goroutines, as those of other tests are that run in parallel.
func BenchmarkNext(b *testing.B) {
	for _, way := range []struct {
		name string
		next func() error
	}{
		{"started", started},
		{"slept 1ms", func() error { return slept(time.Millisecond) }},
		{"slept 10ms", func() error { return slept(10 * time.Millisecond) }},
		{"latched", latched},
	} {
		b.Run(way.name+"/idle", func(b *testing.B) { measure(b, way.next) })
		b.Run(way.name+"/busy", func(b *testing.B) {
			defer busy()()
			measure(b, way.next)
		})
	}
}

func measure(b *testing.B, next func() error) {
	wrong := 0
	for b.Loop() {
		if err := next(); !errors.Is(err, throttler.ErrBusy) {
			wrong++
		}
	}
	b.ReportMetric(100*float64(wrong)/float64(b.N), "%wrong")
}

// busy keeps every processor busy until the function that it returns is called.
func busy() (stop func()) {
	const perProcessor = 4
	var stopped atomic.Bool
	var running sync.WaitGroup
	for range perProcessor * runtime.GOMAXPROCS(0) {
		running.Go(func() {
			for !stopped.Load() {
			}
		})
	}
	return func() {
		stopped.Store(true)
		running.Wait()
	}
}

// TestWaiting has three callers come for one place, in every order. A caller that has to wait gives up its
// turn; the one that leaves wakes it.
func TestWaiting(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		throttler := throttler.NewWaiting(1)
		call := func() {
			throttler.Do(func() {
				// pragma: SYNCPOINT
				if inside := throttler.Inside(); inside > 1 {
					t.Errorf("%d callers inside, want 1 at most", inside)
				}
			})
		}
		for _, name := range []string{"first", "second", "third"} {
			t.Go(name, call)
		}
	})
}
