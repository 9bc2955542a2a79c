package permutations

import "fmt"

// Sequences gives sequences one after the other. All iterators of this package are Sequences:
// [Iterator], [Fewest], [Random], [PCT], [Symmetric] and what [Shard] returns.
type Sequences interface {
	// Next goes on to the next sequence, with its first call to the first one. It returns false when
	// there are no more, and then always.
	Next() bool

	// Sequence returns the current sequence. It is nil before the first call of Next and after Next
	// has returned false. It is not to be changed, and valid until the next call of Next.
	Sequence() []int
}

// Shard returns shard i, from 0, of n shards of sequences: every n-th of them, the first being the one
// of index i. Each sequence is in exactly one shard, and no shard has more than one more than another.
//
// That holds for shards of equal iterators, each of which may be on a machine of its own: they need
// nothing from each other but the same counts, classes, depth and seed. The sequences of other shards
// are generated too, and passed over. A shard owns its sequences: only its own Next is to be called.
func Shard(sequences Sequences, i, n int) Sequences {
	if i < 0 || i >= n {
		panic(fmt.Sprintf("permutations: Shard: shard %d of %d: pass an index from 0 that is below the number of shards",
			i, n))
	}
	return &shard{Sequences: sequences, skip: i, n: n}
}

// A shard passes over the sequences of other shards.
type shard struct {
	Sequences
	skip int // how many are passed over before the next one
	n    int
}

func (s *shard) Next() bool {
	for range s.skip {
		if !s.Sequences.Next() {
			return false
		}
	}
	s.skip = s.n - 1
	return s.Sequences.Next()
}
