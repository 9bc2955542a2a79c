package permutations

import (
	"fmt"
	"math/big"
	"slices"
)

// A Symmetric gives, in lexicographic order, one sequence for each set of those that are equal but for
// the names of interchangeable threads: its representative, in which the threads of a class appear for
// the first time in index order. [NewSymmetric] makes one.
//
// Threads that are of the same class have to be interchangeable: the test gives them the same to do,
// and tells no difference. Then a representative stands for each sequence of its set, of which there
// are as many as [Represented] says.
//
// Such a reduction is old: C. N. Ip and D. L. Dill, Better Verification Through Symmetry, Formal
// Methods in System Design 9, 1996.
type Symmetric struct {
	sequence []int
	counts   []int
	left     []int // by thread, the turns that it has behind those that stand
	symmetry symmetry
	position position
}

// NewSymmetric returns an iterator over the representatives of the sequences for counts, the serial
// sequence first. It is told the class of each thread; what numbers stand for the classes is no
// matter. Threads of a class that do not take the same number of turns are an error.
func NewSymmetric(counts, classes []int) (*Symmetric, error) {
	mustBeCounts("NewSymmetric", counts)
	symmetry, err := symmetryOf(counts, classes)
	if err != nil {
		return nil, err
	}
	return &Symmetric{
		sequence: Serial(counts),
		counts:   slices.Clone(counts),
		left:     make([]int, len(counts)),
		symmetry: symmetry,
	}, nil
}

// Next goes on to the next sequence, with its first call to the first one. It returns false when
// there are no more, and then always. It allocates nothing.
func (it *Symmetric) Next() bool {
	if it.position != at {
		if it.position == before {
			it.position = at
			return true
		}
		return false
	}
	// What may be grown is grown as far behind as can be, and by the least. Any beginning in which the
	// threads of a class appear in order can be completed: with its other turns in index order.
	clear(it.left)
	for i := len(it.sequence) - 1; i >= 0; i-- {
		thread := it.sequence[i]
		it.left[thread]++
		if next := it.least(thread + 1); next >= 0 {
			it.sequence[i] = next
			it.left[next]--
			it.fill(i + 1)
			return true
		}
	}
	it.position = after
	return false
}

// least returns the least thread, not below from, that can have the turn before those that are left. It
// is -1 if there is none.
func (it *Symmetric) least(from int) int {
	for thread := from; thread < len(it.left); thread++ {
		if it.left[thread] > 0 && it.symmetry.allows(thread, it.left, it.counts) {
			return thread
		}
	}
	return -1
}

// fill sets the turns from the one of index i to those that are left, in index order.
func (it *Symmetric) fill(i int) {
	for thread, n := range it.left {
		for range n {
			it.sequence[i] = thread
			i++
		}
	}
}

// Sequence returns the current sequence. It is nil before the first call of Next and after Next has
// returned false. It is not to be changed, and valid until the next call of Next: clone it to keep it.
func (it *Symmetric) Sequence() []int {
	if it.position != at {
		return nil
	}
	return it.sequence
}

// Represented returns how many sequences each representative stands for, itself included: the ways to
// name the threads anew within their classes. Each thread takes a turn, so no two ways give the same
// sequence. Whatever is counted of sequences, and is not changed by new names, is counted of
// representatives by dividing by it: all of them ([CountSymmetric]), or those of so many preemptions.
func Represented(classes []int) *big.Int {
	s := linked(classes)
	return s.represented()
}

// CountSymmetric returns how many representatives there are. Of two threads of a class it leaves half
// of the sequences, of three a sixth. Its errors are those of [NewSymmetric].
func CountSymmetric(counts, classes []int) (*big.Int, error) {
	mustBeCounts("CountSymmetric", counts)
	if err := checkClasses(counts, classes); err != nil {
		return nil, err
	}
	count := Count(counts)
	return count.Quo(count, Represented(classes)), nil
}

