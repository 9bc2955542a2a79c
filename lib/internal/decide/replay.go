package decide

import (
	"fmt"
	"strings"
)

// A Replay makes the decisions of a trace. It stops the schedule at the first one that is not as recorded.
type Replay struct {
	trace    *Trace
	at       int
	diverged Divergence
}

// NewReplay returns a decider that follows a trace, from its begin.
func NewReplay(t *Trace) *Replay { return &Replay{trace: t} }

// Decide implements [Decider].
//
//go:norace
func (r *Replay) Decide(d *Decision) int {
	if r.diverged.Is {
		return -1
	}
	if r.at < len(r.trace.Decisions) {
		if want := &r.trace.Decisions[r.at]; same(&want.Decision, d) {
			r.at++
			return want.Choice
		}
	}
	r.diverge()
	r.diverged.Came = true
	r.diverged.Got = *d
	r.diverged.Got.Options = grown(d.Options[:len(d.Options):len(d.Options)], 1)
	return -1
}

// End tells that the schedule has ended.
//
//go:norace
func (r *Replay) End() {
	if !r.diverged.Is && r.at < len(r.trace.Decisions) {
		r.diverge()
	}
}

//go:norace
func (r *Replay) diverge() {
	r.diverged.Is, r.diverged.At, r.diverged.Of = true, r.at, len(r.trace.Decisions)
	if r.at < len(r.trace.Decisions) {
		r.diverged.Want = r.trace.Decisions[r.at].Decision
	}
}

// Diverged returns where the schedule was not as recorded.
func (r *Replay) Diverged() Divergence { return r.diverged }

// same tells whether a decision is as recorded.
//
//go:norace
func same(a, b *Decision) bool {
	if a.Kind != b.Kind || a.Site != b.Site || a.Thread != b.Thread || len(a.Options) != len(b.Options) {
		return false
	}
	for i := range a.Options {
		if a.Options[i] != b.Options[i] {
			return false
		}
	}
	return true
}

// A Divergence is where a schedule was not as recorded.
type Divergence struct {
	Is   bool
	At   int      // the number of the decision, from 0
	Of   int      // how many were recorded
	Want Decision // unless At is Of
	Got  Decision
	Came bool // there was another decision; else the schedule had ended
}

// String says it in words.
func (d Divergence) String() string {
	if !d.Is {
		return "as recorded"
	}
	want, got := "the end of the trace", "the end of the schedule"
	if d.At < d.Of {
		want = d.Want.String()
	}
	if d.Came {
		got = d.Got.String()
	}
	return fmt.Sprintf("decision %d of %d: expected %s; came %s", d.At+1, d.Of, want, got)
}

// String says in words what is to be decided.
func (d *Decision) String() string {
	text := fmt.Sprintf("a turn after that of thread %d:", d.Thread)
	if d.Thread < 0 {
		text = "the first turn:"
	}
	if d.Kind == Case {
		text = fmt.Sprintf("a case for thread %d at %s:", d.Thread, spoken(d.Site))
	}
	for i, o := range d.Options {
		if i > 0 {
			text += ","
		}
		switch {
		case d.Kind == Case:
			text += fmt.Sprintf(" %d", o.Number)
		case o.Number == Timer:
			text += " timer"
		default:
			text += fmt.Sprintf(" thread %d", o.Number)
		}
		if o.Site != "" {
			text += " at " + spoken(o.Site)
		}
	}
	return text
}

// spoken returns a site as it is shown.
func spoken(site string) string { return strings.ReplaceAll(site, "\t", " ") }
