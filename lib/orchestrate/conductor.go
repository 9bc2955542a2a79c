package orchestrate

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

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
type conductor struct {
	name     string // of the syncpoints that take part; "" are those without a name
	threads  []*thread
	watcher  watcher
	strategy strategy // belongs to the baton
	ended    []bool   // by thread; belongs to the baton
	taken    int      // turns begun so far; belongs to the baton
	log      turnLog

	// running counts the threads that have not ended. It is what Wait synchronises with, and the
	// only edge between a thread and the rest of the test that the race detector sees.
	running sync.WaitGroup

	now      atomic.Int64 // number, from 1, of the turn that is being taken; 0 outside of turns
	draining atomic.Bool  // the sequence is given up: every thread runs to its end
}

// A strategy decides whose turn it is. It is asked while the scenario runs, at the end of every turn.
type strategy interface {
	// next returns the index of a thread that has not ended, or -1 where all have.
	next(ended []bool) int
}

// A watcher is told what a thread does, by the thread itself and while it still has the baton.
type watcher interface {
	turnEnded() // at a syncpoint, or because the thread's function returned
	panicked(*thread)
	exited(*thread) // by runtime.Goexit
}

// A thread is a function of a test, and the goroutine in which it takes turns.
type thread struct {
	c     *conductor
	entry registry.Entry
	index int
	given string // the name given to it, which may be none
	f     func()
	baton chan struct{}

	number int // of its latest turn, from 1; belongs to the baton

	// What follows is the thread's own until it has ended.
	turns    []turn
	others   []string // names of the syncpoints that it passed and that take no part
	returned bool
	end      protocol.End
	left     exit // if it did not return
}

// A turn is one turn of a thread, and where it came to its end.
type turn struct {
	number int    // from 1, among the turns of all threads
	name   string // of the syncpoint
	// pc is the return address of the syncpoint; 0 in the thread's last turn, which ended as
	// thread.end says.
	pc uintptr
}

// An exit is how a thread left, where it did not return.
type exit struct {
	panic string // what is to be said of a panic; "" where there was none
	place place  // where it panicked, or called FailNow or SkipNow
	fatal bool   // the scenario is not to go on
}

// spawn adds a thread that is expected to take so many turns. It takes none before run.
func (c *conductor) spawn(name string, f func(), turns int) {
	c.threads = append(c.threads, &thread{
		c:     c,
		index: len(c.threads),
		given: name,
		f:     f,
		baton: make(chan struct{}, 1),
		turns: make([]turn, 0, turns),
	})
}

// run gives the turns, and returns when every thread has ended. What the threads did happens before
// its return.
func (c *conductor) run() {
	if len(c.threads) == 0 {
		return
	}
	c.ended = make([]bool, len(c.threads))
	c.running.Add(len(c.threads))
	for _, th := range c.threads {
		go th.run()
	}
	c.pass(nil)
	c.running.Wait()
	c.drain(false)
}

// pass hands the baton to the thread whose turn is next, and reports whether that is the one that
// holds it already.
//
//go:norace
func (c *conductor) pass(holder *thread) (again bool) {
	race.Disable()
	if c.draining.Load() {
		c.strategy = &scripted{}
	}
	i := c.strategy.next(c.ended)
	c.log.add(holder, i)
	if i < 0 {
		c.now.Store(0)
		race.Enable()
		return false
	}
	next := c.threads[i]
	c.taken++
	c.now.Store(int64(c.taken))
	next.number = c.taken
	if next != holder {
		next.baton <- struct{}{}
	}
	race.Enable()
	return next == holder
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
	registry.Enter(th, &th.entry)
	th.await()
	th.f()
	th.returned = true
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
	th.record(name, pc)
	th.c.watcher.turnEnded()
	if !th.c.pass(th) {
		th.await()
	}
}

func (th *thread) record(name string, pc uintptr) {
	th.turns = append(th.turns, turn{th.turn(), name, pc})
}

// turn is the number of the thread's latest turn.
//
//go:norace
func (th *thread) turn() int { return th.number }

// leave is deferred by the thread's goroutine: it takes note of how the thread's function came to
// its end, and hands the baton on.
func (th *thread) leave() {
	if th.returned {
		th.end = protocol.Returned
		th.c.watcher.turnEnded()
	} else if v := recover(); v != nil {
		th.end = protocol.Panicked
		th.left = exit{panic: describePanic(v), place: panicPlace(), fatal: true}
		th.c.watcher.panicked(th)
	} else {
		th.end = protocol.Exited
		th.c.watcher.exited(th)
	}
	if th.left.fatal {
		th.c.drain(true)
	}
	th.record("", 0)
	registry.Leave()
	th.finish()
}

//go:norace
func (th *thread) finish() {
	th.c.ended[th.index] = true
	th.c.pass(th)
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
//
//go:norace
func (c *conductor) current() int {
	race.Disable()
	n := c.now.Load()
	race.Enable()
	return int(n)
}
