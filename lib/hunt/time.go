package hunt

import (
	"time"
	"unsafe"
	"weak"

	"github.com/orchtest/orchtest/lib/internal/clock"
	"github.com/orchtest/orchtest/lib/internal/race"
)

// virtual returns the schedule whose clock stands for the real one, or nil.
func virtual() *schedule {
	s := running.Load()
	if s == nil || s.h.request.RealTime {
		return nil
	}
	return s
}

// realTime returns what a function of package time is called with, and, where time is left alone, takes note of how
// long a thread may wait for it.
func realTime(d time.Duration) time.Duration {
	if s := running.Load(); s != nil && s.h.request.RealTime {
		s.expect(d)
	}
	return d
}

// realTicks is [realTime] of what comes again and again.
func realTicks(period time.Duration) time.Duration {
	realTime(maxExpected)
	return period
}

// made are the timers and tickers that stand for those of package time.
var made clock.Known

// forEver is for how long a timer of package time runs in front of one of ours. It is there to be stopped by who does not
// know of ours, through an interface say, and is itself stopped as soon as ours has fired.
const forEver = 1<<63 - 1

// A front is the timer of package time in front of one of ours. The zero value is none.
type front struct{ weak.Pointer[time.Timer] }

// begin lets the timer be a front, which does not outlive the schedule: the runtime keeps what has not been stopped.
func (s *schedule) begin(t *time.Timer) front {
	s.inFront(t)
	return front{weak.Make(t)}
}

//go:norace
func (s *schedule) inFront(t *time.Timer) {
	race.Disable()
	s.lock.lock()
	s.fronts = push(s.fronts, t)
	s.lock.unlock()
	race.Enable()
}

// endFronts ends the fronts of a schedule that is over.
func (s *schedule) endFronts() {
	for _, t := range s.fronts {
		t.Stop()
	}
}

// fire stops the front of a timer that fires. It reports false if that was stopped already, so that nothing fires.
func (f front) fire() bool {
	t := f.Value()
	return t == nil || t.Stop()
}

// A ring sends the time, as timers do, unless the last one is still there.
type ring struct {
	times   chan time.Time
	drained bool // what was sent before Stop or Reset is not received after it, as since Go 1.23
	front   front
}

// Fire implements [clock.Op].
func (r *ring) Fire(now time.Time) {
	race.Acquire(unsafe.Pointer(r))
	if !r.front.fire() {
		return
	}
	select {
	case r.times <- now:
	default:
	}
}

// drain takes back what was sent and not received. It reports whether there was something.
func (r *ring) drain() bool {
	if !r.drained {
		return false
	}
	select {
	case <-r.times:
		return true
	default:
		return false
	}
}

// A call starts a function in a thread of its own.
type call struct {
	s      *schedule // in which the timer was started last
	parent int       // who started it
	site   string
	f      func()
	front  front
}

// Fire implements [clock.Op].
func (c *call) Fire(time.Time) {
	race.Acquire(unsafe.Pointer(c))
	if c.front.fire() {
		go c.thread().run(c.f)
	}
}

// thread makes the thread. The timer may have been started by another one each time.
//
//go:norace
func (c *call) thread() *thread { return c.s.add(c.site, c.parent) }

//go:norace
func (c *call) startedBy(th *thread) { c.s, c.parent = th.s, th.id }

// A waker wakes a sleeping thread.
type waker chan struct{}

// Fire implements [clock.Op].
func (w waker) Fire(time.Time) {
	race.Disable()
	w <- struct{}{}
	race.Enable()
}

// Sleep is time.Sleep.
func Sleep(d time.Duration) {
	if !hunting() {
		time.Sleep(d)
		return
	}
	site := callerOf("time.Sleep")
	th := point(site)
	s := virtual()
	if th == nil || s == nil {
		time.Sleep(d)
		th.after()
		return
	}
	if d <= 0 {
		return
	}
	wake := make(waker, 1)
	s.clock.Start(&clock.Timer{Site: site, Op: wake}, d, 0)
	race.Disable()
	<-wake
	race.Enable()
	th.after()
}

// Now is time.Now.
func Now() time.Time {
	if s := virtual(); s != nil {
		return s.clock.Now()
	}
	return time.Now()
}

// Since is time.Since.
func Since(t time.Time) time.Duration { return Now().Sub(t) }

// Until is time.Until.
func Until(t time.Time) time.Duration { return t.Sub(Now()) }

// After is time.After.
func After(d time.Duration) <-chan time.Time {
	s := virtual()
	if s == nil {
		return time.After(realTime(d))
	}
	r := &ring{times: make(chan time.Time, 1)}
	s.start(callerOf("time.After"), r, d, 0)
	return r.times
}

