package hunt_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/hunt"
	"github.com/orchtest/orchtest/lib/protocol"
)

const (
	stops  = "time.Timer.Stop\tm/a.go:8:1"
	resets = "time.Timer.Reset\tm/a.go:9:1"
)

func get[T any](ch <-chan T) T { return hunt.Receive(gets, ch) }

// empty reports whether nothing is to be received.
func empty[T any](ch <-chan T) bool {
	select {
	case <-ch:
		return false
	default:
		return true
	}
}

func TestProgramSleeps(t *testing.T) {
	begin(t)
	start := hunt.Now()
	var mu sync.Mutex
	var wg sync.WaitGroup
	var order []int
	for i := range 3 {
		hunt.WaitGroupGo(starts, &wg, func() {
			hunt.Sleep(time.Duration(3-i) * time.Hour)
			lock(&mu)
			order = append(order, i)
			unlock(&mu)
		})
	}
	hunt.F0(waits, wg.Wait).Do()
	if took := hunt.Since(start); took < 3*time.Hour || took > 3*time.Hour+time.Second {
		t.Errorf("it took %v", took)
	}
	if order[0] != 2 || order[1] != 1 || order[2] != 0 {
		t.Errorf("woken in the order %v", order)
	}
}

// guarded waits for a thread that has much to do, for so long.
func guarded(t *testing.T, guard time.Duration) {
	begin(t)
	done := make(chan int)
	hunt.Go(starts, func() {
		var mu sync.Mutex
		for range 20 {
			lock(&mu)
			unlock(&mu)
		}
		hunt.Close("close\tm/a.go:10:1", done)
	})
	expired := hunt.After(guard)
	over := make(chan int)
	hunt.Go(starts, func() {
		get(expired)
		select {
		case <-done:
		default:
			t.Error("it is not done")
		}
		close(over)
	})
	get(over)
}

func TestProgramGuard(t *testing.T) { guarded(t, time.Second) }
func TestProgramEarly(t *testing.T) { guarded(t, 5*time.Millisecond) }

func TestProgramTimers(t *testing.T) {
	begin(t)
	hunt.Go(starts, func() {})
	long := hunt.NewTimer(time.Hour)
	if !hunt.TimerStop(stops, long) || hunt.TimerStop(stops, long) {
		t.Error("Stop tells the wrong thing")
	}
	if hunt.TimerReset(resets, long, time.Minute) || !hunt.TimerReset(resets, long, 2*time.Hour) {
		t.Error("Reset tells the wrong thing")
	}
	start := hunt.Now()
	if at := get(long.C); at.Sub(start) < 2*time.Hour-time.Second {
		t.Errorf("it fired after %v", at.Sub(start))
	}
	if hunt.TimerStop(stops, long) {
		t.Error("Stop of a timer that has fired")
	}

	unread := hunt.NewTimer(time.Hour)
	hunt.Sleep(2 * time.Hour)
	if !hunt.TimerReset(resets, unread, time.Hour) || !empty(unread.C) {
		t.Error("Reset left a stale value")
	}
	get(unread.C)

	var n atomic.Int32
	again := hunt.AfterFunc(time.Hour, func() { n.Add(1) })
	hunt.Sleep(2 * time.Hour)
	hunt.TimerReset(resets, again, time.Hour)
	hunt.Sleep(2 * time.Hour)
	hunt.TimerReset(resets, again, time.Hour)
	hunt.TimerStop(stops, again)
	hunt.Sleep(2 * time.Hour)
	if n.Load() != 2 {
		t.Errorf("the function was called %d times", n.Load())
	}

	other := time.NewTimer(time.Hour) // made by a package that is not hunted
	if !hunt.TimerReset(resets, other, time.Hour) || !hunt.TimerStop(stops, other) {
		t.Error("a timer of another package")
	}
}

