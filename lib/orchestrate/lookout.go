package orchestrate

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
	"github.com/orchtest/orchtest/lib/internal/race"
	"github.com/orchtest/orchtest/lib/protocol"
)

// How the overseer waits between two looks. It yields as long as that may help: where one goroutine
// runs at a time it comes back when no other can run. After that it sleeps, longer and longer.
const (
	yields       = 3
	polls        = 50                     // where several goroutines run at a time, once for all that is being watched
	shortestNap  = 20 * time.Microsecond  // where all of the process sleeps, any nap takes the runtime a millisecond
	longestNap   = 500 * time.Microsecond // a verdict is to come within a millisecond
	longestPause = 10 * time.Millisecond  // once every thread is blocked
)

// A thread is taken to spin if, in a turn that has not moved for so long, so many looks in a row found it
// in the same function, calling runtime.Gosched. If one does not, the next one is to come no sooner than
// that: a look disturbs a thread that computes.
const (
	spinTime  = time.Millisecond
	spinLooks = 8
	spinPause = 10 * time.Millisecond
)

// A lookout finds out what the goroutines of the process do. It is the overseer's.
//
// A thread is blocked if it is parked on a synchronisation, seen twice, while no other goroutine of the
// process can still wake it by itself; or if it spins meanwhile, that is, does nothing but try and yield, as
// spin locks do. First come the statuses of the threads' goroutines, which cost
// nanoseconds; only if they say that nothing moves it is worth stopping the world for a look at all of
// them.
type lookout struct {
	folder  string // paths below it are shortened
	threads []*thread
	procs   int   // GOMAXPROCS
	self    int64 // the overseer's goroutine
	bubble  bool  // of testing/synctest: its clock is not the real one
	timer   *time.Timer

	turn   int           // that is being watched
	since  time.Time     // when the clock was looked at
	passed time.Duration // for how long nothing has moved by then
	idle   int           // how often nothing had moved since
	nap    time.Duration
	polls  int // since it is being watched
	still  int // how often in a row the threads were seen parked

	looker   *goroutines.Looker
	snapshot *goroutines.Snapshot
	cost     time.Duration // of the last look, during which nobody else runs
	awake    string        // one that may wake a blocked thread, by the last look; "" is nobody
	stranger bool          // somebody may who is no thread

	// In a bubble, by the last look:
	asleep bool // only time can wake a thread
	stands bool // and time does not go on, as a thread is parked on what is not durably blocking
}

func (l *lookout) init(threads []*thread) {
	l.threads = threads
	l.procs, l.self, l.bubble = runtime.GOMAXPROCS(0), goroutines.Self().ID(), inBubble()
}

func (l *lookout) close() {
	if l.timer != nil {
		l.timer.Stop()
	}
}

// inBubble reports whether the caller runs in a bubble of testing/synctest, where it is the year 2000.
func inBubble() bool { return time.Now().Before(started) }

// restart begins to watch something else.
func (l *lookout) restart() {
	l.moved()
	l.nap, l.polls = shortestNap, 0
}

// moved takes note that something went on.
func (l *lookout) moved() {
	l.idle, l.still, l.since, l.passed, l.asleep = 0, 0, time.Time{}, 0, false
}

// wait lets others run.
func (l *lookout) wait(wake <-chan struct{}) {
	l.idle++
	switch {
	case l.idle <= yields && (l.procs == 1 || l.bubble):
		runtime.Gosched()
	case l.procs > 1 && !l.bubble && (l.polls < polls || l.still == 1):
		l.polls++
		runtime.Gosched()
	case !l.bubble:
		l.sleep(wake, l.nap)
		l.nap = min(2*l.nap, max(longestNap, 4*l.cost))
	case l.asleep:
		// It may sleep for long, and then block. That is noticed a little late, by the bubble's clock.
		l.sleep(wake, max(l.elapsed()/64, time.Microsecond))
	default:
		// The bubble's clock goes on only if every goroutine waits for it: that is for those to do that sleep.
		runtime.Gosched()
	}
}

