package conductor

import (
	"runtime"

	"github.com/orchtest/orchtest/lib/internal/race"
)

// A Lookout finds out what the threads do. It is the overseer's, and each of its methods returns false to end
// it.
type Lookout interface {
	// Settle returns when no thread that is adrift moves any more.
	Settle() bool
	// Watch returns when the overseer has the baton: since it was given back, or the lookout took it.
	Watch() bool
	// Idle is called where the chooser had no thread for the next turn.
	Idle() bool
}

// Oversee gives turns, until the lookout ends it.
func (c *Conductor) Oversee(l Lookout) {
	for l.Settle() {
		if c.give() {
			if !l.Watch() {
				return
			}
		} else if !l.Idle() {
			return
		}
	}
}

// give gives the next turn. It reports false where the chooser has none to give it to.
//
//go:norace
func (c *Conductor) give() bool {
	race.Disable()
	next := c.chooser.Next(nil, true)
	if next != nil {
		c.handTo(next)
	}
	race.Enable()
	return next != nil
}

// Held returns the thread that has the baton and the number of its turn: nil if that is the overseer, and 0 while
// the turn comes to its end. If meanwhile the next turn begins they may be of two turns: then [Conductor.Take]
// does not take it.
//
//go:norace
func (c *Conductor) Held() (th *Thread, number int) {
	race.Disable()
	holder := c.holder.Load()
	th = c.current
	race.Enable()
	if holder == overseers {
		return nil, 0
	}
	return th, int(max(holder, 0))
}

// Wake tells the overseer, when it sleeps, that something happened.
func (c *Conductor) Wake() <-chan struct{} { return c.wake }

// Take takes the baton from a thread that is blocked, if it is still in the turn of this number: it is adrift.
// It is the overseer's.
//
//go:norace
func (c *Conductor) Take(th *Thread, number int) bool {
	race.Disable()
	defer race.Enable()
	// Adrift first: that is what it finds itself to be once it does not have the baton.
	if !th.state.CompareAndSwap(steady, adrift) {
		return false
	}
	if !c.holder.CompareAndSwap(int64(number), overseers) {
		th.state.CompareAndSwap(adrift, steady) // unless it has ended
		return false
	}
	th.ready, th.drifts = false, true
	c.unknown.Add(1)
	return true
}

// Settled reports whether no thread is adrift, or new to the overseer. It is the overseer's.
//
//go:norace
func (c *Conductor) Settled() bool {
	race.Disable()
	settled := c.unknown.Load() == 0
	race.Enable()
	return settled
}

// Drifts reports whether the thread is adrift, as far as the overseer knows, who asks.
//
//go:norace
func (th *Thread) Drifts() bool { return th.drifts }

// Collect takes note that a thread that was adrift has come to the end of its turn, and reports whether it did.
// It is the overseer's.
//
//go:norace
func (c *Conductor) Collect(th *Thread) bool {
	race.Disable()
	state := th.state.Load()
	race.Enable()
	if !th.drifts || state != steady && state != ended {
		return false
	}
	th.ready, th.drifts = state == steady, false
	c.unknown.Add(-1)
	return true
}

// Ended reports whether the thread has ended.
//
//go:norace
func (th *Thread) Ended() bool { return th.state.Load() == ended }

// Lost reports whether nobody waits for the thread any more, whose own goroutine asks.
//
//go:norace
func (th *Thread) Lost() bool {
	race.Disable()
	is := th.state.Load() == lost
	race.Enable()
	return is
}

// Lose gives a thread up: nobody waits for it any more. It reports whether it had not ended. It is the
// overseer's, who has the baton.
//
//go:norace
func (th *Thread) Lose() bool {
	race.Disable()
	defer race.Enable()
	for {
		state := th.state.Load()
		if state == ended {
			return false
		}
		if state != ending && th.state.CompareAndSwap(state, lost) {
			th.drop()
			return true
		}
		runtime.Gosched() // it was just about to end its turn
	}
}

// Forget takes note that the goroutine of a thread has ended without saying so, as one that was adopted does. It
// is the overseer's. If it had the baton that is the overseer's again.
//
//go:norace
func (c *Conductor) Forget(th *Thread) {
	race.Disable()
	th.drop()
	th.state.Store(ended)
	if c.current == th {
		c.holder.CompareAndSwap(int64(th.number), overseers)
	}
	race.Enable()
}

// drop takes the thread, which has no further turn, out of what is counted.
//
//go:norace
func (th *Thread) drop() {
	if th.drifts {
		th.c.unknown.Add(-1)
	}
	th.ready, th.drifts = false, false
}
