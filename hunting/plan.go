package hunting

import (
	"slices"

	"github.com/orchtest/orchtest/lib/protocol"
)

// How many schedules a process is asked for: the second one of a test few, and each time more.
const (
	firstBatch = 16
	mostBatch  = 8192
	growth     = 4
)

// A Plan shares out the schedules of one test to processes, so that none is run twice. Schedules have the numbers
// from 0; each is determined by its number, the seed, and the length of the first one, but for those of the
// delay-bounded search, which are the next ones of a single search. It is not for several goroutines at once.
type Plan struct {
	strategies []string
	limit      int // schedules that have a number below it are to be run
	length     int // decisions in the first schedule
	first      int // whether that was run: unasked, asked or known
	lanes      []*lane
	next       int // the lane that is asked first
	alone      bool
	stopped    bool
}

// States of the first schedule, whose length the others need to know.
const (
	unasked = iota
	asked
	known
)

// A lane has the schedules of the numbers first, first+stride, …
type lane struct {
	first, stride int
	todo          []span // of indexes in the lane, in order; the last one has no end
	size          int    // how many the next process is asked for

	search bool // one process at a time, which goes on where the one before has stopped
	busy   bool
	over   bool   // the search has run out of schedules
	delay  string // where it goes on
}

// A span are the indexes from, from+1, … before to.
type span struct{ from, to int }

const endless = int(^uint(0) >> 2)

// NewPlan returns a plan to run so many schedules by strategies that take turns. If several processes may run at
// once for the test, each strategy has a lane of its own.
func NewPlan(strategies []string, schedules int, several bool) *Plan {
	p := &Plan{strategies: strategies, limit: schedules}
	if !several {
		p.lanes = []*lane{newLane(0, 1, true)}
		return p
	}
	for i, name := range strategies {
		p.lanes = append(p.lanes, newLane(i, len(strategies), searches([]string{name})))
	}
	return p
}

func newLane(first, stride int, search bool) *lane {
	return &lane{first: first, stride: stride, todo: []span{{0, endless}}, size: firstBatch, search: search}
}

// A Part are schedules that a process is to run. It is given back by [Plan.Done].
type Part struct {
	First, Count, Stride int
	Length               int    // decisions that are expected in each; 0 is not known
	Delay                string // where the delay-bounded search goes on
	Alone                bool   // it is one schedule, since those before it change what it does

	lane *lane
	span span
}

// Request puts what it says into a request.
func (p Part) Request(r protocol.HuntRequest) protocol.HuntRequest {
	r.First, r.Count, r.Stride, r.Length, r.Delay = p.First, p.Count, p.Stride, p.Length, p.Delay
	return r
}

// Next returns what the next process is to run, and false if there is nothing at the moment.
func (p *Plan) Next() (Part, bool) {
	if p.stopped || p.first == asked {
		return Part{}, false
	}
	for range p.lanes {
		l := p.lanes[p.next]
		if p.first == known {
			p.next = (p.next + 1) % len(p.lanes)
		}
		if part, ok := p.take(l); ok {
			return part, true
		}
	}
	return Part{}, false
}

// take returns the next part of a lane.
func (p *Plan) take(l *lane) (Part, bool) {
	if l.over || (l.search && l.busy) {
		return Part{}, false
	}
	s := l.todo[0]
	count := min(l.size, min(s.to, l.below(p.limit))-s.from)
	if count <= 0 {
		return Part{}, false
	}
	if p.alone {
		count = 1
	}
	if p.first == unasked {
		p.first, count = asked, 1
	} else {
		l.size = min(l.size*growth, mostBatch)
	}
	l.todo[0].from += count
	if l.todo[0].from == l.todo[0].to {
		l.todo = l.todo[1:]
	}
	l.busy = true
	return Part{
		First: l.first + s.from*l.stride, Count: count, Stride: l.stride, Length: p.length, Delay: l.delay, Alone: p.alone,
		lane: l, span: span{s.from, s.from + count},
	}, true
}

// below returns the index in the lane that the first number from limit on has.
func (l *lane) below(limit int) int {
	if limit <= l.first {
		return 0
	}
	return (limit - l.first + l.stride - 1) / l.stride
}

// Left reports whether there are schedules to be run, beside those that processes have.
func (p *Plan) Left() bool {
	if p.stopped {
		return false
	}
	return slices.ContainsFunc(p.lanes, func(l *lane) bool { return !l.over && l.todo[0].from < l.below(p.limit) })
}

// Done takes a part back. What the process has not run of it is run by a later one.
func (p *Plan) Done(part Part, t Tally) {
	l := part.lane
	l.busy = false
	if p.first == asked {
		p.first = unasked
		if t.Ran > 0 {
			p.first, p.length = known, t.Longest
		}
	}
	if t.Delay != "" {
		l.delay = t.Delay
	}
	// Where strategies take turns, the process goes on at random in place of a search that is over.
	l.over = l.over || (t.Exhausted || t.Done && t.Ran < part.Count && l.search) && len(p.strategies) == 1
	if rest := (span{part.span.from + t.Ran, part.span.to}); rest.from < rest.to {
		l.giveBack(rest)
	}
}

// giveBack puts a span among those that are still to be run.
func (l *lane) giveBack(s span) {
	at := 0
	for at < len(l.todo) && l.todo[at].from < s.from {
		at++
	}
	if at < len(l.todo) && l.todo[at].from == s.to {
		l.todo[at].from = s.from
		return
	}
	l.todo = append(l.todo[:at], append([]span{s}, l.todo[at:]...)...)
}

// Alone has each further schedule run in a process of its own.
func (p *Plan) Alone() { p.alone = true }

// Stop ends the plan: there is nothing more to be run.
func (p *Plan) Stop() { p.stopped = true }

// Stopped reports whether the plan was ended.
func (p *Plan) Stopped() bool { return p.stopped }

// Raise has the schedules run with numbers below limit.
func (p *Plan) Raise(limit int) { p.limit = max(p.limit, limit) }

// Limit is how many schedules are to be run.
func (p *Plan) Limit() int { return p.limit }

// Over reports whether every strategy has run out of schedules.
func (p *Plan) Over() bool {
	for _, l := range p.lanes {
		if !l.over {
			return false
		}
	}
	return true
}
