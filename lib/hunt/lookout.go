package hunt

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
	"github.com/orchtest/orchtest/lib/internal/race"
)

// A lookout is what the overseer of a schedule knows. As one goroutine runs at a time, and none but the overseer
// once it runs, statuses tell all; to stop the world for a look at every stack is for verdicts only.
type lookout struct {
	spins     int           // looks in a row that found something moving
	since     time.Time     // when that was first noticed
	still     time.Time     // since when no thread could go on
	movements int           // by then
	called    bool          // it has been looked whether that is a system call
	asked     *thread       // who waits for input or output, and what for has been looked at
	fired     time.Time     // when the latest virtual timer did, or the schedule began
	held      time.Duration // for how long timers were held back for what may be real ones
	others    int           // goroutines but threads, that were seen to be harmless; 0 where some are not, or may not be
}

// How long the overseer waits, in real time, for what it does not give turns to.
const (
	busySpins  = 200                   // before it sleeps between two looks
	nap        = 20 * time.Microsecond // between them
	longNap    = time.Millisecond      // where all wait for the world outside
	callTime   = time.Second           // for a system call, or C code
	ioPatience = 50 * time.Millisecond // for input and output
	patience   = 10 * time.Second      // for anything else
)

// What a thread does.
type doing uint8

const (
	moves  doing = iota // it runs, or is about to
	blocks              // on a synchronisation
	sleeps              // in real time: others go on meanwhile
	outer               // for input or output
	gone
)

//go:norace
func (th *thread) doing() doing {
	status, reason, _ := th.g.Status()
	switch status {
	case goroutines.Waiting, goroutines.Leaked:
		switch kind, known := goroutines.ReasonKind(reason); {
		case kind == goroutines.Sync || !known:
			return blocks
		case reason == waitsForIO:
			return outer
		case reason == sleeping:
			return sleeps
		case reason == waitsForFinalizers || reason == waitsForCleanups:
			return gone // it has run what the code under test had for it
		}
	case goroutines.Dead:
		return gone
	}
	return moves
}

// The runtime's numbers of the reasons "IO wait", "finalizer wait", "sleep" and "cleanup wait".
const (
	waitsForIO         = 2
	waitsForFinalizers = 10
	sleeping           = 14
	waitsForCleanups   = 46
)

// Settle implements conductor.Lookout.
func (s *schedule) Settle() bool {
	l := &s.lookout
	l.spins, l.asked, l.called = 0, nil, false
	for {
		runtime.Gosched()
		outside, moving := s.look()
		switch {
		case s.h.over():
			return false
		case moving:
			if !s.wait(nil) {
				return false
			}
		case outside != nil && !s.anyReady():
			if !s.wait(outside) {
				return false
			}
		default:
			return true
		}
	}
}

// look sees after every thread that is new, or adrift. It returns one that waits for input or output, and
// whether any moves.
//
//go:norace
func (s *schedule) look() (outside *thread, moving bool) {
	ended := false
	s.lockHidden()
	moving = s.welcome()
	for _, th := range s.live {
		switch {
		case !th.Drifts() && th.Ended():
			ended = true
		case s.conductor.Collect(&th.Thread):
			s.noteGoesOn(th)
			ended = ended || th.Ended()
		case !th.Drifts():
			if !th.seen {
				if th.learn() {
					s.conductor.Seen()
				} else {
					moving = true
				}
			}
		default:
			switch th.doing() {
			case moves:
				moving = true
			case outer:
				outside = th
			case gone:
				s.conductor.Forget(&th.Thread)
				ended = true
			case blocks, sleeps:
				s.noteBlocked(th)
			}
		}
	}
	if ended {
		live := s.live[:0]
		for _, th := range s.live {
			if th.Drifts() || !th.Ended() {
				live = push(live, th)
			}
		}
		s.live = live
	}
	s.unlockHidden()
	return outside, moving
}

// welcome gives the strangers their numbers, once all of them wait. It reports whether there were any.
//
//go:norace
func (s *schedule) welcome() bool {
	if len(s.strangers) == 0 {
		return false
	}
	for _, th := range s.strangers {
		if !th.learn() {
			return true
		}
	}
	slices.SortFunc(s.strangers, func(a, b *thread) int { return cmp.Compare(a.g.ID(), b.g.ID()) })
	for _, th := range s.strangers {
		s.enlist(th)
	}
	s.strangers = s.strangers[:0]
	return true
}

