package orchestrate

import (
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/orchtest/orchtest/lib/internal/race"
)

// The goroutine that calls conductor.run oversees the threads. As long as none of them is blocked it
// only looks, now and then, whether the one that has the turn still runs: the baton goes from thread to
// thread. If a thread is blocked (see lookout.go), the overseer takes the baton away from it: the turn
// is given up, and the thread is adrift. It goes on by itself as soon as another thread wakes it, and
// stops at its next syncpoint. While any thread is adrift the overseer gets the baton after every
// turn, and lets those that were woken settle before it gives the next one.
//
// The model is the waiting step of PostgreSQL's isolationtester (src/test/isolation/README).

// run gives the turns, and returns when every thread has ended. What the threads did happens before
// its return. If they cannot all end, it says why, and does not wait for them any longer.
func (c *conductor) run() *stuck {
	if len(c.threads) == 0 {
		return nil
	}
	for range c.threads {
		c.ready = append(c.ready, true)
	}
	c.lookout.init(c.threads) // before the threads: what it finds out once for the process it finds in the open
	defer c.lookout.close()
	c.running.Add(len(c.threads))
	for _, th := range c.threads {
		go th.run()
	}
	s := c.oversee()
	if s != nil {
		s.over = c.drained()
		c.lose()
	} else {
		c.running.Wait()
	}
	c.drain(false)
	return s
}

// oversee gives turns until every thread has ended.
func (c *conductor) oversee() *stuck {
	for {
		s := c.settle()
		if s == nil && !c.give() {
			if c.adriftNow() == 0 {
				return nil
			}
			s = c.allBlocked()
		} else if s == nil {
			c.goingOn = time.Time{}
			s = c.watch()
		}
		if s != nil {
			return s
		}
	}
}

// give gives the next turn. It reports false where no thread is ready.
func (c *conductor) give() bool {
	var blocked []int
	if c.adriftNow() > 0 {
		for _, th := range c.adriftThreads() {
			blocked = append(blocked, th.index)
		}
		if !c.anyReady() {
			return false
		}
	}
	next, number := c.giveTo(blocked)
	if next == nil {
		return false
	}
	if len(blocked) > 0 {
		c.blocked = append(c.blocked, blockedAt{number, blocked})
	}
	return true
}

//go:norace
func (c *conductor) giveTo(blocked []int) (next *thread, number int) {
	race.Disable()
	if next = c.choose(); next != nil {
		c.log.pass(nil, next, blocked)
		c.begin(next)
		number = next.number
		next.baton <- struct{}{}
	}
	race.Enable()
	return next, number
}

// watch looks after the thread that has the baton, and those that have it after it. It returns when the
// overseer has it: because it was given back, or taken from a thread that is blocked.
func (c *conductor) watch() *stuck {
	l := &c.lookout
	l.restart()
	c.spinAnew()
	for {
		th, number := c.held()
		if th == nil {
			return nil // the overseer has it
		}
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
		if number > 0 && l.stuck(c.limits.turn) && c.take(th, number) {
			return c.tooLong(th)
		}
		l.wait(c.wake)
	}
}

// giveUp takes the baton from the thread if it is blocked in the turn of this number.
func (c *conductor) giveUp(th *thread, number int) bool {
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
	if !c.take(th, number) {
		return false
	}
	th.waits = append(th.waits, w)
	c.log.wait(th, 0, w)
	c.fresh = true
	return true
}

// take takes the baton from a thread, if it is still in the turn of this number.
//
//go:norace
func (c *conductor) take(th *thread, number int) bool {
	race.Disable()
	// Adrift first: that is what it finds itself to be once it does not have the baton.
	taken := th.state.CompareAndSwap(steady, adrift)
	if taken {
		taken = c.holder.CompareAndSwap(th.inTurn(number), overseers)
		if taken {
			c.adrift.Add(1)
			c.ready[th.index] = false
		} else {
			th.state.CompareAndSwap(adrift, steady) // unless it has ended
		}
	}
	race.Enable()
	th.isAdrift = th.isAdrift || taken
	return taken
}

// settle returns when every thread that is adrift is blocked: none that was woken still runs.
func (c *conductor) settle() *stuck {
	l := &c.lookout
	l.restart()
	c.spinAnew()
	fresh := c.fresh
	c.fresh = false
	for c.adriftNow() > 0 {
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
		l.wait(c.wake)
	}
	return nil
}