// Timers that are stopped by who does not know of what stands behind them: through an interface, say.
func TestProgramStopped(t *testing.T) {
	begin(t)
	hunt.Go(starts, func() {})
	for _, start := range []func() *time.Timer{
		func() *time.Timer { return hunt.AfterFunc(time.Hour, func() { t.Error("it was stopped") }) },
		func() *time.Timer { return hunt.NewTimer(time.Hour) },
	} {
		timer := start()
		if !timer.Stop() || timer.Stop() {
			t.Error("Stop tells the wrong thing")
		}
		if hunt.TimerStop(stops, timer) {
			t.Error("it was stopped")
		}
		if hunt.TimerReset(resets, timer, time.Hour) || !timer.Stop() {
			t.Error("Reset, and Stop of what it started")
		}
		hunt.Sleep(2 * time.Hour)
		if !empty(timer.C) {
			t.Error("it was stopped")
		}
	}
	short := hunt.NewTimer(time.Minute)
	hunt.Sleep(time.Hour)
	if short.Stop() {
		t.Error("Stop of a timer that has fired")
	}
	get(short.C)
	done := make(chan int)
	hunt.TimerReset(resets, hunt.AfterFunc(time.Hour, func() { hunt.Close("close\tm/a.go:10:1", done) }), time.Minute)
	get(done)
}

func TestProgramTickers(t *testing.T) {
	begin(t)
	hunt.Go(starts, func() {})
	start := hunt.Now()
	ticker := hunt.NewTicker(time.Second)
	for range 3 {
		get(ticker.C)
	}
	if took := hunt.Since(start); took < 3*time.Second || took > 3*time.Second+time.Millisecond {
		t.Errorf("three ticks took %v", took)
	}
	hunt.TickerReset(resets, ticker, time.Hour)
	get(ticker.C)
	hunt.Sleep(90 * time.Minute)
	hunt.TickerStop(stops, ticker)
	if !empty(ticker.C) {
		t.Error("Stop left a stale tick")
	}
	if took := hunt.Since(start); took < 150*time.Minute {
		t.Errorf("it took %v", took)
	}
	get(hunt.Tick(time.Minute))
	hunt.NewTicker(time.Second) // never stopped
}

// A thread that lives by a ticker which nobody stops.
func janitor() {
	ticker := hunt.NewTicker(time.Minute)
	hunt.Go(starts, func() {
		for {
			get(ticker.C)
		}
	})
}

func TestProgramTickerLeak(t *testing.T) {
	begin(t)
	janitor()
}

func TestProgramTickerDeadlock(t *testing.T) {
	begin(t)
	janitor()
	get(make(chan int))
}

func TestProgramContexts(t *testing.T) {
	begin(t)
	type key struct{}
	start := hunt.Now()
	outer, cancelOuter := context.WithCancel(context.WithValue(context.Background(), key{}, 1))
	defer cancelOuter()
	ctx, cancel := hunt.WithTimeoutCause(outer, time.Hour, errors.New("too late"))
	defer cancel()
	child, cancelChild := context.WithCancel(ctx)
	defer cancelChild()
	longer, cancelLonger := hunt.WithTimeout(ctx, 2*time.Hour)
	defer cancelLonger()
	if at, ok := longer.Deadline(); !ok || at.Sub(start) > time.Hour+time.Second {
		t.Errorf("deadline %v, %v", at, ok)
	}
	called := make(chan int)
	hunt.ContextAfterFunc(ctx, func() { hunt.To(called).Send(sends, 1) })
	stop := hunt.ContextAfterFunc(ctx, func() { t.Error("it was stopped") })
	if !stop() {
		t.Error("stop tells the wrong thing")
	}
	if ctx.Err() != nil {
		t.Error("it is over too early")
	}
	get(child.Done())
	for _, c := range []context.Context{ctx, child, longer} {
		if c.Err() != context.DeadlineExceeded || context.Cause(c).Error() != "too late" || c.Value(key{}) != 1 {
			t.Errorf("got %v, %v", c.Err(), context.Cause(c))
		}
	}
	if outer.Err() != nil {
		t.Error("the parent is over")
	}
	get(called)
	if took := hunt.Since(start); took < time.Hour || took > time.Hour+time.Second {
		t.Errorf("it took %v", took)
	}

	cancelled, cancelNow := hunt.WithDeadline(outer, hunt.Now().Add(time.Hour))
	cancelNow()
	if cancelled.Err() != context.Canceled {
		t.Errorf("got %v", cancelled.Err())
	}
	past, cancelPast := hunt.WithDeadline(outer, hunt.Now().Add(-time.Second))
	defer cancelPast()
	if at, _ := past.Deadline(); past.Err() != context.DeadlineExceeded || hunt.Until(at) > -time.Second {
		t.Errorf("got %v, %v", past.Err(), at)
	}
	last, cancelLast := hunt.WithTimeout(outer, time.Hour)
	defer cancelLast()
	cancelOuter()
	if last.Err() != context.Canceled || !strings.Contains(fmt.Sprint(last), "context.Background.WithValue") {
		t.Errorf("got %v", last)
	}
}

