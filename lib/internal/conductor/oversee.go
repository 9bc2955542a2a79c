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
	next := c.chooser.Next()
	if next != nil {
		c.begin(next)
		next.baton <- struct{}{}
	}
	race.Enable()
	return next != nil
}

// Held returns the thread that has the baton and the number of its turn: nil if that is the overseer, and 0 while
// the turn comes to its end.
//
//go:norace
func (c *Conductor) Held() (th *Thread, number int) {
	race.Disable()
	holder := c.holder.Load()
	th = c.current.Load()
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
	th.drifts = true
	c.unknown.Add(1)
	return true
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
	th.drifts = false
	c.unknown.Add(-1)
	return true
}

// Ended reports whether the thread has ended.
//
//go:norace
func (th *Thread) Ended() bool { return th.state.Load() == ended }

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
			if th.drifts {
				th.drifts = false
				th.c.unknown.Add(-1)
			}
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
	if th.drifts {
		th.drifts = false
		c.unknown.Add(-1)
	}
	th.state.Store(ended)
	if c.current.Load() == th {
		c.holder.CompareAndSwap(int64(th.number), overseers)
	}
	race.Enable()
}
