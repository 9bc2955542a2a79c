package orchestrate

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/orchtest/orchtest/lib/internal/conductor"
	"github.com/orchtest/orchtest/lib/internal/goroutines"
	"github.com/orchtest/orchtest/lib/internal/race"
	"github.com/orchtest/orchtest/lib/internal/registry"
	"github.com/orchtest/orchtest/lib/protocol"
)

// A course is how one scenario goes: it says who has the next turn, and knows what the threads do. Its baton is
// that of package conductor, whose rules hold for what is said here to belong to it; the overseer is the
// goroutine that calls run.
type course struct {
	conductor.Conductor

	name    string // of the syncpoints that take part; "" are those without a name
	threads []*thread
	spare   []*thread // of a scenario that is over, to be used again
	watcher watcher
	limits  limits
	script  scripted // belongs to the baton
	log     turnLog

	// running counts the threads that have not ended. It is what Wait synchronises with, and the
	// only edge between a thread and the rest of the test that the race detector sees.
	running sync.WaitGroup

	draining atomic.Bool // the sequence is given up: every thread runs to its end

	// What follows is the overseer's.
	lookout lookout
	stuck   *stuck      // why it gives no further turn
	adrift  []int       // the threads that are blocked when it gives a turn
	blocked []blockedAt // what is told of turns that began while a thread was blocked
	goingOn time.Time   // since when threads go on by themselves, with none that could have a turn
	fresh   bool        // the last look is of this moment, and found the thread blocked that lost the baton
}

// A watcher is told what a thread does, by the thread itself at the end of its turn.
type watcher interface {
	turnEnded(*thread) // at a syncpoint, or because the thread's function returned
	panicked(*thread)
	exited(*thread) // by runtime.Goexit
}

// A thread is a function of a test, and the goroutine in which it takes turns.
type thread struct {
	conductor.Thread // must be first: see of

	c     *course
	entry *registry.Entry
	index int
	given string // the name given to it, which may be none
	f     func()

	goroutine goroutines.G // once entered
	entered   atomic.Bool

	// What follows is the overseer's.
	waits []wait // where it was blocked
	spin  spin

	// What follows is the thread's own until it has ended.
	turns  []turn
	others []string // names of the syncpoints that it passed and that take no part
	left   exit
}

// of returns the thread that a conductor's one is part of.
//
//go:norace
func of(th *conductor.Thread) *thread { return (*thread)(unsafe.Pointer(th)) }

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
func (c *course) spawn(name string, f func(), turns int) {
	i := len(c.threads)
	var th *thread
	if i < len(c.spare) {
		th = c.spare[i]
	} else {
		th = &thread{turns: make([]turn, 0, turns)}
	}
	*th = thread{Thread: th.Again(), c: c, entry: new(registry.Entry), index: i, given: name, f: f, turns: th.turns[:0]}
	c.Add(&th.Thread, false)
	c.threads = append(c.threads, th)
}

// Next implements conductor.Chooser: the script says whose turn it is.
//
//go:norace
func (c *course) Next(from *conductor.Thread, settled bool) *conductor.Thread {
	var next *thread
	if settled && (from != nil || c.anyReady()) {
		if c.draining.Load() {
			c.script = scripted{}
		}
		next = c.script.next(c.threads)
	}
	if c.log.logFile != nil {
		c.log.pass(of(from), next, c.adrift)
	}
	if next == nil {
		return nil
	}
	return &next.Thread
}

// anyReady reports whether a thread could have the next turn. Else the script is not to be asked: it would pass
// over indexes.
//
//go:norace
func (c *course) anyReady() bool {
	for _, th := range c.threads {
		if th.Ready() {
			return true
		}
	}
	return false
}

// run is the thread's goroutine. Its end is waited for in course.run.
func (th *thread) run() {
	defer th.c.running.Done()
	defer th.leave()
	th.enter()
	th.Await()
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
	held, over := th.Claim()
	if over {
		return
	}
	th.record(name, pc)
	th.c.watcher.turnEnded(th)
	th.rouse()
	if !th.HandOn(held) {
		th.Await()
	}
}

// rouse wakes the overseer where it may sleep by a clock that the next turn stops.
func (th *thread) rouse() {
	if th.c.lookout.bubble {
		th.c.Rouse()
	}
}

// record notes the end of a turn. Nobody else may read it before that is handed on, and the race detector does not
// watch it: the overseer reads it of a thread whose end it will not see.
//
//go:norace
func (th *thread) record(name string, pc uintptr) {
	th.turns = append(th.turns, turn{th.Number(), name, pc})
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
	held, over := th.Claim()
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
	th.rouse()
	th.End(held)
}

// drain gives the sequence up: every thread that has not ended runs to its end, in index order. That
// is over, and called with false, once they have.
//
//go:norace
func (c *course) drain(on bool) {
	race.Disable()
	c.draining.Store(on)
	race.Enable()
}

// drained reports whether the sequence was given up and threads are still running to their ends.
//
//go:norace
func (c *course) drained() bool {
	race.Disable()
	d := c.draining.Load()
	race.Enable()
	return d
}

// current is the number of the turn that is being taken, from 1; 0 outside of turns.
func (c *course) current() int {
	_, number := c.Held()
	return number
}