// pause waits in the course of a window of that length, and returns for how long it meant to; 0 if it was woken.
func (l *lookout) pause(wake <-chan struct{}, window time.Duration) time.Duration {
	l.idle++
	if l.bubble && l.stands {
		runtime.Gosched()
		return 0
	}
	d := window
	if !l.bubble {
		d = min(l.nap, window)
		l.nap = min(2*l.nap, longestPause)
	}
	if !l.sleep(wake, d) {
		return 0
	}
	return d
}

// sleep returns true after d, or false when it is woken.
func (l *lookout) sleep(wake <-chan struct{}, d time.Duration) bool {
	if l.timer == nil {
		l.timer = time.NewTimer(d)
	} else {
		l.timer.Reset(d)
	}
	select {
	case <-wake:
		return false
	case <-l.timer.C:
		return true
	}
}

// elapsed is for how long nothing has moved.
func (l *lookout) elapsed() time.Duration {
	now := time.Now()
	if !l.since.IsZero() {
		step := now.Sub(l.since)
		if !l.bubble {
			step = min(step, longestStep)
		}
		l.passed += step
	}
	l.since = now
	return l.passed
}

// longestStep is how much of the time between two looks at the clock counts: the process may have been stopped.
const longestStep = 100 * time.Millisecond

// stuck reports whether nothing has moved for the limit, unless that is 0. In a bubble, where time costs
// nothing, it is whether its clock stands still.
func (l *lookout) stuck(limit time.Duration) bool {
	if l.bubble {
		return l.asleep && l.stands
	}
	return limit > 0 && l.idle > yields && l.elapsed() > limit
}

// parked reports whether the threads have been seen parked on a synchronisation twice.
func (l *lookout) parked(threads ...*thread) bool {
	if !l.areParked(threads...) {
		l.still = 0
		return false
	}
	if l.still++; l.still == 1 {
		l.nap = shortestNap // a verdict needs a second look, soon
	}
	return l.still > 1
}

func (l *lookout) areParked(threads ...*thread) bool {
	for _, th := range threads {
		if !l.isParked(th) {
			return false
		}
	}
	return true
}

func (l *lookout) isParked(th *thread) bool {
	status, reason, ok := th.status()
	if !ok {
		return l.idle > yields // a look will tell
	}
	switch status {
	case goroutines.Waiting:
		kind, known := goroutines.ReasonKind(reason)
		return kind == goroutines.Sync || !known
	case goroutines.Runnable, goroutines.Running:
		// It may spin.
		return th.spins() ||
			l.idle > yields && l.elapsed() >= spinTime && !time.Now().Before(th.spin.next)
	}
	return false
}

// status is what the thread's goroutine does.
//
//go:norace
func (th *thread) status() (status goroutines.Status, reason uint8, ok bool) {
	race.Disable()
	entered := th.entered.Load()
	race.Enable()
	if !entered {
		return goroutines.Idle, 0, true
	}
	return th.goroutine.Status()
}

// A spin is where a thread was found calling runtime.Gosched.
type spin struct {
	function string
	looks    int       // so often in a row
	next     time.Time // when to look again
}

// spins reports whether the thread was found to do nothing but try and yield.
func (th *thread) spins() bool { return th.spin.looks >= spinLooks }

// look looks at every goroutine, and whether these threads spin.
func (l *lookout) look(threads ...*thread) {
	start := time.Now()
	l.snapshot = l.looker.Look()
	l.cost = time.Since(start)
	for _, th := range threads {
		g := l.goroutine(th)
		if g == nil || g.Kind() == goroutines.Sync {
			th.spin = spin{}
			continue
		}
		if l.elapsed() < spinTime {
			continue // where statuses cannot be read, looks come sooner
		}
		function, yields := g.Yields()
		switch {
		case function == "" || !yields && function != th.spin.function:
			th.spin = spin{next: time.Now().Add(max(spinPause, 20*l.cost))}
		case function != th.spin.function:
			th.spin = spin{function: function, looks: 1}
		case yields:
			th.spin.looks++
		}
	}
}

