package orchestrate

import (
	"slices"
	"sync"
	"time"

	"github.com/orchtest/orchtest/lib/internal/race"
)

// The goroutine that calls course.run oversees the threads, as package conductor says. If one of them is blocked
// (see lookout.go), it takes the baton away from it, and the turn is given up.
//
// The model is the waiting step of PostgreSQL's isolationtester (src/test/isolation/README).

// run gives the turns, and returns when every thread has ended. What the threads did happens before
// its return. If they cannot all end, it says why, and does not wait for them any longer.
func (c *course) run() *stuck {
	if len(c.threads) == 0 {
		return nil
	}
	c.lookout.init(c.threads) // before the threads: what it finds out once for the process it finds in the open
	defer c.lookout.close()
	c.running.Add(len(c.threads))
	for _, th := range c.threads {
		go th.run()
	}
	c.Oversee(c)
	if c.stuck != nil {
		c.stuck.over = c.drained()
		c.lose()
	} else {
		c.running.Wait()
	}
	c.drain(false)
	return c.stuck
}

// Settle implements conductor.Lookout.
func (c *course) Settle() bool {
	c.stuck = c.settle()
	c.adrift = nil
	for _, th := range c.adriftThreads() {
		c.adrift = append(c.adrift, th.index)
	}
	return c.stuck == nil
}

// Watch implements conductor.Lookout.
func (c *course) Watch() bool {
	if len(c.adrift) > 0 {
		c.blocked = append(c.blocked, blockedAt{c.Taken(), c.adrift})
	}
	c.goingOn = time.Time{}
	c.stuck = c.watch()
	return c.stuck == nil
}

// Idle implements conductor.Lookout.
func (c *course) Idle() bool {
	if c.Settled() {
		return false // every thread has ended
	}
	c.stuck = c.allBlocked()
	return c.stuck == nil
}

// watch looks after the thread that has the baton, and those that have it after it. It returns when the
// overseer has it: because it was given back, or taken from a thread that is blocked.
func (c *course) watch() *stuck {
	l := &c.lookout
	l.restart()
	c.spinAnew()
	for {
		held, number := c.Held()
		if held == nil {
			return nil // the overseer has it
		}
		th := of(held)
		if number != l.turn {
			l.turn = number
			l.moved()
			th.spin = spin{}
		}
		if number > 0 && l.parked(th) {
			l.asleep = false
			if c.giveUp(th, number) {
				return nil
			}
		} else {
			l.sleepers()
		}
		if number > 0 && l.stuck(c.limits.turn) && c.Take(&th.Thread, number) {
			return c.tooLong(th)
		}
		l.wait(c.Wake())
	}
}

// giveUp takes the baton from the thread if it is blocked in the turn of this number.
func (c *course) giveUp(th *thread, number int) bool {
	l := &c.lookout
	threads := []*thread{th}
	if l.elapsed() >= spinTime {
		threads = append(threads, c.adriftThreads()...) // one that was woken in this turn may spin by now
	}
	l.look(threads...)
	if !l.blocked(false, th) || th.spins() && c.isLast(th) {
		return false
	}
	w := waitOf(number, l.goroutine(th))
	if !c.Take(&th.Thread, number) {
		return false
	}
	th.waits = append(th.waits, w)
	c.log.wait(th, 0, w)
	c.fresh = true
	return true
}

// settle returns when every thread that is adrift is blocked: none that was woken still runs.
func (c *course) settle() *stuck {
	l := &c.lookout
	l.restart()
	c.spinAnew()
	fresh := c.fresh
	c.fresh = false
	for !c.Settled() {
		if c.collect() {
			fresh = false
			l.moved()
			continue
		}
		threads := c.adriftThreads()
		if fresh && l.areParked(threads...) && l.blocked(false, threads...) {
			c.noteWaits()
			return nil
		}
		fresh = false
		if l.parked(threads...) {
			l.asleep = false
			l.look(threads...)
			if !c.collect() && l.blocked(false, threads...) {
				c.noteWaits()
				return nil
			}
		} else {
			l.sleepers()
		}
		if l.stuck(c.limits.turn) {
			return c.tooLong(threads...)
		}
		l.wait(c.Wake())
	}
	return nil
}

// spinAnew forgets which of the threads that are adrift were found to spin: they may find what they wait for.
func (c *course) spinAnew() {
	for _, th := range c.adriftThreads() {
		th.spin = spin{}
	}
}

