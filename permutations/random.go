package permutations

import "slices"

// A Random gives all sequences of its counts in random order: each one that was not given is as likely
// to be the next as any other. [NewRandom] makes one.
//
// To be uniform over the sequences is to give each turn to a thread with the probability that is its
// part of all turns left. To let each thread have the turn with equal probability would not be: it
// gives long runs at the end to threads of many turns.
//
// The same seed gives the same order on every platform and with every version of Go. No sequence
// comes twice, and memory is taken only for those that were given, 20 to 40 bytes each. Of counts that
// have fewer than 2⁶⁴ sequences, all are given. Others do not come to an end.
type Random struct {
	sequence []int
	position position
	counts   []int
	symmetry symmetry
	dice     dice

	// Where ranks fit into 64 bits, they are drawn.
	ranking ranking
	ranks   *shuffle
	// Where they do not, threads are.
	left   []int // by thread, the turns that it has left
	record record
}

// NewRandom returns an iterator over all sequences of counts, in the order of seed.
func NewRandom(counts []int, seed uint64) *Random {
	turns := mustBeCounts("NewRandom", counts)
	return &Random{
		sequence: make([]int, turns),
		counts:   slices.Clone(counts),
		symmetry: asymmetry(len(counts)),
		dice:     diceOf("random", seed),
	}
}

// Symmetric leaves out all sequences but the representatives of the classes of interchangeable threads;
// see [Symmetric], and [NewSymmetric] for its errors. It is uniform over these. It panics once Next was
// called.
func (it *Random) Symmetric(classes []int) (err error) {
	mustBeNew("Random", it.position)
	it.symmetry, err = withClasses(it.symmetry, it.counts, classes)
	return err
}

// Next draws the next sequence. It returns false when all were given, and then always.
func (it *Random) Next() bool {
	switch it.position {
	case after:
		return false
	case before:
		it.position = at
		it.start()
	case at:
	}
	if it.ranks == nil {
		for ok := false; !ok; ok = it.record.add(it.sequence) {
			it.draw()
			it.symmetry.canonical(it.sequence)
		}
		return true
	}
	if it.ranks.given == it.ranks.n {
		it.position = after
		return false
	}
	it.ranking.unrank(it.sequence, it.ranks.next())
	return true
}

// start makes what is drawn from.
func (it *Random) start() {
	if ranking, ok := rankingOf(it.counts, &it.symmetry); ok {
		it.ranking = ranking
		it.ranks = &shuffle{dice: it.dice, n: ranking.ways, moved: map[uint64]uint64{}}
		return
	}
	it.left = make([]int, len(it.counts))
	it.record = recordOf(it.counts, &it.symmetry)
}

// draw draws the turns of a sequence one after the other.
func (it *Random) draw() {
	copy(it.left, it.counts)
	for i := range it.sequence {
		turn := int(it.dice.below(uint64(len(it.sequence) - i)))
		thread := 0
		for turn >= it.left[thread] {
			turn -= it.left[thread]
			thread++
		}
		it.sequence[i] = thread
		it.left[thread]--
	}
}

// Sequence returns the current sequence. It is nil before the first call of Next and after Next has
// returned false. It is not to be changed, and valid until the next call of Next: clone it to keep it.
func (it *Random) Sequence() []int {
	if it.position != at {
		return nil
	}
	return it.sequence
}