// goroutine returns the thread's goroutine as it was at the last look, nil if it was not there.
//
//go:norace
func (l *lookout) goroutine(th *thread) *goroutines.Goroutine {
	return l.snapshot.Goroutine(th.goroutine.ID())
}

// blocked reports whether, at the last look, each of these threads was parked on a synchronisation or
// spinning, and nobody could wake it. If the answer is to be strict, that means not even in the
// course of another test.
func (l *lookout) blocked(strict bool, threads ...*thread) bool {
	l.stands = l.standing()
	if l.mayBeWoken(strict) {
		if l.stranger {
			for _, th := range threads {
				th.spin.looks = 0 // what the thread waits for may have come about by the next look, unseen by it
			}
		}
		return false
	}
	waits := false // for the overseer, among others
	for _, th := range threads {
		g := l.goroutine(th)
		if g == nil || g.Kind() != goroutines.Sync && !th.spins() {
			return false
		}
		waits = waits || g.State == "synctest.Wait"
	}
	l.asleep = l.asleep || waits
	return !waits
}

// standing reports whether the bubble's clock stands still at the last look, as a goroutine in it is parked on
// what is not durably blocking.
func (l *lookout) standing() bool {
	if !l.bubble {
		return false
	}
	for i := range l.snapshot.Goroutines {
		g := &l.snapshot.Goroutines[i]
		if i > 0 && g.Bubble == l.snapshot.Goroutines[0].Bubble && g.Kind() == goroutines.Sync && !durable(g) {
			return true
		}
	}
	return false
}

func (l *lookout) mayBeWoken(strict bool) bool {
	if l.snapshot.Truncated {
		l.awake = "one of very many goroutines"
		return true
	}
	least := goroutines.Awake
	if strict {
		least = goroutines.Remote
	}
	l.awake, l.stranger = "", false
	for g := range l.snapshot.Wakers(l.self, least) {
		i := slices.IndexFunc(l.threads, func(th *thread) bool { return l.goroutine(th) == g })
		if i >= 0 && l.threads[i].spins() {
			continue
		}
		if _, lost := lostThreads.Load(g.ID); lost {
			continue
		}
		l.stranger = l.stranger || i < 0
		on, file, line := g.Wait()
		l.awake = fmt.Sprintf("goroutine %d, %s at %s", g.ID, on, l.short(place{file, line}))
		if g.State != "runnable" { // one that is may just have been woken by its ticker, and tell less
			break
		}
	}
	return l.awake != ""
}

// sleepers finds out, in a bubble, whether only time can wake somebody, and whether it can.
func (l *lookout) sleepers() {
	if !l.bubble || l.asleep || l.idle < yields {
		return
	}
	l.look()
	l.asleep, l.stands = false, false
	for g := range l.snapshot.Wakers(l.self, goroutines.Remote) {
		if l.asleep = g.State == "sleep"; !l.asleep {
			return
		}
	}
	l.stands = l.standing()
}

// durable reports whether the goroutine's state lets the clock of its bubble go on.
func durable(g *goroutines.Goroutine) bool {
	switch g.State {
	case "sleep", "sync.Cond.Wait", "chan receive (nil chan)", "chan send (nil chan)", "select (no cases)",
		"coroutine", "synctest.Run", "synctest.Wait":
		return true
	}
	return g.Durable
}

// short returns a place as reports have it.
func (l *lookout) short(at place) string {
	if at.file == "" {
		return "an unknown place"
	}
	return fmt.Sprintf("%s:%d", protocol.Shorten(at.file, l.folder), at.line)
}