// TestProgramContextPanics panics in a function that a context's end calls.
func TestProgramContextPanics(t *testing.T) {
	begin(t)
	ctx, cancel := context.WithCancel(context.Background())
	hunt.ContextAfterFunc(ctx, func() { panic("lost") })
	cancel()
	hunt.Sleep(time.Second)
}

// TestProgramContextOver leaves nothing to decide where a context was over before its time.
func TestProgramContextOver(t *testing.T) {
	begin(t)
	parent, cancel := context.WithCancel(context.Background())
	_, cancelChild := hunt.WithTimeout(parent, time.Millisecond)
	defer cancelChild()
	cancel()
	for range 10 {
		hunt.Gosched("runtime.Gosched\tm/a.go:14:1")
	}
}

// What is known of an earlier schedule is used in a later one.
var kept *time.Timer

func TestProgramKept(t *testing.T) {
	begin(t)
	hunt.Go(starts, func() {})
	if kept == nil {
		kept = hunt.NewTimer(time.Hour)
	} else {
		hunt.TimerReset(resets, kept, time.Hour)
	}
	get(kept.C)
}

// What has happened in an earlier schedule was before.
var earlier time.Time

func TestProgramLater(t *testing.T) {
	begin(t)
	hunt.Go(starts, func() {})
	if now := hunt.Now(); now.Before(earlier) {
		t.Errorf("it was %v, and is %v", earlier, now)
	}
	hunt.Sleep(time.Hour)
	hunt.NewTimer(1<<63 - 1)
	earlier = hunt.Now()
}

// Orders that the race detector knows of: from who started a timer to who is woken by it.
func TestProgramOrdered(t *testing.T) {
	begin(t)
	n := 0
	done := make(chan int)
	ready := make(chan int)
	timer := hunt.NewTimer(time.Hour)
	hunt.TimerStop(stops, timer)
	hunt.Go(starts, func() {
		close(ready)
		get(timer.C)
		n++
		hunt.AfterFunc(time.Hour, func() {
			n++
			hunt.Close("close\tm/a.go:10:1", done)
		})
		hunt.Sleep(time.Second)
	})
	get(ready)
	n++
	hunt.TimerReset(resets, timer, time.Hour)
	get(done)
	if n != 3 {
		t.Error(n)
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		program string
		kind    string // of the last report
		finding string
		says    string
	}{
		{"TestProgramSleeps", protocol.HuntDone, "", ""},
		{"TestProgramGuard", protocol.HuntDone, "", ""},
		{"TestProgramEarly", protocol.HuntFinding, protocol.FoundFailure, "time.After\\tgithub.com/orchtest/orchtest/lib/hunt/time_test.go:"},
		{"TestProgramTimers", protocol.HuntDone, "", ""},
		{"TestProgramStopped", protocol.HuntDone, "", ""},
		{"TestProgramTickers", protocol.HuntDone, "", ""},
		{"TestProgramTickerLeak", protocol.HuntFinding, protocol.FoundLeak, "chan receive"},
		{"TestProgramTickerDeadlock", protocol.HuntFinding, protocol.FoundDeadlock, "chan receive"},
		{"TestProgramContexts", protocol.HuntDone, "", ""},
		{"TestProgramContextPanics", protocol.HuntFinding, protocol.FoundPanic, "panic: lost"},
		{"TestProgramContextOver", protocol.HuntDone, "", `"Longest":0`},
		{"TestProgramKept", protocol.HuntDone, "", ""},
		{"TestProgramOrdered", protocol.HuntDone, "", ""},
		{"TestProgramLater", protocol.HuntDone, "", ""},
	} {
		t.Run(test.program, func(t *testing.T) {
			t.Parallel()
			request := protocol.HuntRequest{Test: test.program, Count: 150, Seed: 1, MaxSteps: 5000, Strategies: []string{"delay", "random"}}
			last, output := hunted(t, request)
			said, err := json.Marshal(last)
			if err != nil {
				t.Fatal(err)
			}
			if last.Kind != test.kind || last.Finding == nil != (test.finding == "") ||
				last.Finding != nil && last.Finding.Kind != test.finding || !strings.Contains(string(said), test.says) {
				t.Fatalf("got %s\n%s", said, output)
			}
			if last.Finding != nil {
				replays(t, test.program, last)
			}
			if again, _ := hunted(t, request); again.Hash != last.Hash || last.Hash == "" {
				t.Errorf("another process made other schedules: %s, %s", last.Hash, again.Hash)
			}
		})
	}
}

