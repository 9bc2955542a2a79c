package hunt

import "testing"

// Begin begins a schedule of the test if it is the one that is hunted. The schedule ends after the last of the
// test's cleanup functions.
func Begin(t *testing.T) {
	h := theHunter
	if h == nil || hunting() || t.Name() != h.request.Test {
		return
	}
	var s *schedule
	if !h.over() {
		s = h.next(t)
	}
	if h.over() {
		t.SkipNow() // what is left of -test.count would not be hunted
	}
	if s == nil {
		return
	}
	t.Cleanup(s.end)
	s.main = s.add("", -1)
	running.Store(s)
	go s.oversee()
	s.main.Await()
}

// Run is t.Run(name, f): the subtest's goroutine is a thread.
func Run(site string, t *testing.T, name string, f func(*testing.T)) bool {
	th := point(site)
	if th == nil {
		return t.Run(name, f)
	}
	sub := th.s.add(site, th.id)
	begun := false
	passed := t.Run(name, func(t *testing.T) {
		begun = true
		t.Cleanup(sub.depart)
		sub.Await()
		f(t)
	})
	if !begun {
		sub.cancel()
	}
	th.after()
	return passed
}

// depart is the last of a subtest's cleanup functions. The goroutine goes on in the testing package.
func (th *thread) depart() {
	if panicking() {
		th.s.panics()
	}
	th.Depart()
}

// cancel takes back a thread that will not begin.
//
//go:norace
func (th *thread) cancel() {
	if !th.seen {
		th.s.conductor.Seen()
	}
	th.Lose()
	th.s.drop(th)
}

//go:norace
func (s *schedule) drop(th *thread) {
	s.lockHidden()
	live := s.live[:0]
	for _, other := range s.live {
		if other != th {
			live = push(live, other)
		}
	}
	s.live = live
	s.unlockHidden()
}
