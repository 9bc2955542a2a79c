// Package traces makes the traces of schedules simpler, and has a search go on. It is for who runs schedules: the orchtest
// command.
package traces

import "github.com/orchtest/orchtest/lib/internal/decide"

// A Simplifier proposes simpler schedules than one that fails. Each proposal is a trace, to be replayed leniently.
//
//	for trace, ok := s.Next(); ok; trace, ok = s.Next() {
//		fails, recorded := run(trace)
//		better, err := s.Told(fails, recorded)
//	}
type Simplifier struct{ shrinker *decide.Shrinker }

// NewSimplifier returns one for the trace of a schedule that fails.
func NewSimplifier(trace string) (*Simplifier, error) {
	t, err := decide.ParseTrace(trace)
	if err != nil {
		return nil, err
	}
	return &Simplifier{decide.NewShrinker(t)}, nil
}

// Test is the name of the test that the trace is of.
func (s *Simplifier) Test() string { return s.shrinker.Best().Header.Test }

// Schedule is the number of the schedule that the trace is of.
func (s *Simplifier) Schedule() int { return s.shrinker.Best().Header.Schedule }

// Strategy is the one that has decided the schedule that the trace is of; "" where the trace does not tell.
func (s *Simplifier) Strategy() string { return s.shrinker.Best().Header.Strategy }

// Seed is that of the schedule that the trace is of.
func (s *Simplifier) Seed() uint64 { return s.shrinker.Best().Header.Seed }

// Next returns the next proposal; false if there is none.
func (s *Simplifier) Next() (trace string, ok bool) {
	t := s.shrinker.Next()
	if t == nil {
		return "", false
	}
	return t.String(), true
}

// Told takes what became of the proposal: whether its schedule failed in the same way, and the trace that was recorded of
// it, which may be "" if it did not fail. It reports whether that is the simplest so far.
func (s *Simplifier) Told(fails bool, recorded string) (better bool, err error) {
	if !fails && recorded == "" {
		s.shrinker.Told(false, nil)
		return false, nil
	}
	t, err := decide.ParseTrace(recorded)
	if err != nil {
		s.shrinker.Told(false, nil)
		return false, err
	}
	s.shrinker.Told(fails, t)
	return s.shrinker.Best() == t, nil
}

// Preemptions is how often a thread of the simplest trace loses its turn though it could go on.
func (s *Simplifier) Preemptions() int { return s.shrinker.Preemptions() }

// Skip takes the state of a delay-bounded search, "" where it begins, and returns that behind its next schedule, of which
// nobody knows what became: what would follow from that is left out. more is false if no other schedule is left.
func Skip(state string) (next string, more bool, err error) {
	d, err := decide.NewDelay(state)
	if err != nil {
		return "", false, err
	}
	if d.Begin(0) {
		d.End()
	}
	return d.State(), d.Begin(0), nil
}
