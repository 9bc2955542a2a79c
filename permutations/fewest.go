package permutations

import (
	"math/big"
	"slices"
)

// A Fewest gives all sequences of its counts, those with the fewest context switches first, and those
// with equally many in lexicographic order. [NewFewest] makes one.
//
// With T threads a sequence has T-1 switches that are forced, as a thread has ended, and beyond them
// its preemptions: the switches away from a thread that has turns left. So the order is that of
// preemptions: first the T! sequences without any, of which the serial one is the first, then those
// with one, and so on up to [MaxPreemptions].
//
// Most concurrency bugs need few preemptions. To go through the sequences in this order, and to tell
// how far one came by the number of preemptions, is iterative context bounding: M. Musuvathi and
// S. Qadeer, Iterative Context Bounding for Systematic Testing of Multithreaded Programs, PLDI 2007.
type Fewest struct {
	sequence []int
	position position
	level    int // preemptions of the current sequence
	last     int // the largest level

	// Of the turns behind those that stand:
	spare   int   // how many preemptions they are to have
	turns   int   // how many they are
	left    []int // by thread
	threads int   // how many threads have any
	most    int   // the most that a thread has
	having  []int // how many threads have 0, 1, 2, … of them

	counts   []int
	symmetry symmetry
}

// NewFewest returns an iterator over all sequences of counts, the serial one first.
func NewFewest(counts []int) *Fewest {
	turns := mustBeCounts("NewFewest", counts)
	most := 0
	for _, n := range counts {
		most = max(most, n)
	}
	it := &Fewest{
		sequence: make([]int, turns),
		last:     MaxPreemptions(counts),
		turns:    turns,
		left:     slices.Clone(counts),
		threads:  len(counts),
		most:     most,
		having:   make([]int, most+1),
		counts:   slices.Clone(counts),
		symmetry: asymmetry(len(counts)),
	}
	for _, n := range counts {
		it.having[n]++
	}
	return it
}

// Symmetric leaves out all sequences but the representatives of the classes of interchangeable threads;
// see [Symmetric], and [NewSymmetric] for its errors. A representative has as many preemptions as what
// it stands for. It panics once Next was called.
func (it *Fewest) Symmetric(classes []int) (err error) {
	mustBeNew("Fewest", it.position)
	it.symmetry, err = withClasses(it.symmetry, it.counts, classes)
	return err
}

// Preemptions returns how many preemptions the current sequence has. All sequences with fewer have
// been given. After the last sequence it is that of the last one.
func (it *Fewest) Preemptions() int { return it.level }

// Sequence returns the current sequence. It is nil before the first call of Next and after Next has
// returned false. It is not to be changed, and valid until the next call of Next: clone it to keep it.
func (it *Fewest) Sequence() []int {
	if it.position != at {
		return nil
	}
	return it.sequence
}

// Next goes on to the next sequence, with its first call to the first one. It returns false when
// there are no more, and then always. It allocates nothing.
//
// Nothing is stored but the current sequence. It is changed as far behind as can be: a turn is given to
// the least larger thread with which the turns behind it can still have the preemptions that they are
// to have, and each of these to the least such thread. [Fewest.reach] knows what they can have, so no
// turn is tried in vain.
func (it *Fewest) Next() bool {
	switch it.position {
	case after:
		return false
	case before:
		it.position = at
		it.fill(0)
		return true
	case at:
	}
	for i := len(it.sequence) - 1; i >= 0; i-- {
		thread := it.sequence[i]
		it.giveBack(i)
		if next := it.least(i, thread+1); next >= 0 {
			it.take(i, next)
			it.fill(i + 1)
			return true
		}
	}
	if it.level == it.last {
		it.position = after
		return false
	}
	it.level++
	it.spare = it.level
	it.fill(0)
	return true
}

// fill makes the turns from the one of index i the first that they can be.
func (it *Fewest) fill(i int) {
	for ; i < len(it.sequence); i++ {
		it.take(i, it.least(i, 0))
	}
}

// least returns the least thread, not below from, that can have the turn of index i. It is -1 if there
// is none.
func (it *Fewest) least(i, from int) int {
	running := it.running(i)
	if running >= 0 && it.spare == 0 { // no other thread
		if running < from {
			return -1
		}
		return running
	}
	for thread := from; thread < len(it.left); thread++ {
		if it.left[thread] == 0 || !it.symmetry.allows(thread, it.left, it.counts) {
			continue
		}
		spare := it.spare
		if running >= 0 && thread != running {
			spare--
		}
		if spare <= it.reach(thread) {
			return thread
		}
	}
	return -1
}

