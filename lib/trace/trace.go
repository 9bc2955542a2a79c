// Package trace reads and simplifies the traces of hunted schedules, for wrappers. A trace is a text: a header,
// and a line for each decision that was made.
package trace

import "github.com/orchtest/orchtest/lib/internal/decide"

// A Header says where a trace comes from.
type Header = decide.Header

// ReadHeader returns the header of a trace. Errors name the line.
func ReadHeader(text string) (Header, error) {
	t, err := decide.ParseTrace(text)
	if err != nil {
		return Header{}, err
	}
	return t.Header, nil
}

// A Shrinker simplifies a trace: it proposes others, with fewer choices that are not the usual ones, as long as
// their schedules fail.
type Shrinker struct{ of *decide.Shrinker }

// NewShrinker returns a Shrinker for the trace of a schedule that fails.
func NewShrinker(text string) (*Shrinker, error) {
	t, err := decide.ParseTrace(text)
	if err != nil {
		return nil, err
	}
	return &Shrinker{decide.NewShrinker(t)}, nil
}

// Next returns a trace to be run, as a lenient replay; false if none is left. It may be asked for once and then
// waits for what Told says.
func (s *Shrinker) Next() (text string, ok bool) {
	t := s.of.Next()
	if t == nil {
		return "", false
	}
	return t.String(), true
}

// Told takes what became of the trace that Next returned: whether its schedule failed, by the same finding, and the
// trace that was recorded of it, or "" if there is none.
func (s *Shrinker) Told(fails bool, recorded string) error {
	if recorded == "" {
		s.of.Told(false, nil)
		return nil
	}
	t, err := decide.ParseTrace(recorded)
	if err != nil {
		return err
	}
	s.of.Told(fails, t)
	return nil
}

// Best returns the simplest trace known whose schedule fails.
func (s *Shrinker) Best() string { return s.of.Best().String() }

// Preemptions returns how often a thread of the best trace loses its turn though it could go on.
func (s *Shrinker) Preemptions() int { return s.of.Preemptions() }

// Departures returns how many choices of the best trace are not the usual ones: preemptions, and choices among
// threads, ready cases and timers where no thread could have gone on, or was to.
func (s *Shrinker) Departures() int { return s.of.Departures() }