// allBlocked is called when no thread is ready. It returns nil as soon as one goes on, and otherwise says
// that the scenario has come to a deadlock.
func (c *course) allBlocked() *stuck {
	l := &c.lookout
	l.restart()
	l.idle = yields + 1 // settle has waited: where statuses cannot be read, the looks tell
	window := c.limits.window
	switch {
	case c.drained():
		window = min(window, drainWindow) // the scenario has failed already
	case l.bubble:
		window = max(window, 24*time.Hour) // which passes in no time
	}
	l.idle = yields + 1 // they have settled; where statuses cannot be read, it is for a look to tell
	threads := c.adriftThreads()
	// What counts is what was slept here, and not what the clock says: a process that is stopped for a while,
	// or does not get a processor, has timers that are due.
	for waited := time.Duration(0); ; {
		l.look(threads...)
		switch {
		case c.collect():
			return nil
		case c.overdue():
			return c.tooLong(threads...)
		case !l.areParked(threads...):
			c.wentOn()
			return nil
		case !l.blocked(true, threads...):
			if l.stuck(c.limits.turn) {
				return c.undecided(threads)
			}
			waited = 0
		case c.noteWaits():
			c.wentOn()
			waited = 0 // a timer woke one
		case slices.ContainsFunc(threads, (*thread).spins):
			// It may compute, and call runtime.Gosched now and then: it is for the limit to end that.
			if l.stuck(c.limits.turn) {
				return c.tooLong(threads...)
			}
		case l.stands || waited >= window:
			return c.deadlock()
		}
		waited += l.pause(c.Wake(), window)
	}
}

// drainWindow is the window of a scenario that has failed: what else comes of it is of no interest.
const drainWindow = 50 * time.Millisecond

// wentOn takes note that a thread went on by itself, where none has a turn: a timer woke it.
func (c *course) wentOn() {
	if c.goingOn.IsZero() {
		c.goingOn = time.Now()
	}
}

// overdue reports whether threads have been going on by themselves for longer than a turn may take, without
// one coming to the end of its turn.
func (c *course) overdue() bool {
	return !c.lookout.bubble && c.limits.turn > 0 && !c.goingOn.IsZero() && time.Since(c.goingOn) > c.limits.turn
}

// collect takes note of threads that were adrift and have come to the ends of their turns. It reports
// whether there were any.
func (c *course) collect() (any bool) {
	for _, th := range c.threads {
		if c.Collect(&th.Thread) {
			any = true
			c.log.goOn(th, c.Taken())
			c.goingOn = time.Time{}
			if last := len(th.waits) - 1; last >= 0 {
				th.waits[last].until = c.Taken()
			}
		}
	}
	return any
}

// noteWaits takes note of threads that were woken and have blocked again, elsewhere. It reports whether
// there were any.
func (c *course) noteWaits() (any bool) {
	for _, th := range c.adriftThreads() {
		last := &th.waits[len(th.waits)-1]
		w := waitOf(last.turn, c.lookout.goroutine(th))
		if w.on == last.on && (w.place == last.place && w.object == last.object || th.spins()) {
			continue
		}
		last.until, w.since = c.Taken(), c.Taken()
		th.waits = append(th.waits, w)
		c.log.wait(th, last.until, w)
		any = true
	}
	return any
}

// isLast reports whether every other thread has ended: nobody is left whom it could spin for.
//
//go:norace
func (c *course) isLast(th *thread) bool {
	for _, other := range c.threads {
		if other != th && other.Ready() {
			return false
		}
	}
	return c.Settled()
}

// lose gives up the threads that have not ended.
func (c *course) lose() {
	for _, th := range c.threads {
		lostThreads.Store(th.id(), true)
		if !th.Lose() {
			lostThreads.Delete(th.id())
		}
	}
}

// lostThreads are the goroutines, by id, of threads that no scenario waits for and that have not ended. They wake
// no thread of another scenario.
var lostThreads sync.Map

//go:norace
func (th *thread) id() int64 { return th.goroutine.ID() }

// givenUp reports whether a thread that has ended has put an end to the scenario.
//
//go:norace
func (c *course) givenUp() (is bool) {
	race.Disable()
	for _, th := range c.threads {
		is = is || th.Ended() && th.left.fatal
	}
	race.Enable()
	return is
}

// adriftThreads returns the threads that are adrift, in index order.
func (c *course) adriftThreads() []*thread {
	var all []*thread
	for _, th := range c.threads {
		if th.Drifts() {
			all = append(all, th)
		}
	}
	return all
}
