package decide

import "math"

// A PCT runs the thread of the highest priority. Threads have random ones when they are first seen, and at depth-1
// random decisions of a schedule the one that would go on gets a priority below all others (Burckhardt, Kothari,
// Musuvathi, Nagarakatti: "A randomized scheduler with probabilistic guarantees of finding bugs", 2010): of n
// threads and k decisions, a bug that depth orderings are enough for is met with a probability of at least
// 1/(n·k^(depth-1)).
//
// What the paper leaves open: the next timer has a priority like a thread, a new one some time after it fired; a
// ready case is drawn; a thread that offers its turn, or that had very many in a row, gets a priority below all
// that there were, so that it does not wait for ever for what others are to do.
type PCT struct {
	// Length is how many decisions a schedule is expected to have. It may be changed between schedules.
	Length int

	seed       uint64
	rng        rng
	changes    []int   // numbers of decisions
	priorities []int64 // by the thread's number; 0 is not drawn yet
	timer      int64
	rests      bool  // the timer has fired: it has the lowest priority for a while
	lowest     int64 // the lowest priority of all
	made       int   // decisions about turns
	last       int   // who had the last turn
	turns      int   // how many in a row
	guard      int   // after how many of these it is enough
}

// NewPCT returns a strategy for bugs of a depth of 1 or more.
func NewPCT(seed uint64, depth, length int) *PCT {
	return &PCT{Length: length, seed: seed, changes: make([]int, max(depth, 1)-1)}
}

// rest is for how many decisions the timer rests on average.
const rest = 8

// guards are drawn from: most loops that wait do so for a few turns, but some bugs need a thread to go on alone.
var guards = [...]int{1_000_000, 10_000, 1_000, 1_000, 100, 100, 100, 100}

// Begin implements [Strategy].
//
//go:norace
func (p *PCT) Begin(schedule int) bool {
	p.rng = stream(p.seed, schedule)
	for i := range p.changes {
		p.changes[i] = p.rng.below(max(p.Length, 1))
	}
	for i := range p.priorities {
		p.priorities[i] = 0
	}
	p.guard = guards[p.rng.below(len(guards))]
	p.timer, p.rests, p.lowest, p.made, p.last, p.turns = p.draw(), false, 0, 0, Timer, 0
	return true
}

// draw returns the priority of a thread: above those of the changes, which are from 1 to depth-1.
//
//go:norace
func (p *PCT) draw() int64 { return int64(len(p.changes)) + 1 + int64(p.rng.next()>>2) }

// Decide implements [Decider].
//
//go:norace
func (p *PCT) Decide(d *Decision) int {
	if d.Kind == Case {
		return p.rng.below(len(d.Options))
	}
	p.see(d)
	best := p.best(d)
	for i, at := range p.changes {
		if at == p.made {
			*p.of(d.Options[best].Number) = int64(len(p.changes) - i)
			best = p.best(d)
		}
	}
	p.made++
	if d.Options[best].Number == Timer {
		p.rests, p.timer = true, math.MinInt64
	}
	return best
}

// see draws priorities of new threads and lowers that of one that has had enough turns.
//
//go:norace
func (p *PCT) see(d *Decision) {
	for i := range d.Options {
		p.room(d.Options[i].Number)
		if priority := p.of(d.Options[i].Number); *priority == 0 {
			*priority = p.draw()
		}
	}
	if p.rests && p.rng.below(rest) == 0 {
		p.rests, p.timer = false, p.draw()
	}
	if d.Thread != p.last {
		p.last, p.turns = d.Thread, 0
	}
	p.turns++
	if d.Current >= 0 && (d.yields() || p.turns > p.guard) {
		p.lowest--
		*p.of(d.Options[d.Current].Number) = p.lowest
		p.turns = 0
	}
}

//go:norace
func (p *PCT) best(d *Decision) int {
	best := 0
	for i := range d.Options {
		if *p.of(d.Options[i].Number) > *p.of(d.Options[best].Number) {
			best = i
		}
	}
	return best
}

//go:norace
func (p *PCT) of(number int) *int64 {
	if number == Timer {
		return &p.timer
	}
	return &p.priorities[number]
}

// room makes room for a thread.
//
//go:norace
func (p *PCT) room(number int) {
	if have := len(p.priorities); number >= have {
		p.priorities = grown(p.priorities, number+1-have)
		p.priorities = p.priorities[:cap(p.priorities)]
	}
}