//go:norace
func (s *schedule) lockHidden() {
	race.Disable()
	s.lock.lock()
}

//go:norace
func (s *schedule) unlockHidden() {
	s.lock.unlock()
	race.Enable()
}

// learn finds out which goroutine the thread is, that waits for its turn.
//
//go:norace
func (th *thread) learn() bool {
	if !th.seen && !th.Ended() {
		th.g, th.seen = goroutines.Parked(th.Baton())
		return th.seen
	}
	return true
}

// noteBlocked notes that a thread was seen blocked.
//
//go:norace
func (s *schedule) noteBlocked(th *thread) {
	if th.parked {
		return
	}
	th.parked = true
	th.since = len(s.turns)
	if th.last >= 0 {
		s.turns[th.last].blocked = true
	}
}

// noteGoesOn notes that a thread which was adrift has come to the end of its turn.
//
//go:norace
func (s *schedule) noteGoesOn(th *thread) {
	th.noteEnd(th.site)
	if th.parked && th.last >= 0 {
		s.turns[th.last].until = len(s.turns)
	}
	th.parked = false
}

//go:norace
func (s *schedule) anyReady() bool {
	for _, th := range s.live {
		if th.Ready() {
			return true
		}
	}
	return false
}

// wait lets others run. It returns false, and a verdict is there, once that took too long. What is waited for is
// the input or output of a thread; or, where that is nil, somebody who runs.
func (s *schedule) wait(outside *thread) bool {
	l := &s.lookout
	if outside != nil && l.asked != outside {
		l.asked = outside
		if g := s.h.looker.Look().Goroutine(outside.goroutine()); g != nil && inNetwork(g) {
			s.waitsForInput(g)
			return false
		}
	}
	l.spins++
	if l.spins < busySpins {
		return true
	}
	if l.spins == busySpins {
		l.since = time.Now()
	}
	time.Sleep(nap)
	switch waited := time.Since(l.since); {
	case outside != nil && waited > ioPatience:
		if g := s.h.looker.Look().Goroutine(outside.goroutine()); g != nil {
			s.waitsForInput(g)
			return false
		}
	case waited > callTime && !l.called:
		l.called = true // it computes, unless there is such a call
		if g := s.inCall(s.h.looker.Look()); g != nil {
			s.waitsInCall(g)
			return false
		}
	case waited > patience:
		s.inconclusive(s.runsOn(s.restless(s.h.looker.Look())))
		return false
	}
	return true
}

// runsOn says that a thread sleeps for too long, or does not come to an end; g is nil if it is not known which.
func (s *schedule) runsOn(g *goroutines.Goroutine) string {
	if g == nil {
		return fmt.Sprintf("a goroutine ran for longer than %v without coming to a synchronisation", patience)
	}
	_, file, line := g.Wait()
	name, at := s.nameOf(g.ID), s.h.short(file, line)
	if g.State == asleep {
		return fmt.Sprintf("%s sleeps at %s, in real time, as its package is not rewritten (--instrument), and nothing else has gone on for %v",
			name, at, patience)
	}
	return fmt.Sprintf("%s ran for longer than %v without coming to a synchronisation; it is at %s", name, patience, at)
}

// nameOf returns what a report calls the thread that is a goroutine.
//
//go:norace
func (s *schedule) nameOf(id int64) string {
	for _, th := range s.live {
		if th.g.ID() != id {
			continue
		}
		if th == s.main {
			return "the test"
		}
		if place := placeIn(th.made); place != "" {
			return "the goroutine of " + place
		}
	}
	return "a goroutine"
}

// asleep is the state of a goroutine in time.Sleep.
const asleep = "sleep"

// waitsForInput says that the test is not huntable, by what a goroutine waits for.
func (s *schedule) waitsForInput(g *goroutines.Goroutine) {
	on, file, line := g.Wait()
	s.notHuntable("it waits for input or output, in " + on + " at " + s.h.short(file, line))
}

// inSyscall is the state of a goroutine in a system call or in C code.
const inSyscall = "syscall"

// inCall returns a goroutine that is in a system call or in C code, if there is one.
func (s *schedule) inCall(snapshot *goroutines.Snapshot) *goroutines.Goroutine {
	for g := range snapshot.Wakers(snapshot.Goroutines[0].ID, goroutines.Remote) {
		if g.State == inSyscall {
			return g
		}
	}
	return nil
}

