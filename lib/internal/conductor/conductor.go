// Package conductor gives turns to goroutines, one at a time.
//
// There is one baton. Whoever holds it runs, and whoever comes to the end of a turn asks for the next thread and
// hands the baton to it directly: a turn costs one handoff, and none where the same thread goes on. What is said
// here to belong to the baton is read and written by its holder only, in functions that the race detector does
// not watch, because to the detector the handoff does not exist (see package race).
//
// One goroutine, the overseer, takes the baton away from a thread that is blocked. That thread is adrift: it
// goes on by itself as soon as somebody wakes it, and stops at the end of its turn. While any thread is adrift
// the overseer has the baton after every turn, and lets those that were woken settle before it gives the next.
//
// Threads may be added at any time, before the overseer begins or by the thread that has the baton, and adopted:
// a goroutine that nobody knew is adrift until it comes to its first end of a turn.
//
// Who has the next turn is for a [Chooser] to say; what threads do, and whether they have settled, for a
// [Lookout].
package conductor

import (
	"sync/atomic"

	"github.com/orchtest/orchtest/lib/internal/race"
)

// A Chooser says who has the next turn. It is asked by who has the baton, hidden from the race detector.
type Chooser interface {
	// Next returns a thread that is ready, or nil if it is for the overseer to go on, as it is unless all is settled:
	// then no thread is adrift, or new to the overseer. from is the thread whose turn has ended; nil is the overseer.
	Next(from *Thread, settled bool) *Thread
}

// A Conductor gives the turns of one scenario or schedule, after Init. In the beginning the overseer has the baton.
type Conductor struct {
	chooser Chooser
	holder  atomic.Int64  // of the baton: see overseers
	unknown atomic.Int32  // how many threads the overseer has to see before the next turn
	wake    chan struct{} // tells the overseer that it has the baton, or that a thread has ended its turn
	taken   int           // turns begun so far; belongs to the baton

	// current had the latest turn. Who has the baton writes it, before holder. Others read it too, and holder tells whether
	// it counts: as an atomic.Pointer it would cost 5 % of a handoff.
	current *Thread
}

// Init says who chooses. The channel, whose capacity is 1, may serve one conductor after the other.
func (c *Conductor) Init(chooser Chooser, wake chan struct{}) { c.chooser, c.wake = chooser, wake }

// A Thread is what the conductor knows of a goroutine that takes turns. It is made by [Conductor.Add] and
// [Conductor.Adopt].
type Thread struct {
	c      *Conductor
	baton  chan struct{}
	state  atomic.Int32
	number int  // of its latest turn, from 1; belongs to the baton
	ready  bool // it waits for its turn, as far as who has the baton knows; belongs to the baton
	drifts bool // it is adrift; the overseer's
}

// Again returns a thread for [Conductor.Add] that uses what th leaves behind, which has ended.
func (th *Thread) Again() Thread { return Thread{baton: th.baton} }

// States of a thread. The overseer sets it adrift, and it goes by itself from there to ending, and back to
// steady, or to ended.
const (
	steady int32 = iota // it waits for its turn, at its start or at the end of the one before, or has the baton
	adrift              // it lost the baton in its turn, being blocked; it may go on meanwhile
	ending              // it was adrift, and is about to end its turn
	ended
	lost // nobody waits for it any more
)

// While a thread has the baton the holder is the number of its turn, and that negated once it is about to end the
// turn, when nobody can take the baton any more. Each turn has a value of its own, so that what was found out
// in one is not used in another.
const overseers = 0

// Add makes a thread that is ready for its first turn, for which it waits by [Thread.Await]. Before the first
// turn anybody may call it, after that who has the baton. If the overseer is to see the thread first, the
// next turn is its to give.
//
//go:norace
func (c *Conductor) Add(th *Thread, see bool) {
	race.Disable()
	if th.baton == nil {
		th.baton = make(chan struct{}, 1)
	}
	th.c, th.number, th.ready, th.drifts = c, 0, true, false
	th.state.Store(steady)
	if see {
		c.unknown.Add(1)
	}
	race.Enable()
}

// Adopt makes a thread of a goroutine that runs without the baton: it is adrift. Any goroutine may call it.
//
//go:norace
func (c *Conductor) Adopt(th *Thread) {
	race.Disable()
	th.c, th.baton, th.drifts = c, make(chan struct{}, 1), true
	th.state.Store(adrift)
	c.unknown.Add(1)
	race.Enable()
}

