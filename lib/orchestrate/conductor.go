package orchestrate

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
	"github.com/orchtest/orchtest/lib/internal/race"
	"github.com/orchtest/orchtest/lib/internal/registry"
	"github.com/orchtest/orchtest/lib/protocol"
)

// A conductor gives the turns of one scenario.
//
// There is one baton. Whoever holds it runs, and whoever comes to the end of a turn asks the
// strategy for the next thread and hands the baton to it directly: a turn costs one handoff, and
// none where the same thread goes on. What is said here to belong to the baton is read and written
// by its holder only, in functions that the race detector does not watch, because to the detector
// the handoff does not exist (see package race).
//
// The goroutine that called run, the overseer, takes the baton away from a thread that is blocked. From
// then on, and until no thread is blocked any more, the baton goes back to it after every turn: see
// oversee.go.
type conductor struct {
	name     string // of the syncpoints that take part; "" are those without a name
	threads  []*thread
	spare    []*thread // of a scenario that is over, to be used again
	watcher  watcher
	limits   limits
	strategy strategy // belongs to the baton
	ready    []bool   // by thread: it could have the next turn; belongs to the baton
	taken    int      // turns begun so far; belongs to the baton
	log      turnLog

	// running counts the threads that have not ended. It is what Wait synchronises with, and the
	// only edge between a thread and the rest of the test that the race detector sees.
	running sync.WaitGroup

	draining atomic.Bool   // the sequence is given up: every thread runs to its end
	holder   atomic.Int64  // of the baton: see inTurn
	adrift   atomic.Int32  // how many threads are adrift; written by the overseer
	wake     chan struct{} // tells the overseer that it has the baton, or that a thread is no longer adrift

	// What follows is the overseer's.
	lookout lookout
	blocked []blockedAt // what is told of turns that began while a thread was blocked
	goingOn time.Time   // since when threads go on by themselves, with none that could have a turn
	fresh   bool        // the last look is of this moment, and found the thread blocked that lost the baton
}

// A strategy decides whose turn it is. It is asked while the scenario runs, at the end of every turn.
type strategy interface {
	// next returns the index of a thread that is ready, or -1 where none is.
	next(ready []bool) int
}

// A watcher is told what a thread does, by the thread itself at the end of its turn.
type watcher interface {
	turnEnded(*thread) // at a syncpoint, or because the thread's function returned
	panicked(*thread)
	exited(*thread) // by runtime.Goexit
}

// A thread is a function of a test, and the goroutine in which it takes turns.
type thread struct {
	c     *conductor
	entry *registry.Entry
	index int
	given string // the name given to it, which may be none
	f     func()
	baton chan struct{}
	state atomic.Int32

	goroutine goroutines.G // once entered
	entered   atomic.Bool

	number int // of its latest turn, from 1; belongs to the baton

	// What follows is the overseer's.
	isAdrift bool
	waits    []wait // where it was blocked
	spin     spin

	// What follows is the thread's own until it has ended.
	turns  []turn
	others []string // names of the syncpoints that it passed and that take no part
	left   exit
}

// States of a thread. The overseer sets it adrift, and it goes by itself from there to ending, and back to
// steady, or to ended.
const (
	steady int32 = iota // it waits for its turn, at its start or at a syncpoint, or has the baton
	adrift              // it lost the baton in its turn, being blocked; it may go on meanwhile
	ending              // it was adrift, and is about to end its turn
	ended
	lost // the scenario was over before the thread was: nobody waits for it
)

// inTurn is the value of conductor.holder while the thread has the baton for its turn of this number, and of
// number 0 once it is about to end that turn, when nobody can take the baton any more. Each turn has a value of
// its own, so that what was found out in one is not used in another.
func (th *thread) inTurn(number int) int64 { return int64(number)<<32 | int64(th.index+1) }

// overseers is the value of conductor.holder while the overseer has the baton.
const overseers = 0

// A turn is one turn of a thread, and where it came to its end.
type turn struct {
	number int    // from 1, among the turns of all threads
	name   string // of the syncpoint
	// pc is the return address of the syncpoint; 0 in the thread's last turn, which ended as
	// thread.left says.
	pc uintptr
}

// An exit is how a thread left.
type exit struct {
	end      protocol.End
	returned bool
	panic    string // what is to be said of a panic; "" where there was none
	place    place  // where it panicked, or called FailNow or SkipNow
	fatal    bool   // the scenario is not to go on
}

// spawn adds a thread that is expected to take so many turns. It takes none before run.
func (c *conductor) spawn(name string, f func(), turns int) {
	i := len(c.threads)
	var th *thread
	if i < len(c.spare) {
		th = c.spare[i]
	} else {
		th = &thread{baton: make(chan struct{}, 1), turns: make([]turn, 0, turns)}
	}
	*th = thread{c: c, entry: new(registry.Entry), index: i, given: name, f: f, baton: th.baton, turns: th.turns[:0]}
	c.threads = append(c.threads, th)
}

// pass ends the turn of the thread that holds the baton, and hands it on. It reports whether the
// next turn is the same thread's.
//
//go:norace
func (c *conductor) pass(holder *thread) (again bool) {
	race.Disable()
	var next *thread
	if c.adrift.Load() == 0 {
		next = c.choose()
	}
	c.log.pass(holder, next, nil)
	if next == nil {
		c.holder.Store(overseers)
		c.rouse()
	} else {
		c.begin(next)
		if again = next == holder; !again {
			next.baton <- struct{}{}
		}
	}
	race.Enable()
	return again
}

// choose returns the thread that has the next turn, or nil where none is ready.
//
//go:norace
func (c *conductor) choose() *thread {
	if c.draining.Load() {
		c.strategy = &scripted{}
	}
	i := c.strategy.next(c.ready)
	if i < 0 {
		return nil
	}
	return c.threads[i]
}

