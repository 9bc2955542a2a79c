package decide

import "slices"

// maxAlone is how many schedules with a single departure a [Shrinker] proposes.
const maxAlone = 256

// A Shrinker simplifies a trace: it leaves departures from the usual choices out, as long as the schedule fails.
// It proposes; who runs the proposals, by a [Lenient], tells what became of each.
//
//	for t := s.Next(); t != nil; t = s.Next() {
//		s.Told(run(t))
//	}
//
// The first proposal has no departure, the next ones have a single one each. Then it leaves out half of the
// departures, quarters, … and each one (Zeller, Hildebrandt: "Simplifying and isolating failure-inducing input",
// 2002), first of the preemptions and then of all. That is a round, and as long as one finds anything there is another one. Where
// more than one departure is left, the last proposals have a single one again, anywhere.
type Shrinker struct {
	best       *Trace
	usual      *Trace      // of the schedule without any departure; nil if it is not known
	departures []departure // of the best trace
	alone      []edit      // departures that are still to be proposed alone
	last       bool        // these are the last ones
	round      *Trace      // what was the best one when the round began
	all        bool        // leave out others than preemptions, too
	parts      []int       // indexes of the departures that may be left out
	chunk      int         // how many of them at once
	from       int         // the first of them
	since      int         // how many proposals in a row were of no use
}

// An edit makes a choice at a decision of a trace, and else the usual ones.
type edit struct {
	of         *Trace
	at, choice int // at is -1 for no choice at all
}

// NewShrinker returns a Shrinker for a trace whose schedule fails.
func NewShrinker(t *Trace) *Shrinker {
	s := &Shrinker{}
	s.take(t)
	s.begin()
	if len(s.departures) > 0 {
		s.alone = append([]edit{{t, -1, 0}}, s.alone...)
	}
	return s
}

// begin begins a round, with what is the best trace by now.
func (s *Shrinker) begin() {
	s.round, s.all, s.last = s.best, false, false
	s.take(s.best)
	s.chunk, s.from, s.since = len(s.parts), 0, 0
	s.alone = s.single()
}

// single returns the departures of the trace, and then others at the same decisions, the last ones first: what
// fails needs what was done before, which is the usual then.
func (s *Shrinker) single() []edit {
	var own, other []edit
	for _, p := range slices.Backward(s.departures) {
		own = append(own, edit{s.best, p.at, s.best.Decisions[p.at].Choice})
		other = append(other, s.best.others(p.at)...)
	}
	return evenly(append(own, other...))
}

// anywhere returns a departure to each option of each decision of the usual schedule, where the best one has more
// than one.
func (s *Shrinker) anywhere() []edit {
	var all []edit
	if len(s.departures) > 1 && s.usual != nil {
		for at := range s.usual.Decisions {
			all = append(all, s.usual.others(at)...)
		}
	}
	return evenly(all)
}

// others returns departures that the trace does not have.
func (t *Trace) others(at int) (edits []edit) {
	d := t.Decisions[at]
	for choice, o := range d.Options {
		if choice != d.Choice && o.Number != Timer {
			edits = append(edits, edit{t, at, choice})
		}
	}
	return edits
}

// evenly leaves some of the edits out if there are very many.
func evenly(edits []edit) []edit {
	kept := edits[:0]
	for i, e := range edits {
		if len(edits) <= maxAlone || i*maxAlone/len(edits) != (i-1)*maxAlone/len(edits) {
			kept = append(kept, e)
		}
	}
	return kept
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
	if len(s.alone) > 0 {
		return s.alone[0].apply()
	}
	for !s.proposes() {
		if s.chunk > 1 {
			s.chunk = (s.chunk + 1) / 2
		} else if !s.all {
			s.all = true
			s.take(s.best)
			s.chunk = len(s.parts)
		} else if s.round != s.best {
			s.begin() // what could not be left out before may be now
			return s.Next()
		} else if !s.last {
			s.last = true
			s.alone = s.anywhere()
			return s.Next()
		} else {
			return nil
		}
		s.from, s.since = 0, 0
	}
	left := s.parts[s.from:min(s.from+s.chunk, len(s.parts))]
	return s.best.edited(func(at, usual int) int {
		if slices.ContainsFunc(left, func(part int) bool { return s.departures[part].at == at }) {
			return usual
		}
		return s.best.Decisions[at].Choice
	})
}

// apply returns the trace of an edit.
func (e edit) apply() *Trace {
	return e.of.edited(func(at, usual int) int {
		if at == e.at {
			return e.choice
		}
		return usual
	})
}

// edited returns the trace with other choices.
func (t *Trace) edited(choice func(at, usual int) int) *Trace {
	t = &Trace{Header: t.Header, Decisions: slices.Clone(t.Decisions)}
	var usual usual
	for i := range t.Decisions {
		d := &t.Decisions[i]
		d.Choice = choice(i, usual.choice(&d.Decision))
	}
	return t
}

// proposes tells whether there is something to be proposed of this size.
func (s *Shrinker) proposes() bool {
	s.chunk = min(s.chunk, len(s.parts))
	return s.chunk > 0 && s.since*s.chunk < len(s.parts)
}

// Told takes what became of the proposal: whether its schedule failed, in the same way, and what was recorded of
// it, if that is known; it has to be if it failed.
func (s *Shrinker) Told(fails bool, recorded *Trace) {
	better := fails && simpler(recorded.departures(), s.departures)
	switch {
	case better:
		s.take(recorded)
		s.since = 0
	case len(s.alone) == 0:
		s.since++
		s.from += s.chunk
	}
	if s.from >= len(s.parts) {
		s.from = 0
	}
	if len(s.alone) == 0 {
		return
	}
	if s.alone[0].at < 0 {
		s.usual = recorded
	}
	if s.alone = s.alone[1:]; better {
		s.alone = nil
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