// spinAnew forgets which of the threads that are adrift were found to spin: they may find what they wait for.
func (c *conductor) spinAnew() {
	for _, th := range c.adriftThreads() {
		th.spin = spin{}
	}
}

// allBlocked is called when no thread is ready. It returns nil as soon as one goes on, and otherwise says
// that the scenario has come to a deadlock.
func (c *conductor) allBlocked() *stuck {
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
		waited += l.pause(c.wake, window)
	}
}

// drainWindow is the window of a scenario that has failed: what else comes of it is of no interest.
const drainWindow = 50 * time.Millisecond

// wentOn takes note that a thread went on by itself, where none has a turn: a timer woke it.
func (c *conductor) wentOn() {
	if c.goingOn.IsZero() {
		c.goingOn = time.Now()
	}
}

// overdue reports whether threads have been going on by themselves for longer than a turn may take, without
// one coming to the end of its turn.
func (c *conductor) overdue() bool {
	return !c.lookout.bubble && c.limits.turn > 0 && !c.goingOn.IsZero() && time.Since(c.goingOn) > c.limits.turn
}

// collect takes note of threads that were adrift and have come to the ends of their turns. It reports
// whether there were any.
func (c *conductor) collect() (any bool) {
	for _, th := range c.threads {
		if th.isAdrift && c.collected(th) {
			any = true
			c.goingOn = time.Time{}
			if last := len(th.waits) - 1; last >= 0 {
				th.waits[last].until = c.turns()
			}
		}
	}
	return any
}

//go:norace
func (c *conductor) collected(th *thread) bool {
	race.Disable()
	defer race.Enable()
	state := th.state.Load()
	if state != steady && state != ended {
		return false
	}
	th.isAdrift = false
	c.ready[th.index] = state == steady
	c.adrift.Add(-1)
	c.log.goOn(th, c.taken)
	return true
}

// noteWaits takes note of threads that were woken and have blocked again, elsewhere. It reports whether
// there were any.
func (c *conductor) noteWaits() (any bool) {
	for _, th := range c.adriftThreads() {
		last := &th.waits[len(th.waits)-1]
		w := waitOf(last.turn, c.lookout.goroutine(th))
		if w.on == last.on && (w.place == last.place && w.object == last.object || th.spins()) {
			continue
		}
		last.until, w.since = c.turns(), c.turns()
		th.waits = append(th.waits, w)
		c.log.wait(th, last.until, w)
		any = true
	}
	return any
}

// anyReady reports whether a thread could have the next turn. Else the strategy is not to be asked: it
// would pass over indexes.
//
//go:norace
func (c *conductor) anyReady() bool {
	for _, ready := range c.ready {
		if ready {
			return true
		}
	}
	return false
}

// isLast reports whether every other thread has ended: nobody is left whom it could spin for.
//
//go:norace
func (c *conductor) isLast(th *thread) bool {
	for i, ready := range c.ready {
		if ready && i != th.index {
			return false
		}
	}
	return c.adriftNow() == 0
}

// lose gives up the threads that have not ended.
func (c *conductor) lose() {
	for _, th := range c.threads {
		lostThreads.Store(th.id(), true)
		if !th.lose() {
			lostThreads.Delete(th.id())
		}
	}
}

// lose gives the thread up, unless it has ended.
//
//go:norace
func (th *thread) lose() bool {
	race.Disable()
	defer race.Enable()
	for {
		state := th.state.Load()
		if state == ended {
			return false
		}
		if state != ending && th.state.CompareAndSwap(state, lost) {
			return true
		}
		runtime.Gosched() // it was just about to end its turn
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
func (c *conductor) givenUp() (is bool) {
	race.Disable()
	for _, th := range c.threads {
		is = is || th.state.Load() == ended && th.left.fatal
	}
	race.Enable()
	return is
}

// adriftThreads returns the threads that are adrift, in index order.
func (c *conductor) adriftThreads() []*thread {
	var all []*thread
	for _, th := range c.threads {
		if th.isAdrift {
			all = append(all, th)
		}
	}
	return all
}

//go:norace
func (c *conductor) adriftNow() int {
	race.Disable()
	n := c.adrift.Load()
	race.Enable()
	return int(n)
}

// turns is the number of turns that have begun.
//
//go:norace
func (c *conductor) turns() int { return c.taken }
