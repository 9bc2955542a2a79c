package decide

// A RoundRobin gives the turns to the threads in the order of their numbers, one each, and lets no timer fire
// early. It is what a schedule goes on by that has had too many turns: a loop that waits for another thread ends,
// and one that still goes on waits for nobody.
type RoundRobin struct {
	cases int
}

// Decide implements [Decider].
//
//go:norace
func (r *RoundRobin) Decide(d *Decision) int {
	if d.Kind == Case {
		r.cases++
		return r.cases % len(d.Options)
	}
	return d.next()
}
