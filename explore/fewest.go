package explore

import (
	"math"
	"math/big"
	"slices"
	"sync"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A Fewest goes through the executions of a call, those with the fewest preemptions first: iterative
// context bounding, M. Musuvathi and S. Qadeer, Iterative Context Bounding for Systematic Testing of
// Multithreaded Programs, PLDI 2007. [NewFewest] makes one.
//
// A preemption is a turn of another thread while the one that had the turn before could go on, and had
// planned turns left. To leave a thread that is blocked or has ended is none. Where no thread blocks and
// each takes the turns that are planned, the order is that of permutations.Fewest, with one worker.
//
// It keeps each turn that a thread could have had and has not: a job, whose preemptions are known before
// it is run, as the turns before are. Each is asked for by a sequence that has no further preemption. It
// keeps as many as can still be run, and a million at most, so the memory is bounded: about 100 bytes for each
// of them, and the turns of the executions that they branch off from.
type Fewest struct {
	space Space
	limit int

	mu         sync.Mutex
	changed    sync.Cond
	todo       []chances   // by preemptions
	waiting    int         // how many these are
	dearest    int         // the most preemptions that there may be a job for
	worst      *chance     // the last with these that there may be a job for, if that is known
	edge       *Job        // the first one of a shard, if it is still to be taken
	given      int         // jobs whose executions are this shard's as far as is known, and the serial run if it is
	running    map[int]int // by preemptions, jobs that were given and are not done
	lost       int         // the least preemptions of what will not be run, or could not be found out
	ran        []int       // executions, by their preemptions
	scenarios  int
	infeasible big.Int
	course     course
	left       []int // of add and goOn
}

// A chance is a turn that a thread could have had.
type chance struct {
	turns  []int // of the execution that it branches off from; several share them
	at     int
	thread int
}

// NewFewest returns the strategy, for so many scenarios. The execution is that of the serial run.
func NewFewest(space Space, serial Execution, limit int) *Fewest {
	space.Counts = slices.Clone(space.Counts)
	f := &Fewest{space: space, limit: limit, running: map[int]int{}, lost: math.MaxInt, dearest: math.MaxInt}
	f.changed.L = &f.mu
	switch {
	case space.startsBefore(serial.Sequence) || !serial.known:
		f.add(&Job{space: &f.space}, serial)
	case space.Count().Sign() > 0:
		f.edge = f.space.first()
	}
	return f
}

// Wait implements [Strategy].
func (f *Fewest) Wait() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for !f.has() && len(f.running) > 0 {
		f.changed.Wait()
	}
	return f.has()
}

// has reports whether there is a job.
func (f *Fewest) has() bool { return (f.edge != nil || f.waiting > 0) && f.given < f.limit }

// busy reports whether there is a job, or may be once those that are running are done.
func (f *Fewest) busy() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.has() || len(f.running) > 0
}

// Next implements [Strategy]: it is the job with the fewest preemptions, and of several the first in
// lexicographic order.
func (f *Fewest) Next() *Job {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.has() {
		return nil
	}
	f.given++
	if job := f.edge; job != nil {
		f.edge = nil
		f.running[job.cost]++
		return job
	}
	cost := f.least()
	c := f.todo[cost].pop()
	f.waiting--
	f.running[cost]++
	ask := f.goOn(c)
	if last := f.space.last(); len(last) > c.at && slices.Equal(last[:c.at+1], ask[:c.at+1]) {
		ask = last // it shows all that is before the end of the shard's part
	}
	return &Job{space: &f.space, Prefix: ask[: c.at+1 : c.at+1], Ask: ask, cost: cost}
}

// least returns the fewest preemptions that a chance has. There has to be one.
func (f *Fewest) least() int {
	return slices.IndexFunc(f.todo, func(c chances) bool { return len(c) > 0 })
}

// goOn returns the sequence that begins with the turns of a chance and then lets its thread go on, and each
// other one when it has its first turn.
func (f *Fewest) goOn(c chance) []int {
	left := append(f.left[:0], f.space.Counts...)
	f.left = left
	sequence := make([]int, 0, f.space.turns())
	sequence = append(append(sequence, c.turns[:c.at]...), c.thread)
	for _, thread := range sequence {
		left[thread]--
	}
	give := func(thread int) {
		for ; left[thread] > 0; left[thread]-- {
			sequence = append(sequence, thread)
		}
	}
	give(c.thread)
	for thread := range left {
		give(thread)
	}
	return sequence
}

// Done implements [Strategy].
func (f *Fewest) Done(job *Job, x Execution) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.running[job.cost]--; f.running[job.cost] == 0 {
		delete(f.running, job.cost)
	}
	f.given--
	f.add(job, x)
	f.changed.Broadcast()
}

// add takes what a job executed.
func (f *Fewest) add(job *Job, x Execution) {
	mine := job.Mine(x)
	if mine {
		f.given++
		f.scenarios++
	}
	if !x.known {
		f.lost = min(f.lost, job.cost)
		return
	}
	c := &f.course
	c.load(len(f.space.Counts), x, 0)
	if job.leaves(x) {
		at := f.space.along(c.turns)
		f.chances(x, at+1, true)
		f.space.unready(&f.infeasible, c, 0, at+1)
		return
	}
	cost := f.chances(x, len(c.turns), false)
	if mine {
		for len(f.ran) <= cost {
			f.ran = append(f.ran, 0)
		}
		f.ran[cost]++
	}
	f.space.infeasible(&f.infeasible, c, x.prefix, x.Sequence)
	f.prune()
}

