package permutations

import (
	"encoding/binary"
	"math/big"
	"math/bits"
	"math/rand/v2"
)

// What is drawn is the same for the same seed, on every platform and with every version of Go: a seed
// stands in reports and has to repeat the run. So nothing here rests on the methods of [rand.Rand],
// whose ways of making numbers smaller than 64 bits are not promised to stay, nor on hash/maphash or
// the order of a map. It rests on the 64-bit values of [rand.ChaCha8] alone, which its specification
// (https://c2sp.org/chacha8rand) determines. TestRandomIsPinned and TestPCTIsPinned hold the outcome.

// A dice draws numbers.
type dice struct{ source *rand.ChaCha8 }

// diceOf returns the dice of a seed. Those of different uses have nothing in common.
func diceOf(use string, seed uint64) dice {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	copy(key[8:], use)
	return dice{rand.NewChaCha8(key)}
}

// below draws one of the numbers from 0 that are below n, each as likely as any other.
//
// D. Lemire, Fast Random Integer Generation in an Interval, ACM Transactions on Modeling and Computer
// Simulation 29, 2019.
func (d dice) below(n uint64) uint64 {
	high, low := bits.Mul64(d.source.Uint64(), n)
	if low < n {
		for bias := -n % n; low < bias; {
			high, low = bits.Mul64(d.source.Uint64(), n)
		}
	}
	return high
}

// A ranking is rank and unrank in 64 bits, for counts with no more sequences, or representatives, than
// those hold. It allocates nothing.
type ranking struct {
	weights
	ways uint64
}

// rankingOf returns the ranking of counts, and whether there is one.
func rankingOf(counts []int, classes *symmetry) (ranking, bool) {
	ways := Count(counts)
	ways.Quo(ways, classes.represented())
	if !ways.IsUint64() {
		return ranking{}, false
	}
	return ranking{classes.weigh(counts), ways.Uint64()}, true
}

// unrank sets sequence to that of the rank. Where that is drawn, each thread is drawn with the
// probability that is its part of the turns left.
func (r *ranking) unrank(sequence []int, rank uint64) {
	r.reset()
	ways := r.ways
	for i := range sequence {
		turns := uint64(len(sequence) - i)
		// The threads share the ways as they do the turns: that of the rank has the turn which is at the
		// same part of the turns.
		turn := mulDiv(rank, turns, ways)
		thread, from, weight := 0, uint64(0), uint64(r.of(0))
		for turn >= from+weight {
			from += weight
			thread++
			weight = uint64(r.of(thread))
		}
		rank -= mulDiv(ways, from, turns)
		ways = mulDiv(ways, weight, turns)
		sequence[i] = thread
		r.take(thread)
	}
}

// mulDiv returns a·b/c, which is to fit, though a·b need not.
func mulDiv(a, b, c uint64) uint64 {
	high, low := bits.Mul64(a, b)
	quotient, _ := bits.Div64(high, low, c)
	return quotient
}

// A record knows which sequences were given: by the sequences themselves, or where 64 bits do not hold these by
// a hash of 64 bits. It takes 8 bytes for each, and what a map adds to them. Of two sequences of equal
// hash the second counts as given. With a million given the probability that any does is 3·10⁻⁸, and
// to leave one out of so many is no loss.
type record struct {
	bits  int // that an index of a thread takes, where 64 bits hold a sequence; else 0
	ways  big.Int
	given map[uint64]struct{}
}

// recordOf returns the empty record for counts.
func recordOf(counts []int, classes *symmetry) record {
	r := record{given: map[uint64]struct{}{}}
	r.ways.Quo(Count(counts), classes.represented())
	turns := 0
	for _, n := range counts {
		turns += n
	}
	if width := bits.Len(uint(len(counts))); turns*width <= 64 {
		r.bits = width
	}
	return r
}

// add adds sequence, and reports whether it was new.
func (r *record) add(sequence []int) bool {
	var key uint64
	if r.bits > 0 {
		for _, thread := range sequence {
			key = key<<r.bits | uint64(thread)
		}
	} else {
		key = hash(sequence)
	}
	given := len(r.given)
	r.given[key] = struct{}{}
	return len(r.given) > given
}

// complete reports whether all sequences were added.
func (r *record) complete() bool {
	return r.ways.IsUint64() && uint64(len(r.given)) == r.ways.Uint64()
}

// hash returns a hash of sequence: for each turn, a step of the generator SplitMix64 (G. Steele, D. Lea
// and C. Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
func hash(sequence []int) uint64 {
	h := uint64(len(sequence))
	for _, thread := range sequence {
		h += 0x9e3779b97f4a7c15 * uint64(thread+1)
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}

// A shuffle gives the numbers from 0 that are below n in random order. It goes through a row of them, and
// puts one drawn from those not given at each place (R. A. Fisher and F. Yates). What stands at its own
// place is not stored, so that it takes memory only for what was given: a draw stores one number at
// most. No draw is a repeat, however few numbers are left.
type shuffle struct {
	dice  dice
	n     uint64
	given uint64            // the places before this one are done
	moved map[uint64]uint64 // by place, the number that stands there
	rest  []uint32          // instead of moved, once much was given: what stands at the last places
}

// denseFrom is the part of the numbers, one in so many, from which on a shuffle has an array of the
// rest. That is smaller than the map would become, and takes 4·7 bytes for each number given.
const denseFrom = 8

// next draws a number. There has to be one.
func (s *shuffle) next() uint64 {
	if s.rest == nil && s.given >= s.n/denseFrom && s.n <= 1<<32 {
		s.lay()
	}
	here, there := s.given, s.given+s.dice.below(s.n-s.given)
	s.given++
	if s.rest != nil {
		first := s.n - uint64(len(s.rest))
		a, b := &s.rest[here-first], &s.rest[there-first]
		*a, *b = *b, *a
		return uint64(*a)
	}
	drawn := s.at(there)
	if there != here {
		s.moved[there] = s.at(here)
	}
	delete(s.moved, here)
	return drawn
}

// at returns what stands at a place.
func (s *shuffle) at(place uint64) uint64 {
	if number, ok := s.moved[place]; ok {
		return number
	}
	return place
}

// lay stores all numbers not given.
func (s *shuffle) lay() {
	s.rest = make([]uint32, s.n-s.given)
	for i := range s.rest {
		s.rest[i] = uint32(s.at(s.given + uint64(i)))
	}
	s.moved = nil
}

// permute puts values in random order.
func (d dice) permute(values []int) {
	for i := len(values) - 1; i > 0; i-- {
		j := d.below(uint64(i + 1))
		values[i], values[j] = values[j], values[i]
	}
}