// TestRealTime leaves time alone.
func TestRealTime(t *testing.T) {
	t.Parallel()
	for program, kind := range map[string]string{
		"TestProgramReal":     protocol.HuntDone,
		"TestProgramDeadlock": protocol.HuntFinding,
	} {
		last, output := hunted(t, protocol.HuntRequest{Test: program, Count: 30, Seed: 1, RealTime: true})
		if last.Kind != kind {
			t.Errorf("%s: got %+v\n%s", program, last, output)
		}
	}
}

func TestProgramReal(t *testing.T) {
	begin(t)
	start := time.Now()
	hunt.Sleep(10 * time.Millisecond)
	timer := hunt.NewTimer(10 * time.Millisecond)
	get(timer.C)
	hunt.TimerReset(resets, timer, time.Hour)
	if !hunt.TimerStop(stops, timer) {
		t.Error("it did not run")
	}
	ctx, cancel := hunt.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	get(ctx.Done())
	if took := time.Since(start); took < 30*time.Millisecond {
		t.Errorf("it took %v", took)
	}
}

// TestRealSleeps shows that others go on while a thread sleeps in real time, which is no deadlock.
func TestRealSleeps(t *testing.T) {
	t.Parallel()
	for _, r := range []protocol.HuntRequest{
		{Test: "TestProgramSleepsUnseen", Count: 10},
		{Test: "TestProgramSleepsUnseen", Count: 10, RealTime: true},
		{Test: "TestProgramSleepsReal", Count: 5, RealTime: true},
	} {
		last, output := hunted(t, r)
		if last.Kind != protocol.HuntDone {
			t.Errorf("%s: got %+v\n%s", r.Test, last, output)
		}
	}
}

// TestSleepsTooLong tells who sleeps, and where.
func TestSleepsTooLong(t *testing.T) {
	t.Parallel()
	for program, want := range map[string]string{
		"TestProgramSleepsOn": "the goroutine of m/a.go:4:1 sleeps at ",
		"TestProgramRunsOn":   "the test ran for longer than 10s without coming to a synchronisation; it is at ",
	} {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			last, output := hunted(t, protocol.HuntRequest{Test: program, Count: 1})
			if last.Kind != protocol.HuntInconclusive || !strings.Contains(last.Reason, want) || !strings.Contains(last.Reason, "time_test.go:") {
				t.Errorf("got %+v\n%s", last, output)
			}
		})
	}
}

// TestProgramSleepsUnseen looks again and again for what another thread is to do, as a package does that is not rewritten.
func TestProgramSleepsUnseen(t *testing.T) {
	begin(t)
	var ready atomic.Bool
	var mu sync.Mutex
	hunt.Go(starts, func() {
		hunt.Sleep(time.Millisecond)
		lock(&mu)
		ready.Store(true)
		unlock(&mu)
	})
	for !ready.Load() {
		time.Sleep(time.Millisecond)
	}
}

// TestProgramSleepsReal has threads that sleep at the same time: each waits for all to have begun.
func TestProgramSleepsReal(t *testing.T) {
	begin(t)
	var wg sync.WaitGroup
	var begun atomic.Int32
	for range 10 {
		hunt.WaitGroupGo(starts, &wg, func() {
			begun.Add(1)
			for begun.Load() < 10 {
				hunt.Sleep(time.Millisecond)
			}
		})
	}
	hunt.F0(waits, wg.Wait).Do()
}

func TestProgramSleepsOn(t *testing.T) {
	begin(t)
	hunt.Go(starts, func() { time.Sleep(time.Hour) })
}

