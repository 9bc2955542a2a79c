package permutations

import (
	"iter"
	"slices"
)

// Near yields the sequence, and then those that have the same turns in another order: the nearest first, and of equally
// near ones the first in lexicographic order. The distance is how often two neighbouring turns have to be swapped. It
// keeps all that it has yielded of one distance, so it is for the first ones of many. What it yields is not to be changed.
func Near(sequence []int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		before, level := map[string]bool{}, [][]int{slices.Clone(sequence)}
		for len(level) > 0 {
			now := map[string]bool{}
			for _, s := range level {
				if now[Format(s)] = true; !yield(s) {
					return
				}
			}
			var further [][]int
			seen := map[string]bool{}
			for _, s := range level {
				for i := 1; i < len(s); i++ {
					if s[i-1] == s[i] {
						continue
					}
					next := slices.Clone(s)
					next[i-1], next[i] = next[i], next[i-1]
					// A swap changes the distance by one: what is not as near as that is further away.
					if text := Format(next); !before[text] && !seen[text] {
						seen[text] = true
						further = append(further, next)
					}
				}
			}
			slices.SortFunc(further, slices.Compare[[]int])
			before, level = now, further
		}
	}
}