// chances takes note of the turns that threads could have had and have not, up to so many turns of the
// execution that was loaded, and the last of these as well, if it is not to count. It returns the preemptions of
// so many turns.
func (f *Fewest) chances(x Execution, to int, last bool) (cost int) {
	c := &f.course
	turns := slices.Clone(c.turns[:to])
	left := append(f.left[:0], f.space.Counts...)
	f.left = left
	for at, thread := range turns {
		running := c.running(at, left)
		further := func(thread int) int {
			if running >= 0 && running != thread {
				return cost + 1
			}
			return cost
		}
		if at >= x.prefix {
			for other, n := range left {
				taken := other == thread && !(last && at == to-1)
				if !taken && n > 0 && c.ready(at, other) && f.space.allows(other, left) && f.space.overlaps(turns[:at], other) {
					f.push(chance{turns, at, other}, further(other))
				}
			}
		}
		cost = further(thread)
		left[thread]--
	}
	return cost
}

// push adds a chance of so many preemptions, unless there are enough that come before it.
func (f *Fewest) push(c chance, cost int) {
	if cost > f.dearest || cost == f.dearest && f.worst != nil && c.compare(*f.worst) > 0 {
		f.lost = min(f.lost, cost)
		return
	}
	for len(f.todo) <= cost {
		f.todo = append(f.todo, nil)
	}
	f.todo[cost].push(c)
	f.waiting++
}

// maxChances is how many jobs a Fewest keeps, however many may still be run: some 200 MB.
const maxChances = 1 << 20

// prune drops what cannot be run within the limit.
func (f *Fewest) prune() {
	most := min(max(f.limit-f.given, 0), maxChances)
	if f.space.part != nil {
		most++ // the one that goes along the end of the part may be another shard's, and not count
	}
	last := len(f.todo) - 1
	for ; last >= 0 && f.waiting-len(f.todo[last]) >= most; last-- {
		f.drop(last, 0)
		f.todo = f.todo[:last]
		f.dearest, f.worst = last-1, nil
	}
	if f.waiting > 2*most+1000 {
		slices.SortFunc(f.todo[last], chance.compare) // which leaves it a heap
		keep := len(f.todo[last]) - (f.waiting - most)
		f.drop(last, keep)
		worst := f.todo[last][keep-1]
		f.dearest, f.worst = last, &worst
	}
}

// drop drops the chances of so many preemptions, but for the first ones.
func (f *Fewest) drop(cost, keep int) {
	c := f.todo[cost]
	if len(c) > keep {
		f.lost = min(f.lost, cost)
	}
	f.waiting -= len(c) - keep
	clear(c[keep:])
	f.todo[cost] = c[:keep]
}

// Below lets it give no further job with so many preemptions or more.
func (f *Fewest) Below(preemptions int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for last := len(f.todo) - 1; last >= preemptions; last-- {
		f.drop(last, 0)
		f.todo = f.todo[:last]
	}
	if f.dearest >= preemptions {
		f.dearest, f.worst = preemptions-1, nil
	}
	f.changed.Broadcast()
}

// Open returns the fewest preemptions that an execution may have which was not run; math.MaxInt if all were.
func (f *Fewest) Open() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.open()
}

func (f *Fewest) open() int {
	open := f.lost
	if f.edge != nil {
		open = 0
	}
	if f.waiting > 0 {
		open = min(open, f.least())
	}
	for cost := range f.running {
		open = min(open, cost)
	}
	return open
}

// Progress implements [Strategy].
func (f *Fewest) Progress() Progress {
	f.mu.Lock()
	defer f.mu.Unlock()
	open := f.open()
	complete := &protocol.Complete{Preemptions: min(open, len(f.ran)) - 1}
	for _, n := range f.ran[:complete.Preemptions+1] {
		complete.Executions += n
	}
	if f.space.part != nil {
		complete.Levels = slices.Clone(f.ran[:complete.Preemptions+1])
	}
	return Progress{
		Infeasible: new(big.Int).Set(&f.infeasible),
		More:       open < math.MaxInt,
		Strategies: []protocol.Strategy{{Name: FewestSwitches, Scenarios: f.scenarios, Complete: complete}},
	}
}

// chances are a heap, with the least on top. (That of container/heap takes an allocation for each.)
type chances []chance

func (c *chances) push(x chance) {
	h := append(*c, x)
	*c = h
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if h[parent].compare(x) <= 0 {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = x
}

func (c *chances) pop() chance {
	h := *c
	last := len(h) - 1
	top, x := h[0], h[last]
	h[last] = chance{}
	h = h[:last]
	*c = h
	i := 0
	for child := 1; child < last; child = 2*i + 1 {
		if child+1 < last && h[child+1].compare(h[child]) < 0 {
			child++
		}
		if x.compare(h[child]) <= 0 {
			break
		}
		h[i] = h[child]
		i = child
	}
	if last > 0 {
		h[i] = x
	}
	return top
}

// compare orders as sequences. None begins like another.
func (c chance) compare(other chance) int {
	common := min(c.at, other.at)
	if n := slices.Compare(c.turns[:common], other.turns[:common]); n != 0 {
		return n
	}
	return c.turn(common) - other.turn(common)
}

// turn returns the thread of a turn.
func (c chance) turn(i int) int {
	if i == c.at {
		return c.thread
	}
	return c.turns[i]
}