func TestProgramRunsOn(t *testing.T) {
	begin(t)
	for n := 0; n >= 0; n = (n + 1) % 1000 {
	}
}

// TestUnhurried runs programs that wait in a way that only takes its time.
func TestUnhurried(t *testing.T) {
	t.Parallel()
	for program, schedules := range map[string]int{
		"TestProgramPolls": 500, "TestProgramTicks": 20, "TestProgramGuardedPoll": 5, "TestProgramStarves": 3,
	} {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			last, output := hunted(t, protocol.HuntRequest{Test: program, Count: schedules, Seed: 1})
			if last.Kind != protocol.HuntDone {
				t.Errorf("got %+v\n%s", last, output)
			}
		})
	}
}

// TestOldTicker has a goroutine of an earlier time go on, by a ticker in real time, while it is seen whether there is
// a deadlock.
func TestOldTicker(t *testing.T) {
	t.Parallel()
	last, output := hunted(t, protocol.HuntRequest{Test: "TestProgramOldTicker", Count: 1, Seed: 1, Window: 200})
	if last.Finding == nil || last.Finding.Kind != protocol.FoundDeadlock {
		t.Errorf("got %+v\n%s", last, output)
	}
}

// TestSlowPoll shows that a finding is only confirmed when a timer that is not seen would have fired.
func TestSlowPoll(t *testing.T) {
	t.Parallel()
	last, output := hunted(t, protocol.HuntRequest{Test: "TestProgramSlowPoll", Count: 1})
	if last.Finding == nil || last.Finding.Kind != protocol.FoundDeadlock {
		t.Errorf("without a window: got %+v\n%s", last, output)
	}
	if last, output = hunted(t, protocol.HuntRequest{Test: "TestProgramSlowPoll", Count: 1, Window: 1000}); last.Kind != protocol.HuntDone {
		t.Errorf("got %+v\n%s", last, output)
	}
}

// TestProgramSlowPoll waits as a package does that is not rewritten, and looks every two seconds.
func TestProgramSlowPoll(t *testing.T) {
	begin(t)
	<-time.NewTicker(2 * time.Second).C
}

func TestProgramOldTicker(t *testing.T) {
	begin(t)
	get(make(chan int))
}

// The goroutine has to be there before the test.
func init() {
	if !hunt.Hunts || !slices.Contains(os.Args, "-test.run=^TestProgramOldTicker$") {
		return
	}
	go func() {
		var mu sync.Mutex
		for range time.Tick(20 * time.Millisecond) {
			lock(&mu)
			unlock(&mu)
		}
	}()
}

// TestProgramPolls asks again and again, for a while, whether another thread has come to its end.
func TestProgramPolls(t *testing.T) {
	begin(t)
	var mu sync.Mutex
	ended := false
	hunt.Go(starts, func() {
		lock(&mu)
		ended = true
		unlock(&mu)
	})
	for deadline := hunt.Now().Add(50 * time.Millisecond); ; hunt.Sleep(2 * time.Millisecond) {
		lock(&mu)
		over := ended
		unlock(&mu)
		if over {
			return
		}
		if hunt.Now().After(deadline) {
			t.Fatal("it has not ended")
		}
	}
}

// TestProgramTicks waits as a package does that is not rewritten: for a ticker that nobody sees.
func TestProgramTicks(t *testing.T) {
	begin(t)
	var mu sync.Mutex
	lock(&mu)
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	<-ticker.C
	unlock(&mu)
}

// TestProgramGuardedPoll waits like that while a thread has a deadline: it is not to come first.
func TestProgramGuardedPoll(t *testing.T) {
	begin(t)
	ctx, cancel := hunt.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	hunt.Go(starts, func() {
		get(ctx.Done())
		if ctx.Err() != context.Canceled {
			t.Error("the time was over")
		}
	})
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for range 3 {
		<-ticker.C
	}
}

// TestProgramStarves sleeps while a goroutine that is not rewritten does something from time to time, and for ever.
func TestProgramStarves(t *testing.T) {
	begin(t)
	var mu sync.Mutex
	var over atomic.Bool
	go func() {
		for !over.Load() {
			lock(&mu)
			unlock(&mu)
			time.Sleep(10 * time.Millisecond)
		}
	}()
	hunt.Sleep(50 * time.Millisecond)
	over.Store(true)
}
