package hunt

import (
	"time"

	"github.com/orchtest/orchtest/lib/internal/decide"
	"github.com/orchtest/orchtest/lib/internal/race"
)

// clockIsDue reports whether the time of a timer has come.
//
//go:norace
func (s *schedule) clockIsDue() bool {
	next, ok := s.clock.Next()
	return ok && next.In == 0
}

// offerTimer adds the option to let the next timer fire before its time, if it is one that may.
//
//go:norace
func (s *schedule) offerTimer(d *decide.Decision) {
	if next, ok := s.clock.Next(); ok && next.Early {
		d.Options = push(d.Options, decide.Option{Number: decide.Timer, Site: next.Site})
	}
}

// tick lets time go on by a turn.
//
//go:norace
func (s *schedule) tick() { s.clock.Turn() }

// How often time jumps to a ticker while nothing else goes on, until it is said that nothing does: before the end
// of the test, which may count ticks, and after it.
const (
	manyTicks = 1000
	someTicks = 100
)

// fire lets the next timer fire. It reports false if there is none that anybody waits for. It is the overseer's, who
// calls it where no thread is ready, or where that was decided.
func (s *schedule) fire() bool {
	over := s.isMainOver()
	if over && len(s.living()) == 0 {
		return false
	}
	if s.h.request.RealTime {
		return s.awaitsRealTimer()
	}
	most := manyTicks
	if over {
		most = someTicks
	}
	next, ok := s.clock.Next()
	decided := s.decidedToFire()
	jumps := !decided && next.In > 0
	if !ok || jumps && s.clock.Idle() > most {
		return false
	}
	if jumps && s.worldGoesOn(next.In) {
		return true
	}
	s.noteFired(next.Site, jumps)
	return s.clock.Fire(decided)
}

// decidedToFire reports whether it was a decision that the next timer fires.
//
//go:norace
func (s *schedule) decidedToFire() bool {
	decided := s.fireNext
	s.fireNext = false
	return decided
}

// worldGoesOn waits a moment for what lives in real time: the timer does not fire before that had the time that it would
// have had. That is a goroutine that is no thread, or a thread that sleeps; and, for not as long, a thread that may wait
// for a timer of a package that is not hunted. It reports false where there is none.
func (s *schedule) worldGoesOn(in time.Duration) bool {
	l := &s.lookout
	since := l.fired
	if started := s.clock.Started(); started.After(since) {
		since = started
	}
	had := time.Since(since)
	if had >= in {
		return false
	}
	if s.quiet() {
		return false
	}
	pause := min(longNap, in)
	snapshot := s.h.looker.Look()
	l.others = s.harmless(snapshot)
	switch {
	case s.awake(snapshot) != nil, s.restless(snapshot) != nil:
	case had < unseen && l.held < patience && s.waitsForTimer(snapshot):
		l.held += pause
	default:
		return false
	}
	time.Sleep(pause)
	return true
}

// noteFired is for the overseer, who has the baton.
//
//go:norace
func (s *schedule) noteFired(site string, jumps bool) {
	race.Disable()
	if jumps {
		s.jumps++
	}
	s.turns = push(s.turns, turn{thread: decide.Timer, from: site})
	s.lookout.fired = time.Now()
	race.Enable()
}

// expect takes note of a real timer that may wake a thread: what waits for it cannot be seen.
//
//go:norace
func (s *schedule) expect(d time.Duration) {
	race.Disable()
	s.expected = max(s.expected, time.Since(s.began)+min(d, maxExpected))
	race.Enable()
}

const (
	maxExpected = 100 * 365 * 24 * time.Hour
	late        = 100 * time.Millisecond // by which a real timer may come
)

// awaitsRealTimer waits a moment where a real timer may still fire.
func (s *schedule) awaitsRealTimer() bool {
	if time.Since(s.began) > s.expectedAt()+late {
		return false
	}
	if s.still() > patience {
		s.inconclusive("it has waited for longer than " + patience.String() + ", and a timer may still fire")
		return false
	}
	time.Sleep(longNap)
	return true
}

//go:norace
func (s *schedule) expectedAt() time.Duration { return s.expected }
