package decide

import "slices"

// A Shrinker simplifies a trace: it leaves departures from the usual choices out, as long as the schedule fails.
// It proposes; who runs the proposals, by a [Lenient], tells what became of each.
//
//	for t := s.Next(); t != nil; t = s.Next() {
//		s.Told(run(t))
//	}
//
// First it leaves out all departures, then halves of them, quarters, … and at last each single one (Zeller,
// Hildebrandt: "Simplifying and isolating failure-inducing input", 2002), and does so first with preemptions alone.
type Shrinker struct {
	best       *Trace
	departures []departure // of the best trace
	all        bool        // leave out others than preemptions, too
	parts      []int       // indexes of the departures that may be left out
	chunk      int         // how many of them at once
	from       int         // the first of them
	since      int         // how many proposals in a row were of no use
}

// NewShrinker returns a Shrinker for a trace whose schedule fails.
func NewShrinker(t *Trace) *Shrinker {
	s := &Shrinker{}
	s.take(t)
	s.chunk = len(s.parts)
	return s
}

// Best returns the simplest trace known that fails.
func (s *Shrinker) Best() *Trace { return s.best }

// Preemptions returns how often a thread of the best trace loses its turn though it could go on.
func (s *Shrinker) Preemptions() int {
	n := 0
	for _, d := range s.departures {
		if d.preempt {
			n++
		}
	}
	return n
}

// Departures returns how many choices of the best trace are not the usual ones.
func (s *Shrinker) Departures() int { return len(s.departures) }

// take makes a trace the best one.
func (s *Shrinker) take(t *Trace) {
	s.best, s.departures = t, t.departures()
	s.parts = s.parts[:0]
	for i, d := range s.departures {
		if d.preempt || s.all {
			s.parts = append(s.parts, i)
		}
	}
}

// Next returns a trace to be run, or nil if none is left.
func (s *Shrinker) Next() *Trace {
	for !s.proposes() {
		if s.chunk > 1 {
			s.chunk = (s.chunk + 1) / 2
		} else if !s.all {
			s.all = true
			s.take(s.best)
			s.chunk = len(s.parts)
		} else {
			return nil
		}
		s.from, s.since = 0, 0
	}
	t := &Trace{Header: s.best.Header, Decisions: slices.Clone(s.best.Decisions)}
	var usual usual
	left := s.parts[s.from:min(s.from+s.chunk, len(s.parts))]
	for i := range t.Decisions {
		d := &t.Decisions[i]
		choice := usual.choice(&d.Decision)
		if slices.ContainsFunc(left, func(part int) bool { return s.departures[part].at == i }) {
			d.Choice = choice
		}
	}
	return t
}

// proposes tells whether there is something to be proposed of this size.
func (s *Shrinker) proposes() bool {
	s.chunk = min(s.chunk, len(s.parts))
	return s.chunk > 0 && s.since*s.chunk < len(s.parts)
}

// Told takes what became of the proposal: whether its schedule failed, in the same way, and what was recorded of
// it. The next proposal is made from that.
func (s *Shrinker) Told(fails bool, recorded *Trace) {
	if fails && simpler(recorded.departures(), s.departures) {
		s.take(recorded)
		s.since = 0
	} else {
		s.since++
		s.from += s.chunk
	}
	if s.from >= len(s.parts) {
		s.from = 0
	}
}

// simpler tells whether a has fewer preemptions than b, or as many and fewer departures.
func simpler(a, b []departure) bool {
	count := func(all []departure) (n int) {
		for _, d := range all {
			if d.preempt {
				n++
			}
		}
		return n
	}
	if x, y := count(a), count(b); x != y {
		return x < y
	}
	return len(a) < len(b)
}