// start starts a new timer that sends the time.
func (s *schedule) start(site string, r *ring, d, period time.Duration) *clock.Timer {
	t := &clock.Timer{Site: site, Op: r}
	race.Release(unsafe.Pointer(r))
	s.clock.Start(t, d, period)
	return t
}

// NewTimer is time.NewTimer.
func NewTimer(d time.Duration) *time.Timer {
	s := virtual()
	if s == nil {
		return time.NewTimer(realTime(d))
	}
	t := time.NewTimer(forEver)
	r := &ring{make(chan time.Time, 1), cap(t.C) == 0, s.begin(t)}
	t.C = r.times
	made.Put(unsafe.Pointer(t), s.start(callerOf("time.NewTimer"), r, d, 0))
	return t
}

// Tick is time.Tick.
func Tick(d time.Duration) <-chan time.Time {
	s := virtual()
	if s == nil || d <= 0 {
		return time.Tick(realTicks(d))
	}
	r := &ring{times: make(chan time.Time, 1)}
	s.start(callerOf("time.Tick"), r, d, d)
	return r.times
}

// NewTicker is time.NewTicker.
func NewTicker(d time.Duration) *time.Ticker {
	s := virtual()
	if s == nil || d <= 0 {
		return time.NewTicker(realTicks(d))
	}
	t := time.NewTicker(forEver)
	t.Stop()
	r := &ring{times: make(chan time.Time, 1), drained: cap(t.C) == 0}
	t.C = r.times
	made.Put(unsafe.Pointer(t), s.start(callerOf("time.NewTicker"), r, d, d))
	return t
}

// AfterFunc is time.AfterFunc. The function's goroutine is a thread.
func AfterFunc(d time.Duration, f func()) *time.Timer {
	if virtual() == nil || f == nil {
		return time.AfterFunc(realTime(d), f)
	}
	site := callerOf("time.AfterFunc")
	th := point(site)
	if th == nil {
		return time.AfterFunc(realTime(d), f)
	}
	t := time.AfterFunc(forEver, f)
	c := &call{site: site, f: f, front: th.s.begin(t)}
	behind := &clock.Timer{Site: site, Op: c}
	made.Put(unsafe.Pointer(t), behind)
	th.startCall(c, behind, d)
	return t
}

// startCall starts a timer that starts a function, and tells whether it was running.
func (th *thread) startCall(c *call, t *clock.Timer, d time.Duration) (ran bool) {
	c.startedBy(th)
	race.Release(unsafe.Pointer(c))
	return th.s.clock.Start(t, d, 0)
}

// TimerStop is t.Stop().
func TimerStop(site string, t *time.Timer) bool {
	th, behind := standsFor(site, unsafe.Pointer(t))
	if behind == nil {
		return t.Stop()
	}
	ran := th.s.clock.Stop(behind)
	ran = t.Stop() && ran
	if r, ok := behind.Op.(*ring); ok && r.drain() {
		return true
	}
	return ran
}

// standsFor is a scheduling point, and returns what stands behind a timer or ticker of package time; nil for one
// that was made by a package that is not hunted.
func standsFor(site string, t unsafe.Pointer) (*thread, *clock.Timer) {
	th := point(site)
	if th == nil || t == nil || virtual() == nil {
		return th, nil
	}
	return th, made.Get(t)
}

// TimerReset is t.Reset(d).
func TimerReset(site string, t *time.Timer, d time.Duration) bool {
	th, behind := standsFor(site, unsafe.Pointer(t))
	if behind == nil {
		return t.Reset(realTime(d))
	}
	th.s.inFront(t)
	stopped := !t.Reset(forEver)
	if c, ok := behind.Op.(*call); ok {
		return th.startCall(c, behind, d) && !stopped
	}
	ran, drained := th.startRing(behind, d, 0)
	return ran && !stopped || drained
}

// startRing starts a timer again that sends the time. It tells whether it was running, and whether what it had sent
// was not received.
func (th *thread) startRing(t *clock.Timer, d, period time.Duration) (ran, drained bool) {
	r := t.Op.(*ring)
	ran = th.s.clock.Stop(t)
	drained = r.drain()
	race.Release(unsafe.Pointer(r))
	th.s.clock.Start(t, d, period)
	return ran, drained
}

// TickerStop is t.Stop().
func TickerStop(site string, t *time.Ticker) {
	th, behind := standsFor(site, unsafe.Pointer(t))
	if behind == nil {
		t.Stop()
		return
	}
	th.s.clock.Stop(behind)
	behind.Op.(*ring).drain()
}

// TickerReset is t.Reset(d).
func TickerReset(site string, t *time.Ticker, d time.Duration) {
	th, behind := standsFor(site, unsafe.Pointer(t))
	if behind == nil || d <= 0 {
		t.Reset(realTicks(d))
		return
	}
	th.startRing(behind, d, d)
}
