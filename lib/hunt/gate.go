package hunt

import (
	"sync/atomic"
	"unsafe"

	"github.com/orchtest/orchtest/lib/internal/race"
)

// running is the schedule that is being run; nil where nothing is hunted.
var running atomic.Pointer[schedule]

// hunting reports whether a test is being hunted at the moment.
func hunting() bool { return running.Load() != nil }

// point is a scheduling point before an operation: the calling goroutine, adopted if need be, gives its turn
// back and returns when it has the next one. It returns nil at once where nothing is hunted.
func point(site string) *thread {
	s := running.Load()
	if s == nil {
		return nil
	}
	th := s.self()
	th.stop(site)
	return th
}

// self returns the thread that the calling goroutine is. One that nobody knew becomes a thread.
//
//go:norace
func (s *schedule) self() *thread {
	race.Disable()
	th := of(s.conductor.Current())
	if th == nil || th.Ended() || !th.isSelf() {
		th = s.find()
	}
	race.Enable()
	if th == nil {
		th = s.adopt()
	}
	return th
}

// isSelf reports whether the thread's goroutine is the calling one, by where the stack is. It must not be moved in between:
// a function that may let it grow must not be called.
//
//go:norace
//go:nosplit
func (th *thread) isSelf() bool {
	var here byte
	return th.g.Holds(uintptr(unsafe.Pointer(&here))) && th.g.Lives()
}

//go:norace
func (s *schedule) find() *thread {
	s.lock.lock()
	defer s.lock.unlock()
	for _, th := range s.live {
		if th.isSelf() {
			return th
		}
	}
	return nil
}

// stop ends the thread's turn and returns at the beginning of its next one.
func (th *thread) stop(site string) {
	held, over := th.Claim()
	if over {
		panic(givenUp)
	}
	th.arrive(site, held)
	if !th.HandOn(held) {
		th.Await()
	}
}

// arrive takes note of where the thread stands at the end of its turn.
//
//go:norace
func (th *thread) arrive(site string, held bool) {
	th.site, th.within = site, true
	if held {
		th.noteEnd(site)
	}
}

// givenUp is said where a thread goes on that nobody waits for any more: only what never began is given up.
const givenUp = "orchtest: a thread that was given up goes on"

// after follows each operation that may have blocked: a thread that had been seen blocked queues for its turn. One of
// an earlier schedule, as of a goroutine that serves all tests, is nobody's thread until its next point.
func (th *thread) after() {
	if th == nil {
		return
	}
	th.through()
	if !th.HasBaton() && running.Load() == th.s {
		th.stop(th.where())
	}
}

//go:norace
func (th *thread) through() { th.within = false }

//go:norace
func (th *thread) where() string { return th.site }

// choose decides between several ready cases of the select statement at which the thread stands: see chooseCase.
//
//go:norace
func (th *thread) choose(site string, ready cases) int {
	race.Disable()
	chosen := th.s.chooseCase(th, site, ready)
	race.Enable()
	return chosen
}

// spawn starts f in a goroutine, a new thread of whoever calls, for whom it is a scheduling point.
func spawn(site string, f func()) {
	s := running.Load()
	if s == nil {
		go f()
		return
	}
	parent := s.self()
	if parent.isStranger() {
		parent.stop(site)
	}
	th := s.add(site, parent.id)
	go th.run(f)
	parent.stop(site)
}

// isStranger reports whether the overseer has yet to see the calling thread.
//
//go:norace
func (th *thread) isStranger() bool { return !th.seen }

// run is the goroutine of a thread.
func (th *thread) run(f func()) {
	returned := false
	defer th.leave(&returned)
	th.Await()
	f()
	returned = true
}

// leave ends a thread. A panic ends the process, after it was reported.
func (th *thread) leave(returned *bool) {
	if !*returned {
		if v := recover(); v != nil {
			th.s.panicked(th, v)
			panic(v)
		}
	}
	held, over := th.Claim()
	if over {
		return
	}
	th.arrive("", held)
	th.End(held)
}