// Seen says that the overseer has seen a thread that was added for it to see.
//
//go:norace
func (c *Conductor) Seen() {
	race.Disable()
	c.unknown.Add(-1)
	race.Enable()
}

// Baton is the channel in which the thread waits for its turn.
func (th *Thread) Baton() chan struct{} { return th.baton }

// Number is the number of the thread's latest turn. It is for who has the baton.
//
//go:norace
func (th *Thread) Number() int { return th.number }

// Taken is how many turns have begun. It is for who has the baton.
//
//go:norace
func (c *Conductor) Taken() int { return c.taken }

// Current is the thread that had the latest turn, nil before the first. Anybody may call it.
//
//go:norace
func (c *Conductor) Current() *Thread { return c.current }

// Ready reports whether the thread waits for its turn. It is for who has the baton.
//
//go:norace
func (th *Thread) Ready() bool { return th.ready }

// HasBaton reports whether the thread is still in the turn that it was given; the calling goroutine is the
// thread's own.
//
//go:norace
func (th *Thread) HasBaton() bool {
	race.Disable()
	has := th.state.Load() == steady
	race.Enable()
	return has
}

// Claim begins the end of the calling thread's turn: from here on it cannot be given up. It reports whether the
// thread has the baton, and whether all is over, so that nobody is left to end the turn for.
//
//go:norace
func (th *Thread) Claim() (held, over bool) {
	race.Disable()
	held = th.c.current == th && th.c.holder.CompareAndSwap(int64(th.number), -int64(th.number))
	over = !held && !th.state.CompareAndSwap(adrift, ending)
	race.Enable()
	return held, over
}

// HandOn ends a turn that was claimed. It reports whether the next turn is the thread's own; else it is to
// [Thread.Await] it.
//
//go:norace
func (th *Thread) HandOn(held bool) (again bool) {
	if held {
		return th.c.pass(th)
	}
	race.Disable()
	th.state.Store(steady)
	th.c.rouse()
	race.Enable()
	return false
}

// End ends a turn that was claimed, and with it the thread.
//
//go:norace
func (th *Thread) End(held bool) {
	race.Disable()
	th.state.Store(ended)
	race.Enable()
	if held {
		th.ready = false
		th.c.pass(th)
		return
	}
	race.Disable()
	th.c.rouse()
	race.Enable()
}

// Depart gives the baton up without an end of the turn: the thread is adrift, as if it were blocked.
//
//go:norace
func (th *Thread) Depart() {
	race.Disable()
	th.c.unknown.Add(1)
	th.ready, th.drifts = false, true
	th.state.Store(adrift)
	if th.c.current != th || !th.c.holder.CompareAndSwap(int64(th.number), overseers) {
		th.c.unknown.Add(-1) // it was adrift before
	}
	th.c.rouse()
	race.Enable()
}

// pass ends the turn of the thread that holds the baton, and hands it on. It reports whether the
// next turn is the same thread's.
//
//go:norace
func (c *Conductor) pass(holder *Thread) (again bool) {
	race.Disable()
	next := c.chooser.Next(holder, c.unknown.Load() == 0)
	switch next {
	case nil:
		c.holder.Store(overseers)
		c.rouse()
	case holder:
		again = true
		c.begin(next)
	default:
		c.handTo(next)
	}
	race.Enable()
	return again
}

// handTo hands the baton to the thread, which has the next turn.
//
//go:norace
func (c *Conductor) handTo(th *Thread) {
	c.current = th
	c.begin(th)
	th.baton <- struct{}{}
}

// begin begins the next turn, which is the thread's.
//
//go:norace
func (c *Conductor) begin(th *Thread) {
	c.taken++
	th.number = c.taken
	c.holder.Store(int64(th.number))
}

// Rouse wakes the overseer, if it sleeps.
//
//go:norace
func (c *Conductor) Rouse() {
	race.Disable()
	c.rouse()
	race.Enable()
}

// rouse is Rouse, for who is hidden already.
//
//go:norace
func (c *Conductor) rouse() {
	select {
	case c.wake <- struct{}{}:
	default: // it is going to be awake
	}
}

// Await returns when the thread has the baton.
//
//go:norace
func (th *Thread) Await() {
	race.Disable()
	<-th.baton
	race.Enable()
}
