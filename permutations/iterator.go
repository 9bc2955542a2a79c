package permutations

import (
	"iter"
	"slices"
)

// An Iterator gives the sequences of its counts one after the other. [New] and [From] make one.
//
//	for it := permutations.New(counts); it.Next(); {
//		run(it.Sequence())
//	}
type Iterator struct {
	sequence []int
	position position
}

// A position is where an Iterator stands.
type position uint8

const (
	before position = iota // the first call of Next is still to come
	at                     // sequence is the current one
	after                  // there are no more
)

// New returns an Iterator over all sequences of counts, the serial one first.
func New(counts []int) *Iterator {
	mustBeCounts("New", counts)
	return &Iterator{sequence: Serial(counts)}
}

// From returns an Iterator over sequence and all that come after it. It keeps a copy of sequence. It
// panics if sequence leaves out a thread: if a thread has a turn, so has every thread of a lower index.
//
// To start at a rank, start from what [Unrank] returns.
func From(sequence []int) *Iterator {
	mustBeSequence("From", sequence)
	return &Iterator{sequence: append([]int{}, sequence...)}
}

// Next goes on to the next sequence, with its first call to the first one. It returns false when
// there are no more, and then always. It allocates nothing.
//
// This is Algorithm L, which permutes multisets as well as sets: D. E. Knuth, The Art of Computer
// Programming, volume 4A, section 7.2.1.2.
func (it *Iterator) Next() bool {
	if it.position != at {
		if it.position == before {
			it.position = at
			return true
		}
		return false
	}
	a := it.sequence
	// The tail that only falls has no successor. What stands before it is to grow by the least.
	i := len(a) - 2
	for i >= 0 && a[i] >= a[i+1] {
		i--
	}
	if i < 0 {
		it.position = after
		return false
	}
	j := len(a) - 1
	for a[j] <= a[i] {
		j--
	}
	a[i], a[j] = a[j], a[i]
	// The tail still falls: reversed, it is the first of its permutations.
	slices.Reverse(a[i+1:])
	return true
}

// Sequence returns the current sequence. It is nil before the first call of Next and after Next has
// returned false. It is not to be changed, and valid until the next call of Next: clone it to keep it.
func (it *Iterator) Sequence() []int {
	if it.position != at {
		return nil
	}
	return it.sequence
}

// All returns the sequences of counts for a range statement, the serial one first. What the loop is
// given is not to be changed, and valid until the loop goes on: clone it to keep it.
func All(counts []int) iter.Seq[[]int] {
	mustBeCounts("All", counts)
	// The loop may start later, and more than once: it is over the counts as they are now.
	counts = slices.Clone(counts)
	return func(yield func([]int) bool) {
		for it := New(counts); it.Next(); {
			if !yield(it.sequence) {
				return
			}
		}
	}
}
