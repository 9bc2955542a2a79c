package permutations

// Sequences gives sequences one after the other. All iterators of this package are Sequences:
// [Iterator], [Fewest], [Random], [PCT] and [Symmetric].
type Sequences interface {
	// Next goes on to the next sequence, with its first call to the first one. It returns false when
	// there are no more, and then always.
	Next() bool

	// Sequence returns the current sequence. It is nil before the first call of Next and after Next
	// has returned false. It is not to be changed, and valid until the next call of Next.
	Sequence() []int
}
