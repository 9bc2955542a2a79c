package goroutines

import "iter"

// A Wake tells whether a goroutine could wake others though none of them wakes it.
type Wake uint8

const (
	// Asleep could not: it is parked itself; or it serves the runtime or the testing package; or it waits for
	// a new connection, which only somebody new can make.
	Asleep Wake = iota
	// Remote could, but not by what happens in the test itself: it belongs to another test.
	Remote
	// Awake could: it runs, or will by itself.
	Awake
)

func (w Wake) String() string {
	switch w {
	case Asleep:
		return "asleep"
	case Remote:
		return "remote"
	default:
		return "awake"
	}
}

// Wakers returns the goroutines that could wake others, as seen from the goroutine of a test or one that it
// started, by id: at least is Awake for a lenient answer, which leaves out those that are Remote, and Remote
// for a strict one. The goroutine that looked is not among them.
//
// With Awake, nobody means that the test is stuck unless somebody from outside comes to its help. With
// Remote, nobody means that all of the process is; timers apart.
func (s *Snapshot) Wakers(test int64, least Wake) iter.Seq[*Goroutine] {
	return func(yield func(*Goroutine) bool) {
		for i := range s.Goroutines {
			if g := &s.Goroutines[i]; i > 0 && s.MayWake(test, g) >= least && !yield(g) {
				return
			}
		}
	}
}

// MayWake tells whether a goroutine could wake others, as seen from the goroutine of a test or one that it
// started, by id.
func (s *Snapshot) MayWake(test int64, g *Goroutine) Wake {
	switch {
	case g.Kind() == Sync || g.serves() || g.accepts():
		return Asleep
	case s.foreign(test, g):
		return Remote
	default:
		return Awake
	}
}

// serves tells whether an active goroutine is one of the standard library's that only listen: to signals, or
// to the profiler or tracer.
func (g *Goroutine) serves() bool {
	switch top, _ := g.top(); top.Function {
	case "os/signal.signal_recv", "os/signal.loop", "runtime.ReadTrace":
		return true
	}
	switch g.bottom().Function {
	case "runtime/pprof.profileWriter":
		return true
	}
	return false
}

// accepts tells whether the goroutine waits for a new connection.
func (g *Goroutine) accepts() bool {
	if g.State != "IO wait" {
		return false
	}
	for f := range g.Frames() {
		if f.Function == "internal/poll.(*FD).Accept" {
			return true
		}
	}
	return false
}

// foreign tells whether g belongs to a test that is not the one that the goroutine test belongs to, nor one
// around that, nor inside it. A goroutine whose origin is not known is not foreign.
func (s *Snapshot) foreign(test int64, g *Goroutine) bool {
	its, own := s.testOf(g.ID), s.testOf(test)
	return its != nil && own != nil && !s.descends(g.ID, own.ID) && !s.descends(test, its.ID)
}

// testOf returns the test's own goroutine that a goroutine comes from, nil if that is not known.
func (s *Snapshot) testOf(id int64) *Goroutine {
	for g := range s.line(id) {
		if g.isTest() {
			return g
		}
	}
	return nil
}

// descends tells whether a goroutine is, or comes from, an other one.
func (s *Snapshot) descends(id, from int64) bool {
	for g := range s.line(id) {
		if g.ID == from {
			return true
		}
	}
	return false
}

// line returns a goroutine, the one that started it, and so on as long as they are still there.
func (s *Snapshot) line(id int64) iter.Seq[*Goroutine] {
	return func(yield func(*Goroutine) bool) {
		for range s.Goroutines { // a limit, should the text be no real one
			g := s.Goroutine(id)
			if g == nil || !yield(g) {
				return
			}
			id = g.Parent
		}
	}
}

// isTest tells whether the goroutine is a test's own.
func (g *Goroutine) isTest() bool {
	if g.bottom().Function != "testing.tRunner" {
		return false
	}
	switch packageOf(g.Creator().Function) {
	case "testing", "testing/synctest":
		return true
	}
	return false
}