// waitsInCall says that the test is not huntable, by the call that a goroutine is in.
func (s *schedule) waitsInCall(g *goroutines.Goroutine) {
	on, file, line := g.Wait()
	s.notHuntable(fmt.Sprintf("it waits for longer than %v in a system call or C code, %s at %s", callTime, on, s.h.short(file, line)))
}

// inNetwork tells whether a goroutine waits for the network. What comes from there is not decided here, however soon
// it comes.
func inNetwork(g *goroutines.Goroutine) bool {
	for f := range g.Frames() {
		if strings.HasPrefix(f.Function, "net.") {
			return g.State == "IO wait"
		}
	}
	return false
}

//go:norace
func (th *thread) goroutine() int64 { return th.g.ID() }

// Watch implements conductor.Lookout.
func (s *schedule) Watch() bool {
	s.lookout.spins, s.lookout.asked, s.lookout.called = 0, nil, false
	for {
		runtime.Gosched()
		c, number := s.conductor.Held()
		if c == nil {
			return !s.h.over()
		}
		th := of(c)
		var outside *thread
		if number > 0 && !th.waitsForTurn() {
			switch th.doing() {
			case blocks, sleeps:
				if s.conductor.Take(c, number) {
					s.noteTaken(th)
					return true
				}
			case gone:
				s.conductor.Forget(c)
				return true
			case outer:
				outside = th
			case moves:
			}
		}
		if s.h.over() || !s.wait(outside) {
			return false
		}
	}
}

//go:norace
func (s *schedule) noteTaken(th *thread) { s.noteBlocked(th) }

// waitsForTurn reports whether the thread is about to begin its turn.
//
//go:norace
func (th *thread) waitsForTurn() bool {
	_, waits := goroutines.Parked(th.Baton())
	return waits
}

// Idle implements conductor.Lookout: no thread is ready.
func (s *schedule) Idle() bool {
	limit, lost := s.ends()
	switch {
	case lost:
		s.diverges()
		return false
	case limit:
		s.inconclusive(fmt.Sprintf("it is not over after %d decisions and %d turns (--max-steps)", s.h.recorder.Len(), s.conductor.Taken()))
		return false
	case s.fire():
		return true
	case len(s.living()) == 0 && s.isMainOver():
		return false
	}
	return s.idle()
}

// ends reports whether the schedule is to end before the test has: by the limit of steps, or as a replay has left its trace.
//
//go:norace
func (s *schedule) ends() (limit, lost bool) { return s.limit, s.lost }

//go:norace
func (s *schedule) living() []*thread { return s.live }

// idle waits for goroutines that are no threads, as long as there are any that may do something. Else it is a
// deadlock, or a leak.
func (s *schedule) idle() bool {
	waited := s.still()
	snapshot := s.h.looker.Look()
	awake := s.awake(snapshot)
	if awake == nil {
		if g := s.restless(snapshot); g != nil {
			if waited > patience {
				s.inconclusive(s.runsOn(g))
				return false
			}
			time.Sleep(longNap)
			return true
		}
		if waited >= s.window(snapshot) {
			s.blocked(snapshot)
			return false
		}
		time.Sleep(longNap)
		return true
	}
	on, file, line := awake.Wait()
	switch {
	case inNetwork(awake) || awake.State == "IO wait" && waited > ioPatience:
		s.waitsForInput(awake)
		return false
	case awake.State == inSyscall && waited > callTime:
		s.waitsInCall(awake)
		return false
	case waited > patience:
		s.inconclusive("a goroutine that is not hunted has been in " + on + " at " + s.h.short(file, line) +
			" for longer than " + patience.String())
		return false
	}
	time.Sleep(longNap)
	return true
}

// window is for how long nothing is to change before it is a deadlock: some time where a thread waits in a package
// that is not hunted, as that may be for a timer of its own, which nobody can see; and long where a finding is confirmed.
func (s *schedule) window(snapshot *goroutines.Snapshot) time.Duration {
	window := time.Duration(s.h.request.Window) * time.Millisecond
	switch {
	case window > 0 && s.waitsForTimer(snapshot):
		return max(window, patience)
	case slices.ContainsFunc(s.live, func(th *thread) bool { return th.waitsUnseen(snapshot) }):
		return max(window, unseen)
	}
	return window
}

