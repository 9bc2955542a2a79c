package clock_test

import (
	"cmp"
	"runtime"
	"slices"
	"testing"
	"time"
	"unsafe"
	"weak"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/internal/clock"
)

var begin = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// A fired timer notes when.
type fired struct {
	number int
	at     *[]shot
}

type shot struct {
	number int
	at     time.Duration
}

func (f fired) Fire(now time.Time) { *f.at = append(*f.at, shot{f.number, now.Sub(begin)}) }

// running is what the model knows of a timer that runs.
type running struct {
	number, order int
	when, period  time.Duration
}

// TestClock compares a clock with a plain list of timers.
func TestClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c clock.Clock
		c.Begin(begin)
		var got, want []shot
		timers := make([]*clock.Timer, 8)
		for i := range timers {
			timers[i] = &clock.Timer{Op: fired{i, &got}}
		}
		var list []running
		var now time.Duration
		order := 0
		remove := func(number int) bool {
			before := len(list)
			list = slices.DeleteFunc(list, func(r running) bool { return r.number == number })
			return len(list) < before
		}
		durations := rapid.SampledFrom([]time.Duration{-1, 0, 1, 2 * time.Microsecond, 5 * time.Millisecond, 6 * time.Millisecond, time.Hour})
		t.Repeat(map[string]func(*rapid.T){
			"start": func(t *rapid.T) {
				i, d := rapid.IntRange(0, 7).Draw(t, "timer"), durations.Draw(t, "duration")
				period := rapid.SampledFrom([]time.Duration{0, 0, 3 * time.Microsecond, time.Hour}).Draw(t, "period")
				if ran := c.Start(timers[i], d, period); ran != remove(i) {
					t.Fatalf("it ran: %v", ran)
				}
				list = append(list, running{i, order, now + max(d, 0), period})
				order++
			},
			"stop": func(t *rapid.T) {
				i := rapid.IntRange(0, 7).Draw(t, "timer")
				if ran := c.Stop(timers[i]); ran != remove(i) {
					t.Fatalf("it ran: %v", ran)
				}
			},
			"turn": func(*rapid.T) { c.Turn(); now += clock.PerTurn },
			"now": func(t *rapid.T) {
				now += clock.PerTurn
				if got := c.Now().Sub(begin); got != now {
					t.Fatalf("got %v, want %v", got, now)
				}
			},
			"fire": func(t *rapid.T) {
				next, ok := c.Next()
				if ok != (len(list) > 0) || c.Fire(false) != ok {
					t.Fatal("is there a next one?")
				}
				if !ok {
					return
				}
				slices.SortFunc(list, func(a, b running) int { return cmp.Or(cmp.Compare(a.when, b.when), a.order-b.order) })
				first := list[0]
				if in := max(first.when-now, 0); next.In != in {
					t.Fatalf("in %v, want %v", next.In, in)
				}
				remove(first.number)
				now = max(now, first.when)
				want = append(want, shot{first.number, now})
				if first.period > 0 {
					for first.when <= now {
						first.when += first.period
					}
					first.order = order
					order++
					list = append(list, first)
				}
				if !slices.Equal(got, want) {
					t.Fatalf("got %v, want %v", got, want)
				}
			},
		})
	})
}

func TestEarly(t *testing.T) {
	for d, want := range map[time.Duration]bool{time.Millisecond: true, clock.Early: true, clock.Early + 1: false, time.Hour: false} {
		var c clock.Clock
		c.Begin(begin)
		c.Start(&clock.Timer{Site: "made"}, d, 0)
		if next, ok := c.Next(); !ok || next.Early != want || next.Site != "made" {
			t.Errorf("%v: got %+v, %v", d, next, ok)
		}
	}
}

// TestIdle lets time jump to tickers.
func TestIdle(t *testing.T) {
	var c clock.Clock
	var shots []shot
	c.Begin(begin)
	c.Start(&clock.Timer{Op: fired{0, &shots}}, time.Second, time.Second)
	jump := func(want int) {
		t.Helper()
		c.Fire(false)
		c.Turn()
		if got := c.Idle(); got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	}
	jump(1)
	jump(2)
	once := &clock.Timer{Op: fired{1, &shots}}
	c.Start(once, time.Hour, 0)
	jump(0)
	c.Stop(once)
	jump(1)
	c.Start(once, 0, 0)
	jump(0)
	jump(1)
	c.Fire(true)
	jump(1)
}

// TestIdleTogether has two tickers that are due at the same time: the time jumps once for both.
func TestIdleTogether(t *testing.T) {
	var c clock.Clock
	var shots []shot
	c.Begin(begin)
	for i := range 2 {
		c.Start(&clock.Timer{Op: fired{i, &shots}}, time.Second, time.Second)
	}
	for i := range 6 {
		c.Fire(false)
		if got, want := c.Idle(), i/2+1; got != want {
			t.Errorf("after %d: got %d, want %d", i+1, got, want)
		}
	}
}

