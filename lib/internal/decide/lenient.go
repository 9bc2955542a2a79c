package decide

// A departure is a choice other than the usual one. What comes before it is told by what the thread did that had
// the last turn, not by the number of the decision: so it still means the same when another departure is left out.
type departure struct {
	kind    Kind
	thread  int    // who had the last turn
	site    string // where it stands; "" if it cannot go on
	nth     int    // how many decisions like this there were so far, with this one
	number  int    // of the option that was chosen
	at      int    // the number of the decision, in the trace
	preempt bool   // the thread would have gone on
}

// here returns where the thread stands that had the last turn.
//
//go:norace
func (d *Decision) here() string {
	if d.Kind == Case {
		return d.Site
	}
	if d.Current < 0 {
		return ""
	}
	return d.Options[d.Current].Site
}

// departures returns those of a trace, in order.
func (t *Trace) departures() []departure {
	type place struct {
		kind   Kind
		thread int
		site   string
	}
	var found []departure
	var usual usual
	passed := map[place]int{}
	for i := range t.Decisions {
		d := &t.Decisions[i]
		p := place{d.Kind, d.Thread, d.here()}
		passed[p]++
		if choice := usual.choice(&d.Decision); choice != d.Choice {
			found = append(found, departure{
				p.kind, p.thread, p.site, passed[p], d.Options[d.Choice].Number, i,
				d.Kind == Turn && d.Current >= 0 && choice == d.Current,
			})
		}
	}
	return found
}

// A Lenient makes the departures of a trace as far as they can be made, and else the usual choices.
type Lenient struct {
	departures []departure
	passed     []int // by departure: how many decisions like it there were
	usual      usual
}

// NewLenient returns a decider that follows a trace, from its begin.
func NewLenient(t *Trace) *Lenient {
	departures := t.departures()
	return &Lenient{departures: departures, passed: make([]int, len(departures))}
}

// Decide implements [Decider].
//
//go:norace
func (l *Lenient) Decide(d *Decision) int {
	choice := l.usual.choice(d)
	here := d.here()
	for i := range l.departures {
		p := &l.departures[i]
		if p.kind != d.Kind || p.thread != d.Thread || p.site != here {
			continue
		}
		l.passed[i]++
		if l.passed[i] != p.nth {
			continue
		}
		for k := range d.Options {
			if d.Options[k].Number == p.number {
				choice = k
				break
			}
		}
	}
	return choice
}
