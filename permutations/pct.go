package permutations

import (
	"fmt"
	"slices"
)

// maxRepeats is after how many draws in a row that were all repeats a PCT gives up.
const maxRepeats = 1000

// A PCT gives sequences of probabilistic concurrency testing: S. Burckhardt, P. Kothari,
// M. Musuvathi and S. Nagarakatte, A Randomized Scheduler with Probabilistic Guarantees of Finding
// Bugs, ASPLOS 2010. [NewPCT] makes one.
//
// A sequence of depth d is drawn so: The threads get different priorities at random. Each of the change
// points 1 to d-1 gets one of the turns at random; where several get the same, one of them counts.
// Always the thread of the highest priority that has turns left takes the next one. But where the turn
// is change point i, the priority of that thread first becomes i, which is below all that the threads
// had at the start; then, again, the thread of the highest priority takes the turn.
//
// The depth of a bug is how many orderings, of one turn before another, are enough to meet it. With n
// threads and k turns in all, each draw meets a bug of depth d (or less) with a probability of at least
// 1/(n·k^(d-1)). Sampling that is uniform ([Random]) has no such bound: what needs one thread to stand
// still while others take many turns, it may as good as never draw.
//
// A draw that repeats an earlier one is dropped: it would show what is known. So the guarantee, which is
// for draws, holds all the more for the sequences given. Memory is taken only for these, 20 to 40 bytes
// each. The same seed gives the same order on every platform and with every version of Go.
//
// A PCT does not give all sequences: with few change points there are some that it cannot draw. It ends
// once all were given, or after 1,000 repeats in a row. Were the sequences not given still 1 % of what
// it draws, it would have drawn one of them in the meantime with a probability of 99.995 %.
type PCT struct {
	sequence []int
	position position
	counts   []int
	symmetry symmetry
	dice     dice
	record   record

	threads []int // in the order of the priorities that they have at the start, the lowest first
	points  []int // the turns of the change points
	change  []int // by turn, which change point it is, or 0
	depth   int
	left    []int // by thread, the turns that it has left
	ranked  []int // by priority, from 1, the thread that has it, or -1
}

// NewPCT returns an iterator of a depth, 1 or more, in the order of seed. A depth above the number of
// turns is taken as that: no bug is deeper, as one ordering less tells a whole sequence.
func NewPCT(counts []int, depth int, seed uint64) *PCT {
	turns := mustBeCounts("NewPCT", counts)
	if depth < 1 {
		panic(fmt.Sprintf("permutations: NewPCT: depth %d: a bug has at least depth 1", depth))
	}
	depth = min(depth, max(1, turns))
	it := &PCT{
		sequence: make([]int, turns),
		counts:   slices.Clone(counts),
		symmetry: asymmetry(len(counts)),
		dice:     diceOf("pct", seed),
		threads:  make([]int, len(counts)),
		points:   make([]int, depth-1),
		change:   make([]int, turns),
		depth:    depth,
		left:     make([]int, len(counts)),
		ranked:   make([]int, depth+len(counts)),
	}
	for i := range it.threads {
		it.threads[i] = i
	}
	return it
}

// Symmetric gives instead of each sequence that is drawn its representative, for classes of
// interchangeable threads; see [Symmetric], and [NewSymmetric] for its errors. It panics once Next was
// called.
func (it *PCT) Symmetric(classes []int) (err error) {
	mustBeNew("PCT", it.position)
	it.symmetry, err = withClasses(it.symmetry, it.counts, classes)
	return err
}

// Next draws until there is a sequence that was not given. It returns false when it gives up, and then
// always.
func (it *PCT) Next() bool {
	switch it.position {
	case after:
		return false
	case before:
		it.position = at
		it.record = recordOf(it.counts, &it.symmetry)
	case at:
	}
	if !it.record.complete() {
		for range maxRepeats {
			it.draw()
			it.symmetry.canonical(it.sequence)
			if it.record.add(it.sequence) {
				return true
			}
		}
	}
	it.position = after
	return false
}

// Sequence returns the current sequence. It is nil before the first call of Next and after Next has
// returned false. It is not to be changed, and valid until the next call of Next: clone it to keep it.
func (it *PCT) Sequence() []int {
	if it.position != at {
		return nil
	}
	return it.sequence
}

// draw draws a sequence.
func (it *PCT) draw() {
	for _, turn := range it.points {
		it.change[turn] = 0
	}
	for i := range it.points {
		it.points[i] = int(it.dice.below(uint64(len(it.sequence))))
		it.change[it.points[i]] = i + 1
	}
	it.dice.permute(it.threads)
	for i := range it.depth {
		it.ranked[i] = -1
	}
	copy(it.ranked[it.depth:], it.threads)
	copy(it.left, it.counts)
	it.follow()
}

// follow sets the sequence to what the priorities and change points make of it.
func (it *PCT) follow() {
	highest := len(it.ranked) - 1
	for turn := range it.sequence {
		highest = it.highest(highest)
		if point := it.change[turn]; point > 0 {
			it.ranked[highest], it.ranked[point] = it.ranked[point], it.ranked[highest]
			highest = it.highest(max(highest, point))
		}
		thread := it.ranked[highest]
		it.sequence[turn] = thread
		it.left[thread]--
	}
}

// highest returns the highest priority, not above p, of a thread that has turns left.
func (it *PCT) highest(p int) int {
	for it.ranked[p] < 0 || it.left[it.ranked[p]] == 0 {
		p--
	}
	return p
}
