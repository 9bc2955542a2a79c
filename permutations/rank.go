package permutations

import (
	"fmt"
	"math/big"
)

// Ranks are reckoned from left to right, as in the ranking of combinations: D. E. Knuth, The Art of
// Computer Programming, volume 4A, section 7.2.1.3. What makes it cheap for multisets is that, of m
// sequences of n turns, exactly m·k/n begin with a thread that has k of the turns.

// Rank returns how many sequences with the same counts come before sequence: 0 for the serial one.
// It panics if sequence leaves out a thread, as [From] does.
func Rank(sequence []int) *big.Int {
	left := mustBeSequence("Rank", sequence) // turns that each thread has left
	ways := Count(left)                      // sequences of what is left
	rank := new(big.Int)
	var smaller big.Int
	for i, thread := range sequence {
		turns := len(sequence) - i
		below := 0 // turns left of threads with a smaller index
		for _, n := range left[:thread] {
			below += n
		}
		rank.Add(rank, share(&smaller, ways, below, turns))
		share(ways, ways, left[thread], turns)
		left[thread]--
	}
	return rank
}

// Unrank returns the sequence for counts that has the rank: the one before which rank sequences come.
// A rank that is negative or not below [Count] is an error. Rank itself is not changed.
func Unrank(counts []int, rank *big.Int) ([]int, error) {
	turns := mustBeCounts("Unrank", counts)
	ways := Count(counts) // sequences of what is left
	if rank.Sign() < 0 || rank.Cmp(ways) >= 0 {
		return nil, fmt.Errorf("sequence of rank %s: %s", rank, ranks(counts, ways))
	}
	left := append([]int{}, counts...) // turns that each thread has left
	above := new(big.Int).Set(rank)    // rank among the sequences that begin as what is chosen so far
	sequence := make([]int, 0, turns)
	var block big.Int
	for ; turns > 0; turns-- {
		thread := 0
		for share(&block, ways, left[thread], turns); above.Cmp(&block) >= 0; thread++ {
			above.Sub(above, &block)
			share(&block, ways, left[thread+1], turns)
		}
		sequence = append(sequence, thread)
		left[thread]--
		ways.Set(&block)
	}
	return sequence, nil
}

// share sets z to ways·part/whole, which is to have no remainder, and returns it.
func share(z, ways *big.Int, part, whole int) *big.Int {
	var n big.Int
	z.Mul(ways, n.SetInt64(int64(part)))
	return z.Quo(z, n.SetInt64(int64(whole)))
}

// ranks names the ranks that counts have, as many as there are sequences.
func ranks(counts []int, sequences *big.Int) string {
	last := new(big.Int).Sub(sequences, big.NewInt(1))
	switch {
	case len(counts) == 0:
		return "no threads have only the rank 0"
	case last.Sign() == 0:
		return fmt.Sprintf("counts %s have only the rank 0", abbreviate(counts))
	}
	return fmt.Sprintf("counts %s have the ranks 0 to %s", abbreviate(counts), last)
}
