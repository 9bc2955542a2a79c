package permutations_test

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/permutations"
)

// distance is how many pairs of turns stand the other way round: that many swaps of neighbours it takes.
func distance(a, b []int) (n int) {
	place := func(s []int) (numbers []int) { // of each turn in b
		at := map[int][]int{}
		for i, thread := range b {
			at[thread] = append(at[thread], i)
		}
		for _, thread := range s {
			numbers = append(numbers, at[thread][0])
			at[thread] = at[thread][1:]
		}
		return numbers
	}
	numbers := place(a)
	for i := range numbers {
		for j := range i {
			if numbers[j] > numbers[i] {
				n++
			}
		}
	}
	return n
}

// TestNear: all sequences come, each once, the nearest first.
func TestNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(1, 3), 1, 3).Draw(t, "counts")
		start := rapid.Permutation(permutations.Serial(counts)).Draw(t, "sequence")
		var before []int
		seen := map[string]bool{}
		for sequence := range permutations.Near(start) {
			if err := permutations.Check(sequence, counts); err != nil {
				t.Fatal(err)
			}
			if text := permutations.Format(sequence); seen[text] {
				t.Fatalf("%s comes twice", text)
			} else {
				seen[text] = true
			}
			if before != nil {
				was, is := distance(before, start), distance(sequence, start)
				if is < was || is == was && slices.Compare(before, sequence) >= 0 {
					t.Fatalf("%v, at distance %d, comes after %v, at distance %d", sequence, is, before, was)
				}
			} else if !slices.Equal(sequence, start) {
				t.Fatalf("it begins with %v", sequence)
			}
			before = sequence
		}
		if all := permutations.Count(counts); big.NewInt(int64(len(seen))).Cmp(all) != 0 {
			t.Errorf("%d sequences, of %v", len(seen), all)
		}
	})
}
