package hunt

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"time"
	"unsafe"

	"github.com/orchtest/orchtest/lib/internal/clock"
	"github.com/orchtest/orchtest/lib/internal/race"
)

// WithTimeout is context.WithTimeout.
func WithTimeout(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	s := virtual()
	if s == nil || parent == nil {
		return context.WithTimeout(parent, realTime(d))
	}
	return s.withDeadline(callerOf("context.WithTimeout"), parent, s.clock.Now().Add(d), nil)
}

// WithTimeoutCause is context.WithTimeoutCause.
func WithTimeoutCause(parent context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	s := virtual()
	if s == nil || parent == nil {
		return context.WithTimeoutCause(parent, realTime(d), cause)
	}
	return s.withDeadline(callerOf("context.WithTimeoutCause"), parent, s.clock.Now().Add(d), cause)
}

// WithDeadline is context.WithDeadline.
func WithDeadline(parent context.Context, d time.Time) (context.Context, context.CancelFunc) {
	s := virtual()
	if s == nil || parent == nil {
		realTime(time.Until(d))
		return context.WithDeadline(parent, d)
	}
	return s.withDeadline(callerOf("context.WithDeadline"), parent, d, nil)
}

// WithDeadlineCause is context.WithDeadlineCause.
func WithDeadlineCause(parent context.Context, d time.Time, cause error) (context.Context, context.CancelFunc) {
	s := virtual()
	if s == nil || parent == nil {
		realTime(time.Until(d))
		return context.WithDeadlineCause(parent, d, cause)
	}
	return s.withDeadline(callerOf("context.WithDeadlineCause"), parent, d, cause)
}

// withDeadline makes a context of the standard library's own, so that its children, of whatever kind, are told at
// once and as ever when it ends. Its timer is stopped, and goes off when ours fires.
func (s *schedule) withDeadline(site string, parent context.Context, d time.Time, cause error) (context.Context, context.CancelFunc) {
	if earlier, ok := parent.Deadline(); ok && earlier.Before(d) {
		return context.WithCancel(parent)
	}
	in := d.Sub(s.clock.Now())
	real := time.Now().Add(longest)
	if in <= 0 {
		real = time.Now().Add(-1)
	}
	ctx, cancel := context.WithDeadlineCause(noDeadline{parent}, real, cause)
	timer, deadline := partsOf(ctx)
	if deadline == nil {
		return ctx, cancel // it has another form: a later version of Go
	}
	*deadline = d
	if *timer == nil {
		return ctx, cancel // it is over
	}
	e := &expiry{ctx, *timer, timer}
	e.timer.Stop()
	race.Release(unsafe.Pointer(e))
	behind := &clock.Timer{Site: site, Op: e, Over: e.over}
	s.clock.Start(behind, in, 0)
	return ctx, func() {
		s.clock.Stop(behind)
		cancel()
	}
}

// longest is longer than any test runs.
const longest = 100 * 365 * 24 * time.Hour

// noDeadline is a context whose deadline is not known: it is a time of the virtual clock.
type noDeadline struct{ context.Context }

func (noDeadline) Deadline() (time.Time, bool) { return time.Time{}, false }

// String is for the String of its children.
func (c noDeadline) String() string { return fmt.Sprint(c.Context) }

// partsOf returns where a context with a deadline has its timer, which is nil once it is over, and the deadline: the type is
// not exported. It returns nil if it does not know the type.
func partsOf(ctx context.Context) (**time.Timer, *time.Time) {
	v := reflect.ValueOf(ctx)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil, nil
	}
	timer, deadline := v.Elem().FieldByName("timer"), v.Elem().FieldByName("deadline")
	if !timer.IsValid() || timer.Type() != reflect.TypeFor[*time.Timer]() ||
		!deadline.IsValid() || deadline.Type() != reflect.TypeFor[time.Time]() {
		return nil, nil
	}
	return (**time.Timer)(unsafe.Pointer(timer.UnsafeAddr())), (*time.Time)(unsafe.Pointer(deadline.UnsafeAddr()))
}

// An expiry ends a context.
type expiry struct {
	ctx   context.Context
	timer *time.Timer
	field **time.Timer // of the context
}

// over reports whether the context has ended before its time.
//
//go:norace
func (e *expiry) over() bool { return *e.field == nil }

// Fire implements [clock.Op]. It returns when all children know, unless telling them takes long: contexts of other
// kinds may run any code.
func (e *expiry) Fire(time.Time) {
	race.Acquire(unsafe.Pointer(e))
	if e.ctx.Err() != nil {
		return
	}
	e.timer.Reset(0)
	for range 1000 {
		if e.ctx.Err() != nil {
			return
		}
		runtime.Gosched()
	}
}

// ContextAfterFunc is context.AfterFunc. The function's goroutine is a thread.
func ContextAfterFunc(ctx context.Context, f func()) (stop func() bool) {
	if !hunting() || ctx == nil || f == nil {
		return context.AfterFunc(ctx, f)
	}
	site := callerOf("context.AfterFunc")
	stopped := context.AfterFunc(ctx, func() {
		th := point(site)
		if th == nil {
			f()
			return
		}
		returned := false
		defer th.leave(&returned)
		f()
		returned = true
	})
	return func() bool {
		point(site)
		return stopped()
	}
}
