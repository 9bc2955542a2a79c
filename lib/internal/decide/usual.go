package decide

// patience is how many turns in a row a thread has by default while others could go on, and how many times in a
// row a select statement takes the same case: who waits in a loop for another thread would never let it go on.
const patience = 100

// A usual knows the default choice, from which delays and departures are counted: the thread that had the last
// turn goes on; where it cannot, or offers its turn, the next one by number; the first ready case.
//
// It knows decisions only, not what was chosen: so a recorded trace tells the same defaults as its schedule did.
type usual struct {
	thread int    // who had the last turn
	turns  int    // how many in a row
	site   string // the last select statement
	cases  int    // how many decisions in a row were its own
}

//go:norace
func (u *usual) begin() { *u = usual{} }

// choice returns the index of the default option. It is to be called once for each decision.
//
//go:norace
func (u *usual) choice(d *Decision) int {
	if d.Kind == Case {
		if d.Site != u.site {
			u.site, u.cases = d.Site, 0
		}
		u.cases++
		return (u.cases - 1) / patience % len(d.Options)
	}
	if d.Thread != u.thread {
		u.thread, u.turns = d.Thread, 0
	}
	u.turns++
	if d.Current < 0 {
		return d.next()
	}
	if d.yields() || u.turns > patience {
		u.turns = 0
		return d.next()
	}
	return d.Current
}

// delayed returns the index of the option that costs that many delays where the given one is the default: those
// that follow it in turn. The timer is the second one to be had, however many threads there are, for it is no
// thread that waits for its turn.
//
//go:norace
func (d *Decision) delayed(usual, delays int) int {
	threads := d.threads()
	if threads < len(d.Options) {
		at := min(2, threads) // delays that the timer costs
		if delays == at {
			return threads
		}
		if delays > at {
			delays--
		}
	}
	return (usual + delays) % threads
}