// TestForEver starts timers that run for longer than there is time, which does not come to its end.
func TestForEver(t *testing.T) {
	const forEver = 1<<63 - 1
	for _, turns := range []int{0, 1} {
		var c clock.Clock
		var shots []shot
		c.Begin(begin)
		for range turns {
			c.Turn()
		}
		once, again, long := &clock.Timer{Op: fired{0, &shots}}, &clock.Timer{Op: fired{1, &shots}}, &clock.Timer{Op: fired{2, &shots}}
		c.Start(once, forEver, 0)
		c.Start(again, forEver, forEver)
		c.Start(long, time.Hour, forEver-1)
		if c.Fire(false); len(shots) != 1 || shots[0].number != 2 || c.Idle() != 1 {
			t.Errorf("after %d turns: got %v, idle %d", turns, shots, c.Idle())
		}
		if c.Fire(false) {
			t.Errorf("after %d turns: got %v", turns, shots)
		}
		if !c.Stop(once) || c.Stop(once) || !c.Start(again, time.Hour, 0) || !c.Fire(false) || !c.Stop(long) {
			t.Errorf("after %d turns: it did not run", turns)
		}
		if now := c.Now(); now.Before(begin) || now.After(begin.Add(3*time.Hour)) {
			t.Errorf("after %d turns: it is %v", turns, now)
		}
	}
}

// TestOver has timers that are over before their time: they do not fire, and keep no time going.
func TestOver(t *testing.T) {
	var c clock.Clock
	var shots []shot
	c.Begin(begin)
	over := false
	for i, d := range []time.Duration{time.Second, 5 * time.Second} {
		c.Start(&clock.Timer{Op: fired{i, &shots}, Over: func() bool { return over }}, d, 0)
	}
	c.Start(&clock.Timer{Op: fired{2, &shots}}, 2*time.Second, 2*time.Second)
	if next, ok := c.Next(); !ok || next.In != time.Second {
		t.Errorf("got %+v, %v", next, ok)
	}
	over = true
	if next, ok := c.Next(); !ok || next.In != 2*time.Second {
		t.Errorf("got %+v, %v", next, ok)
	}
	for range 3 {
		c.Fire(false)
	}
	if want := []shot{{2, 2 * time.Second}, {2, 4 * time.Second}, {2, 6 * time.Second}}; !slices.Equal(shots, want) || c.Idle() != 3 {
		t.Errorf("got %v, idle %d", shots, c.Idle())
	}
}

// TestOtherClock uses the timer of an earlier schedule.
func TestOtherClock(t *testing.T) {
	var a, b clock.Clock
	var shots []shot
	a.Begin(begin)
	b.Begin(begin)
	timer := &clock.Timer{Op: fired{0, &shots}}
	a.Start(timer, time.Hour, 0)
	if b.Stop(timer) || b.Start(timer, time.Hour, 0) || !b.Stop(timer) {
		t.Error("it ran, by the other clock")
	}
}

// TestSweep forgets what is no longer in use, and no more.
func TestSweep(t *testing.T) {
	var k clock.Known
	used, unused := time.NewTimer(time.Hour), time.NewTimer(time.Hour)
	used.Stop()
	unused.Stop()
	behind := &clock.Timer{}
	gone := weak.Make(behind)
	k.Put(unsafe.Pointer(unused), behind)
	behind, unused = &clock.Timer{}, nil
	k.Put(unsafe.Pointer(used), behind)
	runtime.GC()
	k.Sweep()
	runtime.GC()
	if gone.Value() != nil {
		t.Error("it is still there")
	}
	if k.Get(unsafe.Pointer(used)) != behind {
		t.Error("it is not known any more")
	}
	runtime.KeepAlive(used)
}

func TestKnown(t *testing.T) {
	var k clock.Known
	timers := make([]*time.Timer, 3000)
	behind := make([]*clock.Timer, len(timers))
	for i := range timers {
		timers[i], behind[i] = time.NewTimer(time.Hour), &clock.Timer{}
		timers[i].Stop()
		k.Put(unsafe.Pointer(timers[i]), behind[i])
	}
	for i := range timers {
		if k.Get(unsafe.Pointer(timers[i])) != behind[i] {
			t.Fatalf("timer %d: another one", i)
		}
	}
	other := time.NewTimer(time.Hour)
	defer other.Stop()
	if k.Get(unsafe.Pointer(other)) != nil {
		t.Error("a timer is known that was not put")
	}
	runtime.KeepAlive(timers)
}