// begin begins the next turn, which is the thread's.
//
//go:norace
func (c *conductor) begin(th *thread) {
	c.taken++
	th.number = c.taken
	c.holder.Store(th.inTurn(th.number))
}

// rouse wakes the overseer, if it sleeps.
//
//go:norace
func (c *conductor) rouse() {
	select {
	case c.wake <- struct{}{}:
	default: // it is going to be awake
	}
}

//go:norace
func (c *conductor) rouseHidden() {
	race.Disable()
	c.rouse()
	race.Enable()
}

// await returns when the thread has the baton.
//
//go:norace
func (th *thread) await() {
	race.Disable()
	<-th.baton
	race.Enable()
}

// run is the thread's goroutine. Its end is waited for in conductor.run.
func (th *thread) run() {
	defer th.c.running.Done()
	defer th.leave()
	th.enter()
	th.await()
	th.f()
	th.left.returned = true
}

//go:norace
func (th *thread) enter() {
	registry.Enter(th, th.entry)
	race.Disable()
	th.goroutine = goroutines.Self()
	th.entered.Store(true)
	race.Enable()
}

// isLost reports whether the scenario was over before the thread was.
//
//go:norace
func (th *thread) isLost() bool {
	race.Disable()
	is := th.state.Load() == lost
	race.Enable()
	return is
}

// name returns what reports call the thread.
func (th *thread) name() string {
	if th.given != "" {
		return th.given
	}
	return fmt.Sprintf("thread %d", th.index)
}

// Reach reports whether a syncpoint of this name takes part. If not, it remembers the name.
func (th *thread) Reach(name string) bool {
	if name == th.c.name {
		return true
	}
	if !slices.Contains(th.others, name) {
		th.others = append(th.others, name)
	}
	return false
}

// Stop ends the thread's turn at a syncpoint and returns at the beginning of its next one.
func (th *thread) Stop(name string, pc uintptr) {
	held, over := th.claim()
	if over {
		return
	}
	th.record(name, pc)
	th.c.watcher.turnEnded(th)
	if !th.handOn(steady, held) {
		th.await()
	}
}

// claim begins the end of a turn: from here on it cannot be given up. It reports whether the thread has
// the baton, and whether the scenario is over, so that nobody is left to end the turn for.
//
//go:norace
func (th *thread) claim() (held, over bool) {
	race.Disable()
	held = th.c.holder.CompareAndSwap(th.inTurn(th.number), th.inTurn(0))
	over = !held && !th.state.CompareAndSwap(adrift, ending)
	race.Enable()
	return held, over
}

// record notes the end of a turn. Nobody else may read it before handOn, and the race detector does not
// watch it: the overseer reads it of a thread whose end it will not see.
//
//go:norace
func (th *thread) record(name string, pc uintptr) {
	th.turns = append(th.turns, turn{th.number, name, pc})
}

// turn is the number of the thread's latest turn.
//
//go:norace
func (th *thread) turn() int { return th.number }

// handOn ends a turn that was claimed. It reports whether the next turn is the thread's own.
//
//go:norace
func (th *thread) handOn(state int32, held bool) (again bool) {
	if held {
		if state == ended {
			th.c.ready[th.index] = false
			th.hasEnded()
		}
		if th.c.lookout.bubble {
			th.c.rouseHidden() // it may sleep by a clock that the next turn stops
		}
		return th.c.pass(th)
	}
	race.Disable()
	th.state.Store(state)
	th.c.rouse()
	race.Enable()
	return false
}

//go:norace
func (th *thread) hasEnded() {
	race.Disable()
	th.state.Store(ended)
	race.Enable()
}

// leave is deferred by the thread's goroutine: it takes note of how the thread's function came to
// its end, and hands the baton on.
func (th *thread) leave() {
	// The turn has not come to its end yet: the value of a panic may have methods that wait for another thread.
	left := exit{end: protocol.Exited, place: th.left.place, fatal: th.left.fatal}
	if th.left.returned {
		left = exit{end: protocol.Returned, returned: true}
	} else if v := recover(); v != nil {
		left = exit{end: protocol.Panicked, panic: describePanic(v), place: panicPlace(), fatal: true}
	}
	held, over := th.claim()
	if over {
		registry.Leave()
		lostThreads.Delete(th.id())
		return // what it raises no longer counts
	}
	th.left = left
	switch left.end {
	case protocol.Returned:
		th.c.watcher.turnEnded(th)
	case protocol.Panicked:
		th.c.watcher.panicked(th)
	default:
		th.c.watcher.exited(th)
	}
	if th.left.fatal {
		th.c.drain(true)
	}
	th.record("", 0)
	registry.Leave()
	th.handOn(ended, held)
}

// drain gives the sequence up: every thread that has not ended runs to its end, in index order. That
// is over, and called with false, once they have.
//
//go:norace
func (c *conductor) drain(on bool) {
	race.Disable()
	c.draining.Store(on)
	race.Enable()
}

// drained reports whether the sequence was given up and threads are still running to their ends.
//
//go:norace
func (c *conductor) drained() bool {
	race.Disable()
	d := c.draining.Load()
	race.Enable()
	return d
}

// current is the number of the turn that is being taken, from 1; 0 outside of turns.
func (c *conductor) current() int {
	_, number := c.held()
	return number
}

// held returns the thread that has the baton, nil if that is the overseer, and the number of its turn, 0 while
// that comes to its end.
//
//go:norace
func (c *conductor) held() (th *thread, number int) {
	race.Disable()
	holder := c.holder.Load()
	race.Enable()
	if holder == overseers {
		return nil, 0
	}
	return c.threads[int32(holder)-1], int(holder >> 32)
}