// running returns the thread that is preempted if another one has the turn of index i, or -1.
func (it *Fewest) running(i int) int {
	if i > 0 && it.left[it.sequence[i-1]] > 0 {
		return it.sequence[i-1]
	}
	return -1
}

// reach returns the most preemptions that can come behind a turn of thread.
//
// They can be any smaller number as well. Preemptions are the runs of turns that are not the first of
// their thread. The last such run can be moved to the end of the run before it of the same thread. That
// is one less, as what was around it does not join: behind it each thread has its first run.
func (it *Fewest) reach(thread int) int {
	turns, most, own := it.turns-1, it.most, it.left[thread]-1
	if own+1 == most && it.having[most] == 1 {
		most--
	}
	return switches(turns, most, own) - (it.threads - 1)
}

// switches returns the most switches that turns can have, the one to the first of them included. The
// largest number that a thread has is most; the thread that had the turn before them has own.
//
// Each turn is a switch, but where a thread has so many that the others cannot separate them. The k
// turns of the others leave it k+1 places, and the thread that had the turn before only k.
func switches(turns, most, own int) int {
	return turns - max(0, 2*most-turns-1, 2*own-turns)
}

// take gives thread the turn of index i.
func (it *Fewest) take(i, thread int) {
	if running := it.running(i); running >= 0 && running != thread {
		it.spare--
	}
	it.sequence[i] = thread
	n := it.left[thread]
	it.turns--
	it.left[thread]--
	it.having[n]--
	it.having[n-1]++
	if it.having[it.most] == 0 {
		it.most--
	}
	if n == 1 {
		it.threads--
	}
}

// giveBack takes the turn of index i back.
func (it *Fewest) giveBack(i int) {
	thread := it.sequence[i]
	it.turns++
	it.left[thread]++
	n := it.left[thread]
	it.having[n-1]--
	it.having[n]++
	it.most = max(it.most, n)
	if n == 1 {
		it.threads++
	}
	if running := it.running(i); running >= 0 && running != thread {
		it.spare++
	}
}

// MaxPreemptions returns the most preemptions that a sequence for counts has; see [Fewest].
func MaxPreemptions(counts []int) int {
	turns := mustBeCounts("MaxPreemptions", counts)
	if turns == 0 {
		return 0
	}
	return switches(turns, slices.Max(counts), 0) - len(counts)
}

// CountPreemptions returns how many of the sequences for counts have exactly k preemptions; see
// [Fewest]. Where k is negative or above [MaxPreemptions], it is 0.
//
// Cut each sequence into m parts of turns of one thread. There are f(m) ways to do so in all: thread
// by thread, into how many parts its n turns go, s, where these are cut, C(n-1, s-1), and where the
// parts stand among those of the threads before it. A sequence of r runs is cut between them and, of
// the N-r other places, in m-r more. So f(m) is the sum over r of C(N-r, m-r) times the number of
// sequences of r runs, which is turned around by binomial inversion.
func CountPreemptions(counts []int, k int) *big.Int {
	turns := mustBeCounts("CountPreemptions", counts)
	if k < 0 || k > MaxPreemptions(counts) {
		return new(big.Int)
	}
	runs := len(counts) + k
	ways := cuts(counts, runs)
	count := new(big.Int)
	var binomial big.Int
	for m := range runs + 1 {
		binomial.Binomial(int64(turns-m), int64(runs-m))
		binomial.Mul(&binomial, &ways[m])
		if (runs-m)%2 == 0 {
			count.Add(count, &binomial)
		} else {
			count.Sub(count, &binomial)
		}
	}
	return count
}

// cuts returns, for each number of parts up to limit, in how many ways all sequences for counts can be
// cut into that many parts of turns of one thread.
func cuts(counts []int, limit int) []big.Int {
	ways := make([]big.Int, limit+1)
	ways[0].SetInt64(1)
	var places, term big.Int
	for _, n := range counts {
		further := make([]big.Int, limit+1)
		var cut big.Int
		for parts := 1; parts <= min(n, limit); parts++ {
			cut.Binomial(int64(n-1), int64(parts-1))
			for m := parts; m <= limit; m++ {
				if ways[m-parts].Sign() == 0 {
					continue
				}
				term.Mul(&cut, places.Binomial(int64(m), int64(parts)))
				further[m].Add(&further[m], term.Mul(&term, &ways[m-parts]))
			}
		}
		ways = further
	}
	return ways
}
