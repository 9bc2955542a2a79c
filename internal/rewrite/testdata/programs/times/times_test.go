package times

import (
	"context"
	"errors"
	"testing"
	. "time"
	clock "time"

	"example.com/programs/here"
)

type wrapped struct {
	*Timer
	ticker Ticker
}

func TestTimers(t *testing.T) {
	start := Now()
	Sleep(Millisecond)
	here.Line(Since(start) > 0, Until(start) < 0, clock.Since(start) > 0)
	<-After(1)
	timer := NewTimer(clock.Hour)
	here.Line(timer.Stop(), timer.Reset(1))
	<-timer.C
	w := wrapped{Timer: clock.NewTimer(Hour)}
	here.Line(w.Stop(), w.Timer.Reset(Hour))
	defer w.Stop()
	stop := w.Stop
	here.Line(stop())
	reset := w.Reset
	reset(Hour)
	ticker := clock.NewTicker(1)
	<-ticker.C
	ticker.Reset(2)
	<-ticker.C
	ticker.Stop()
	stopTicker := ticker.Stop
	stopTicker()
	resetTicker := ticker.Reset
	resetTicker(Hour)
	ticker.Stop()
	<-Tick(1)
	done := make(chan int)
	var f func(Duration, func()) *Timer = AfterFunc
	f(1, func() { close(done) })
	<-done
	now := clock.Now
	here.Line(now().After(start))
	func(Sleep func(int)) { Sleep(3) }(func(n int) { here.Line(n) })
}

func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	stop := context.AfterFunc(ctx, func() {})
	here.Line(stop())
	cancel()
	defer cancel()
	<-ctx.Done()
	here.Line(ctx.Err())
	ctx, cancelCause := context.WithCancelCause(t.Context())
	cancelCause(errors.New("cause"))
	cancelCause(nil)
	here.Line(context.Cause(ctx))
	ctx, cancel = context.WithTimeout(context.Background(), 1)
	<-ctx.Done()
	here.Line(ctx.Err())
	cancel()
	ctx, cancel = context.WithDeadlineCause(context.Background(), Now(), errors.New("late"))
	t.Cleanup(cancel)
	here.Line(context.Cause(ctx))
	_, cancel = context.WithTimeoutCause(ctx, Hour, nil)
	go cancel()
	_, cancel = context.WithDeadline(ctx, Now().Add(Hour))
	context.CancelFunc(cancel)()
	cancels := []context.CancelFunc{cancel}
	cancels[here.Of(0)]()
	func() (context.Context, context.CancelFunc) { return ctx, cancel }()
}
