package hunt

import (
	"math/bits"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/orchtest/orchtest/lib/internal/clock"
	"github.com/orchtest/orchtest/lib/internal/conductor"
	"github.com/orchtest/orchtest/lib/internal/decide"
	"github.com/orchtest/orchtest/lib/internal/goroutines"
	"github.com/orchtest/orchtest/lib/internal/race"
)

// A schedule is one run of the hunted test. What is said to belong to the baton is read and written by its holder
// only: see package conductor.
type schedule struct {
	h         *hunter
	t         *testing.T
	number    int
	conductor conductor.Conductor
	clock     clock.Clock
	began     time.Time
	expected  time.Duration   // since then, when the last real timer fires; belongs to the baton
	decision  decide.Decision // belongs to the baton
	turns     []turn          // belongs to the baton
	jumps     int             // of the time to a timer, as no thread could go on; belongs to the baton
	own       int             // how many turns threads had that were not there before; belongs to the baton
	fireNext  bool            // it was decided that the next timer fires; belongs to the baton
	long      bool            // it has taken long: all have their turns in turn; belongs to the baton
	limit     bool            // it has taken too long; belongs to the baton
	lost      bool            // a replay has left its trace; belongs to the baton

	lock spinlock  // of what follows, as threads may come from anywhere
	live []*thread // that have not ended, in the order of their numbers
	all  []*thread // by number
	// strangers have come to a scheduling point, and are threads as soon as the overseer has seen them. They get
	// their numbers in the order in which they were started: that in which they came is the scheduler's.
	strangers []*thread
	fronts    []*time.Timer // see front

	main     *thread
	mainOver atomic.Bool // the test, with its cleanups, has come to its end
	crashes  atomic.Bool // a thread panics, which ends the process
	lookout  lookout
	done     chan struct{} // closed when the overseer has ended
}

// A thread is a goroutine of the hunted test.
type thread struct {
	conductor.Thread // must be first: see of

	s      *schedule
	id     int
	parent int          // the number of the thread that started it; -1 where that is not known
	made   string       // the site of the go statement
	site   string       // where it stands, or stood last
	g      goroutines.G // once the overseer has seen it
	seen   bool         // g is known; the overseer's
	last   int          // the index of its latest turn; belongs to the baton
	since  int          // the number of the turn since which it is blocked; the overseer's
	within bool         // the operation at its site is not over, if that is one that may block
	parked bool         // it was seen blocked since it went adrift; the overseer's
}

// of returns the thread that a conductor's one is part of.
//
//go:norace
func of(th *conductor.Thread) *thread { return (*thread)(unsafe.Pointer(th)) }

// A turn is one turn of a thread, or the firing of a timer.
type turn struct {
	thread   int    // decide.Timer for a timer
	from, to string // sites; to is "" where the thread ended
	blocked  bool
	until    int // the turn in which it went on
}

// A spinlock is held for a few instructions, by goroutines of which one runs at a time.
type spinlock struct{ held atomic.Bool }

//go:norace
func (l *spinlock) lock() {
	for !l.held.CompareAndSwap(false, true) {
		runtime.Gosched()
	}
}

//go:norace
func (l *spinlock) unlock() { l.held.Store(false) }

// add makes a thread that has not begun yet.
//
//go:norace
func (s *schedule) add(site string, parent int) *thread {
	th := &thread{s: s, parent: parent, made: site, site: site, last: -1}
	s.conductor.Add(&th.Thread, true)
	race.Disable()
	s.lock.lock()
	s.enlist(th)
	s.lock.unlock()
	race.Enable()
	return th
}

// adopt makes the calling goroutine a thread: a stranger until the overseer has seen it.
//
//go:norace
func (s *schedule) adopt() *thread {
	th := &thread{s: s, parent: -1, last: -1}
	s.conductor.Adopt(&th.Thread)
	race.Disable()
	s.lock.lock()
	s.strangers = push(s.strangers, th)
	s.lock.unlock()
	race.Enable()
	return th
}

//go:norace
func (s *schedule) enlist(th *thread) {
	th.id = len(s.all)
	s.all = push(s.all, th)
	s.live = push(s.live, th)
}

// Next implements conductor.Chooser.
//
//go:norace
func (s *schedule) Next(_ *conductor.Thread, settled bool) *conductor.Thread {
	if !settled || s.limit || s.lost || s.fireNext || s.clockIsDue() {
		return nil
	}
	d := &s.decision
	d.Kind, d.Site, d.Options, d.Current, d.Thread = decide.Turn, "", d.Options[:0], -1, -1
	current := of(s.conductor.Current())
	if current != nil {
		d.Thread = current.id
	}
	for _, th := range s.live {
		if !th.Ready() {
			continue
		}
		if th == current {
			d.Current = len(d.Options)
		}
		d.Options = push(d.Options, decide.Option{Number: th.id, Site: th.site})
	}
	if len(d.Options) == 0 {
		return nil
	}
	s.offerTimer(d)
	i := 0
	if len(d.Options) > 1 {
		if i = s.decide(); i < 0 {
			s.lost = true
			return nil
		}
	}
	number := d.Options[i].Number
	if number == decide.Timer {
		s.fireNext = true
		return nil
	}
	if s.takesLong(); s.limit {
		return nil
	}
	th := s.all[number]
	th.last = len(s.turns)
	s.turns = push(s.turns, turn{thread: number, from: th.site})
	if th.isNew() {
		s.own++
	}
	s.tick()
	return &th.Thread
}

// takesLong lets every thread have its turn in turn once there were many decisions, and ends the schedule after as
// many again. What is not decided counts little: a thread that goes on alone may have very many turns.
// But where time jumps as often, somebody sleeps and looks again, for what will not come. A replay follows its trace.
//
//go:norace
func (s *schedule) takesLong() {
	decisions, limit := s.h.recorder.Len(), s.h.request.MaxSteps
	if decisions >= limit && !s.long && s.h.replay == nil {
		s.long = true
		s.h.recorder.Decider = &decide.RoundRobin{}
	}
	s.limit = decisions >= 2*limit || s.jumps >= limit || s.conductor.Taken() >= turnsPerDecision*limit
}

// turnsPerDecision is how many turns count like one decision.
const turnsPerDecision = 50

//go:norace
func (s *schedule) decide() int { return s.h.recorder.Decide(&s.decision) }

// chooseCase returns the index, among the ready cases, of the one that is taken.
//
//go:norace
func (s *schedule) chooseCase(th *thread, site string, ready cases) int {
	d := &s.decision
	d.Kind, d.Site, d.Options, d.Current, d.Thread = decide.Case, site, d.Options[:0], -1, th.id
	for ; ready != 0; ready &= ready - 1 {
		d.Options = push(d.Options, decide.Option{Number: bits.TrailingZeros64(uint64(ready))})
	}
	i := s.decide()
	if i < 0 {
		s.lost, i = true, 0 // the schedule ends at the thread's next point
	}
	return i
}

// push is append, for what threads and the overseer share. The race detector watches how append lets a slice grow, also
// in functions that it does not watch.
//
//go:norace
func push[T any](s []T, v T) []T {
	n := len(s)
	if n == cap(s) {
		grown := make([]T, n, 2*n+8)
		//lint:ignore S1001 the detector watches copy, too
		for i := range s {
			grown[i] = s[i]
		}
		s = grown
	}
	s = s[:n+1]
	s[n] = v
	return s
}

// noteEnd notes where the thread's turn came to its end. It is for who has the baton.
//
//go:norace
func (th *thread) noteEnd(site string) {
	if th.last >= 0 {
		th.s.turns[th.last].to = site
	}
}
