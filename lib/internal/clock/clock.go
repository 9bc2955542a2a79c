// Package clock is the time of a hunted schedule. It starts at the real now, goes on by a little with each turn,
// and jumps to the next timer where no thread can go on: waiting costs nothing, and what has run out is a question
// of the schedule and not of the machine.
//
// Who fires timers is the conductor. All functions are hidden from the race detector; what orders the maker of a
// timer before what it does is up to the makers.
package clock

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/orchtest/orchtest/lib/internal/race"
)

const (
	// PerTurn is by how much time goes on with each turn, and each time that it is asked for.
	PerTurn = time.Microsecond

	// Early is how long a timer may run to be one that can fire while threads can go on: by as much can a thread
	// be late on a busy machine. One that runs for longer is a guard, and a schedule in which it fires early would
	// be a false alarm.
	Early = 5 * time.Millisecond
)

// A Timer fires once, or again and again. Its fields are set before it is started first, and not changed.
type Timer struct {
	Site string // where it was made
	Op   Op
	Over func() bool // there is nothing to be done any more; nil where that does not come before its time

	clock    *Clock
	started  time.Time // in real time
	when     int64     // since the clock began
	period   int64     // of what fires again; else 0
	duration int64
	number   uint64 // in the order of starts
	place    int    // in the heap, from 1; 0 if it is not running, or never
}

// An Op is what a timer does. Fire is called by who fires it, and must not block.
type Op interface{ Fire(now time.Time) }

// A Clock has timers. The zero value is to be begun.
type Clock struct {
	lock   int32
	begin  time.Time
	now    int64 // since then
	heap   []*Timer
	number uint64
	once   int // how many of the timers that run fire once
	idle   int // see Idle
}

// Begin says what time it is in the beginning. It is called once, and first.
func (c *Clock) Begin(now time.Time) { c.begin = now }

// hold gets the lock. Goroutines that are no threads may come at the same time.
//
//go:norace
func (c *Clock) hold() {
	race.Disable()
	for !atomic.CompareAndSwapInt32(&c.lock, 0, 1) {
		runtime.Gosched()
	}
}

//go:norace
func (c *Clock) release() {
	atomic.StoreInt32(&c.lock, 0)
	race.Enable()
}

// Now returns the time. It goes on a little, so that a loop comes to an end that waits for a time.
//
//go:norace
func (c *Clock) Now() time.Time {
	c.hold()
	c.now += int64(PerTurn)
	now := c.begin.Add(time.Duration(c.now))
	c.release()
	return now
}

// Turn says that a thread has a turn.
//
//go:norace
func (c *Clock) Turn() {
	c.hold()
	c.now += int64(PerTurn)
	c.release()
}

// Start starts a timer, or starts it again; period is 0 for one that fires once. It tells whether it was running.
//
//go:norace
func (c *Clock) Start(t *Timer, d, period time.Duration) (ran bool) {
	c.hold()
	ran = c.remove(t)
	t.duration, t.period, t.started = int64(max(d, 0)), int64(period), time.Now()
	t.when = c.now + t.duration
	c.insert(t)
	c.release()
	return ran
}

// Stop stops a timer and tells whether it was running.
//
//go:norace
func (c *Clock) Stop(t *Timer) (ran bool) {
	c.hold()
	ran = c.remove(t)
	c.release()
	return ran
}

// A Next is the timer that fires next.
type Next struct {
	Site  string
	In    time.Duration // until its time has come; 0 if it has
	Early bool          // it may fire before, while threads can go on
}

// Next returns the timer that fires next, if one is running.
//
//go:norace
func (c *Clock) Next() (next Next, ok bool) {
	c.hold()
	if len(c.heap) > 0 && c.heap[0].Over != nil {
		c.sweep()
	}
	if len(c.heap) > 0 {
		t := c.heap[0]
		next, ok = Next{t.Site, time.Duration(max(t.when-c.now, 0)), t.duration <= int64(Early)}, true
	}
	c.release()
	return next, ok
}

// Started returns when the timer that fires next was started, in real time: of what fires again, for the first time. It is
// not part of [Next], which stands on the small stacks of threads.
//
//go:norace
func (c *Clock) Started() (at time.Time) {
	c.hold()
	if len(c.heap) > 0 {
		at = c.heap[0].started
	}
	c.release()
	return at
}

// Fire fires the next timer. Where it is not due yet, the time jumps to it. It returns false if no timer is running.
// Decided says that threads could have gone on.
//
//go:norace
func (c *Clock) Fire(decided bool) bool {
	c.hold()
	c.sweep()
	if len(c.heap) == 0 {
		c.release()
		return false
	}
	t := c.heap[0]
	switch {
	case decided || c.once > 0:
		c.idle = 0
	case t.when > c.now: // one that is due is of the jump before
		c.idle++
	}
	c.remove(t)
	c.now = max(c.now, t.when)
	if t.period > 0 { // as the standard library does it: those that were missed are left out
		t.duration = t.period
		t.when += t.period * (1 + (c.now-t.when)/t.period)
		c.insert(t)
	}
	now := c.begin.Add(time.Duration(c.now))
	c.release()
	t.Op.Fire(now)
	return true
}

//go:norace
func (t *Timer) isOver() bool { return t.Over != nil && t.Over() }

// sweep stops the timers that are over.
//
//go:norace
func (c *Clock) sweep() {
	for i := 0; i < len(c.heap); i++ {
		if c.heap[i].isOver() {
			c.remove(c.heap[i])
			i = -1 // another one may have moved to the front
		}
	}
}

// Idle returns how many times in a row the time has jumped to a ticker since no thread could go on and nothing but
// tickers ran: those that nobody stops keep no schedule alive.
//
//go:norace
func (c *Clock) Idle() int {
	c.hold()
	n := c.idle
	c.release()
	return n
}