// Canonical names the threads of sequence anew, in place, so that it becomes its representative: those
// of a class in the order in which they appear. It can be a part of a sequence, too. It panics on a
// turn of a thread that has no class.
func Canonical(sequence, classes []int) {
	for i, thread := range sequence {
		if thread < 0 || thread >= len(classes) {
			panic(fmt.Sprintf("permutations: Canonical: turn %d of %s is of thread %d, and there are %d classes: "+
				"pass the class of each thread", i+1, title(sequence), thread, len(classes)))
		}
	}
	s := linked(classes)
	s.canonical(sequence)
}

// RankSymmetric returns how many representatives come before that of sequence: 0 for the serial
// sequence. It panics if sequence leaves out a thread, as [From] does. Its errors are those of
// [NewSymmetric].
func RankSymmetric(sequence, classes []int) (*big.Int, error) {
	counts := mustBeSequence("RankSymmetric", sequence)
	s, err := symmetryOf(counts, classes)
	if err != nil {
		return nil, err
	}
	sequence = slices.Clone(sequence)
	s.canonical(sequence)
	w := s.weigh(counts)
	ways := Count(counts)
	ways.Quo(ways, Represented(classes))
	rank := new(big.Int)
	var smaller big.Int
	for i, thread := range sequence {
		turns := len(sequence) - i
		below := 0
		for other := range thread {
			below += w.of(other)
		}
		rank.Add(rank, share(&smaller, ways, below, turns))
		share(ways, ways, w.of(thread), turns)
		w.take(thread)
	}
	return rank, nil
}

// UnrankSymmetric returns the representative that has the rank among the representatives. A rank that
// is negative or not below [CountSymmetric] is an error, and so is what is one of [NewSymmetric].
func UnrankSymmetric(counts, classes []int, rank *big.Int) ([]int, error) {
	turns := mustBeCounts("UnrankSymmetric", counts)
	s, err := symmetryOf(counts, classes)
	if err != nil {
		return nil, err
	}
	ways := Count(counts)
	ways.Quo(ways, Represented(classes))
	if rank.Sign() < 0 || rank.Cmp(ways) >= 0 {
		return nil, fmt.Errorf("representative of rank %s: %s", rank, ranks(counts, ways))
	}
	w := s.weigh(counts)
	above := new(big.Int).Set(rank) // rank among the representatives that begin as what is chosen so far
	sequence := make([]int, 0, turns)
	var block big.Int
	for ; turns > 0; turns-- {
		thread := 0
		for share(&block, ways, w.of(0), turns); above.Cmp(&block) >= 0; {
			above.Sub(above, &block)
			thread++
			share(&block, ways, w.of(thread), turns)
		}
		sequence = append(sequence, thread)
		w.take(thread)
		ways.Set(&block)
	}
	return sequence, nil
}

// A symmetry tells which threads are interchangeable. Its methods may only be called one at a time.
type symmetry struct {
	first []int // by thread, the first one of its class
	prev  []int // by thread, the one of its class before it, or -1
	next  []int // by thread, the one of its class after it, or -1
	size  []int // by first thread of a class, how many the class has

	names, unused []int // for canonical: the new names, and by first thread the next one to be given
}

// symmetryOf returns the symmetry of classes, or says what is wrong with them.
func symmetryOf(counts, classes []int) (symmetry, error) {
	if err := checkClasses(counts, classes); err != nil {
		return symmetry{}, err
	}
	return linked(classes), nil
}

// asymmetry returns the symmetry in which each thread is different from all others.
func asymmetry(threads int) symmetry {
	classes := make([]int, threads)
	for thread := range classes {
		classes[thread] = thread
	}
	return linked(classes)
}