// unseen is longer than most timers of packages that poll for what they wait for.
const unseen = time.Second

// quiet reports whether all threads are blocked in operations of their own, and there are no other goroutines but those
// that were seen to be harmless. It saves a look at every stack each time that the clock jumps. What it cannot tell is
// false.
func (s *schedule) quiet() bool {
	others := s.lookout.others
	return others > 0 && runtime.NumGoroutine() == others+len(s.living()) && s.allWithin()
}

// harmless returns how many goroutines there are that are no threads, if none of them does anything before it is a
// thread; else 0. They are the overseer and who waits for the test in package testing; and those of hunted code that
// were there before.
func (s *schedule) harmless(snapshot *goroutines.Snapshot) (n int) {
	for i := range snapshot.Goroutines {
		g := &snapshot.Goroutines[i]
		switch in := g.WaitsIn(); {
		case s.isThread(g.ID):
			continue
		case i > 0 && (g.Kind() != goroutines.Sync || in != here && in != "testing"):
			return 0
		}
		n++
	}
	return n
}

//go:norace
func (s *schedule) allWithin() bool {
	for _, th := range s.live {
		if !th.within || !blocking(th.site) || th.doing() != blocks {
			return false
		}
	}
	return len(s.strangers) == 0
}

// blocking reports whether the operation of a site is one that may block, and does so nowhere else.
func blocking(site string) bool {
	for _, operation := range []string{"chan ", "select", "time.Sleep", "sync.Mutex.", "sync.RWMutex.", "sync.WaitGroup.", "sync.Cond."} {
		if strings.HasPrefix(site, operation) {
			return true
		}
	}
	return false
}

// waitsUnseen reports whether a thread of this schedule is blocked in a package that is not hunted.
func (th *thread) waitsUnseen(snapshot *goroutines.Snapshot) bool {
	g := snapshot.Goroutine(th.goroutine())
	if g == nil || !th.isNew() {
		return false
	}
	in := g.WaitsIn()
	return in != here && in != "testing" // where a test waits for its subtests
}

// here is this package, in which threads wait that are hunted.
const here = "github.com/orchtest/orchtest/lib/hunt"

// waitsForTimer reports whether a thread may wait for a timer that is not seen: for a channel, in a package that may have
// one.
func (s *schedule) waitsForTimer(snapshot *goroutines.Snapshot) bool {
	return slices.ContainsFunc(s.live, func(th *thread) bool {
		g := snapshot.Goroutine(th.goroutine())
		return g != nil && (g.State == "select" || g.State == "chan receive") && th.waitsUnseen(snapshot) &&
			!strings.HasPrefix(g.WaitsIn(), "golang.org/x/sync/")
	})
}

// restless returns the goroutine of a thread that sleeps in real time, or goes on: as long as there is one, nothing is
// said of the others.
func (s *schedule) restless(snapshot *goroutines.Snapshot) *goroutines.Goroutine {
	for _, th := range s.live {
		if g := snapshot.Goroutine(th.goroutine()); g != nil && g.Kind() != goroutines.Sync {
			return g
		}
	}
	return nil
}

// still returns for how long no thread could go on, and none did.
func (s *schedule) still() time.Duration {
	l := &s.lookout
	if n := s.movements(); l.still.IsZero() || n != l.movements {
		l.still, l.movements = time.Now(), n
	}
	return time.Since(l.still)
}

// movements changes when a thread had a turn, or went on. Those that were there before do not count: they may have
// tickers of their own, in real time, and go on for ever.
//
//go:norace
func (s *schedule) movements() (n int) {
	n = s.own
	for _, th := range s.live {
		if th.parked && th.isNew() {
			n++
		}
	}
	return n
}

// awake returns a goroutine that is no thread, runs or will, and so may wake one: one that waits for the network, if
// there is one.
func (s *schedule) awake(snapshot *goroutines.Snapshot) (found *goroutines.Goroutine) {
	self := snapshot.Goroutines[0].ID
	for g := range snapshot.Wakers(self, goroutines.Remote) {
		switch {
		case s.isThread(g.ID):
		case inNetwork(g):
			return g
		case found == nil:
			found = g
		}
	}
	return found
}

//go:norace
func (s *schedule) isThread(id int64) bool {
	return slices.ContainsFunc(s.live, func(th *thread) bool { return th.g.ID() == id })
}
