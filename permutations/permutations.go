// Package permutations counts, generates, numbers and reads sequences: the distinct permutations of
// 0…0 1…1 …, in which thread i has counts[i] turns.
//
// For given counts there are N!/(n₁!·n₂!·…) sequences, N being the number of turns in all. They have
// one order everywhere in this package, the lexicographic one. The first of them is the serial
// sequence ([Serial]); a sequence's place in that order, from 0, is its rank ([Rank], [Unrank]).
//
//	for sequence := range permutations.All([]int{2, 2}) {
//		fmt.Println(permutations.Format(sequence)) // 0,0,1,1 then 0,1,0,1 … 1,1,0,0: six lines
//	}
//
// Part of the sequences, to share them out or to go on where an earlier run stopped, is what an
// [Iterator] gives that starts [From] one of them.
//
// A thread takes at least one turn. Counts in which a thread has none, or less, are a mistake of the
// calling code: every function here panics on them and names itself. Text and sequences that come
// from a user are checked by [Parse], [Check] and [Unrank], whose errors are one line each and say
// what would be right. No counts at all have one sequence, the empty one.
//
// All functions may be called from several goroutines at once, the methods of one Iterator may not.
package permutations

import (
	"fmt"
	"math"
	"math/big"
	"slices"
)

// Count returns how many sequences there are for counts: N!/(n₁!·n₂!·…). {2, 2} have 6, {6, 6} have
// 924, {6, 6, 6} have 17,153,136.
func Count(counts []int) *big.Int {
	mustBeCounts("Count", counts)
	count, turns := big.NewInt(1), int64(0)
	var ways big.Int
	for _, n := range counts {
		// The turns of one more thread are spread over those of the threads before it.
		turns += int64(n)
		count.Mul(count, ways.Binomial(turns, int64(n)))
	}
	return count
}

// Serial returns the first sequence for counts: thread 0 to its end, then thread 1, and so on.
func Serial(counts []int) []int {
	sequence := make([]int, 0, mustBeCounts("Serial", counts))
	for thread, n := range counts {
		for range n {
			sequence = append(sequence, thread)
		}
	}
	return sequence
}

// Complete returns the sequence for counts that begins with turns and has the turns that are left
// behind them, in index order. A turn beyond the counts of its thread, or of no thread, is left out.
func Complete(turns, counts []int) []int {
	sequence := make([]int, 0, mustBeCounts("Complete", counts))
	left := slices.Clone(counts)
	for _, thread := range turns {
		if thread >= 0 && thread < len(left) && left[thread] > 0 {
			left[thread]--
			sequence = append(sequence, thread)
		}
	}
	for thread, n := range left {
		for range n {
			sequence = append(sequence, thread)
		}
	}
	return sequence
}

// Counts returns how many turns each of the threads 0 to threads-1 takes in sequence, which may be
// none. It panics on a turn of any other thread; [Check] tells beforehand.
func Counts(sequence []int, threads int) []int {
	if threads < 0 {
		panic(fmt.Sprintf("permutations: Counts: %d threads: pass how many there are, 0 or more", threads))
	}
	counts := make([]int, threads)
	for i, thread := range sequence {
		if thread < 0 || thread >= threads {
			panic(fmt.Sprintf("permutations: Counts: turn %d is of thread %d, and there are %d threads: "+
				"call Check first", i+1, thread, threads))
		}
		counts[thread]++
	}
	return counts
}

// mustBeCounts returns the number of turns in all. It panics, on behalf of function, where a thread
// has no turn.
func mustBeCounts(function string, counts []int) (turns int) {
	for thread, n := range counts {
		if n < 1 {
			panic(fmt.Sprintf("permutations: %s: thread %d has %d turns in counts %s: every thread takes at least one",
				function, thread, n, abbreviate(counts)))
		}
		if n > math.MaxInt-turns {
			panic(fmt.Sprintf("permutations: %s: counts %s are more turns than an int holds: pass fewer",
				function, abbreviate(counts)))
		}
		turns += n
	}
	return turns
}

// mustBeSequence returns the counts of sequence. It panics, on behalf of function, where sequence
// leaves out a thread below its largest index.
func mustBeSequence(function string, sequence []int) (counts []int) {
	threads := 0
	for i, thread := range sequence {
		// An index that is not below the number of turns leaves one out for certain. Told apart here,
		// it does not become the size of a slice.
		if thread < 0 || thread >= len(sequence) {
			panic(fmt.Sprintf("permutations: %s: turn %d of %s is of thread %d: "+
				"each thread from 0 to the last takes at least one turn; call Check first",
				function, i+1, title(sequence), thread))
		}
		threads = max(threads, thread+1)
	}
	counts = Counts(sequence, threads)
	for thread, n := range counts {
		if n == 0 {
			panic(fmt.Sprintf("permutations: %s: thread %d takes no turn in %s: "+
				"each thread from 0 to the last takes at least one turn; call Check first",
				function, thread, title(sequence)))
		}
	}
	return counts
}