// checkClasses returns nil if each thread has a class, and the threads of a class the same counts.
func checkClasses(counts, classes []int) error {
	if len(classes) != len(counts) {
		return fmt.Errorf("classes %s: there are %d threads; each one has to have a class", abbreviate(classes), len(counts))
	}
	first := map[int]int{}
	for thread, class := range classes {
		other, ok := first[class]
		if !ok {
			first[class] = thread
			continue
		}
		if counts[thread] != counts[other] {
			return fmt.Errorf("classes %s: threads %d and %d are of class %d, but take %d and %d turns; "+
				"those of a class take the same number",
				abbreviate(classes), other, thread, class, counts[other], counts[thread])
		}
	}
	return nil
}

// linked links the threads of each class.
func linked(classes []int) symmetry {
	threads := len(classes)
	all := make([]int, 6*threads)
	part := func(i int) []int { return all[i*threads : (i+1)*threads : (i+1)*threads] }
	s := symmetry{first: part(0), prev: part(1), next: part(2), size: part(3), names: part(4), unused: part(5)}
	last := map[int]int{}
	for thread, class := range classes {
		s.first[thread], s.prev[thread], s.next[thread] = thread, -1, -1
		if other, ok := last[class]; ok {
			s.first[thread], s.prev[thread], s.next[other] = s.first[other], other, thread
		}
		s.size[s.first[thread]]++
		last[class] = thread
	}
	return s
}

// allows reports whether a thread may have a turn, of those that it has left: it has appeared, or that
// before it in its class has.
func (s *symmetry) allows(thread int, left, counts []int) bool {
	prev := s.prev[thread]
	return prev < 0 || left[prev] < counts[prev] || left[thread] < counts[thread]
}

// represented returns how many sequences each representative stands for.
func (s *symmetry) represented() *big.Int {
	ways := big.NewInt(1)
	var factorial big.Int
	for _, size := range s.size {
		ways.Mul(ways, factorial.MulRange(1, int64(size)))
	}
	return ways
}

// canonical names the threads of sequence anew.
func (s *symmetry) canonical(sequence []int) {
	for thread := range s.names {
		s.names[thread] = -1
	}
	copy(s.unused, s.first)
	for i, thread := range sequence {
		if s.names[thread] < 0 {
			first := s.first[thread]
			s.names[thread] = s.unused[first]
			s.unused[first] = s.next[s.unused[first]]
		}
		sequence[i] = s.names[thread]
	}
}

// weights tell how the representatives that begin with the turns taken are shared out among the
// threads that can have the next turn. Where there are no classes, of m sequences of n turns m·k/n
// begin with a thread that has k left. Of a class, what begins with a thread that has not appeared
// begins, as a representative, with the first such: to it come the shares of all of these.
type weights struct {
	*symmetry
	counts []int
	left   []int // by thread, the turns that it has left
	unseen []int // by first thread of a class, how many of the class have not appeared
}

// weigh returns the weights of no turns taken.
func (s *symmetry) weigh(counts []int) weights {
	return weights{s, counts, slices.Clone(counts), slices.Clone(s.size)}
}

// reset takes all turns back.
func (w *weights) reset() {
	copy(w.left, w.counts)
	copy(w.unseen, w.size)
}

// of returns the weight of a thread. The weights of all threads are as much as there are turns left.
func (w *weights) of(thread int) int {
	n := w.left[thread]
	if n < w.counts[thread] {
		return n
	}
	if !w.allows(thread, w.left, w.counts) {
		return 0
	}
	return n * w.unseen[w.first[thread]]
}

// take gives a thread the turn.
func (w *weights) take(thread int) {
	if w.left[thread] == w.counts[thread] {
		w.unseen[w.first[thread]]--
	}
	w.left[thread]--
}

// withClasses returns the symmetry of classes for an iterator, or what it had and the error.
func withClasses(had symmetry, counts, classes []int) (symmetry, error) {
	s, err := symmetryOf(counts, classes)
	if err != nil {
		return had, err
	}
	return s, nil
}

// mustBeNew panics, on behalf of an iterator's method Symmetric, once it is under way.
func mustBeNew(iterator string, p position) {
	if p != before {
		panic(fmt.Sprintf("permutations: %s.Symmetric: Next was called already: call Symmetric first", iterator))
	}
}
