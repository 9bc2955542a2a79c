package explore

import (
	"math"
	"math/big"
	"slices"

	"github.com/orchtest/orchtest/permutations"
)

// A Space says which executions of a call there are to choose from.
type Space struct {
	// Counts are the planned turns, by thread.
	Counts []int
	// Symmetric tells that all threads are interchangeable. Of executions that are equal but for the names
	// of threads, only that counts in which they take their first turns in index order.
	Symmetric bool
	// Tree tells that a thread may have any turn for which it is ready, however many were planned. What
	// there is then are executions, not sequences.
	Tree bool

	part *part // of a shard; nil is the whole space
}

// Count returns how many sequences there are. It means nothing in a tree.
func (s Space) Count() *big.Int {
	if s.part != nil {
		return new(big.Int).Sub(s.part.to.rank, s.part.from.rank)
	}
	if len(s.Counts) == 0 {
		return big.NewInt(1)
	}
	count := permutations.Count(s.Counts)
	if s.Symmetric {
		count.Quo(count, permutations.Represented(s.classes()))
	}
	return count
}

// classes are those of the threads: all are of one, or each of one of its own.
func (s Space) classes() []int {
	classes := make([]int, len(s.Counts))
	if !s.Symmetric {
		for i := range classes {
			classes[i] = i
		}
	}
	return classes
}

// allows reports whether the thread may have a turn, as far as symmetry is concerned: left are the turns
// that the threads have left.
func (s *Space) allows(thread int, left []int) bool {
	return !s.Symmetric || thread == 0 || left[thread] < s.Counts[thread] || left[thread-1] < s.Counts[thread-1]
}

// turns returns how many turns are planned.
func (s *Space) turns() int {
	sum := 0
	for _, n := range s.Counts {
		sum += n
	}
	return sum
}

// orders returns in how many orders the turns that are left can be taken.
func (s *Space) orders(left []int) *big.Int {
	some := slices.DeleteFunc(slices.Clone(left), func(n int) bool { return n == 0 })
	orders := permutations.Count(some)
	if s.Symmetric {
		// The threads that have not had a turn yet have their first ones in index order.
		unseen := int64(0)
		for thread, n := range left {
			if n == s.Counts[thread] {
				unseen++
			}
		}
		orders.Quo(orders, new(big.Int).MulRange(1, unseen))
	}
	return orders
}

// infeasible adds, to sum, the sequences that begin as the execution of that name does, with at least the
// turns before from, and then give a turn to a thread that cannot take it; and those that go on when nothing is
// to be decided any more, but for the one that is the execution's name.
func (s *Space) infeasible(sum *big.Int, c *course, from int, name []int) {
	if c.blocked == nil && len(c.turns) == s.turns() {
		return // of a thread that ends early some turns are left
	}
	left := s.unready(sum, c, from, len(c.turns))
	// From here on nothing was to be decided: however a sequence goes on, the execution is this one.
	s.add(sum, c.turns, -1, left)
	if s.Owns(name) {
		sum.Sub(sum, big.NewInt(1))
	}
}

// unready adds, to sum, the sequences that leave the execution at one of its turns, from that of index from to
// that before to, by a thread that cannot take it. It returns the turns that are left after these.
func (s *Space) unready(sum *big.Int, c *course, from, to int) (left []int) {
	left = slices.Clone(s.Counts)
	for at, thread := range c.turns[:to] {
		if at >= from {
			for other := range left {
				if other != thread && left[other] > 0 && !c.ready(at, other) && s.allows(other, left) {
					left[other]--
					s.add(sum, c.turns[:at], other, left)
					left[other]++
				}
			}
		}
		left[thread]--
	}
	return left
}

// Search returns the depth-first search of the space. The execution is that of the serial run.
func (s Space) Search(serial Execution) *Search {
	s.Counts = slices.Clone(s.Counts)
	search := &Search{space: s, limit: math.MaxInt}
	search.changed.L = &search.mu
	switch {
	case s.startsBefore(serial.Sequence) || !serial.known:
		search.add(&branch{space: &search.space}, serial, search.space.Owns(serial.Sequence))
	case s.Count().Sign() > 0:
		search.edge = search.space.first()
	}
	return search
}
