package explore

// Decided returns the turns of an execution, as far as they could be chosen.
func Decided(x Execution) []int {
	turns := make([]int, len(x.turns))
	for i, t := range x.turns {
		turns[i] = t.Thread
	}
	return turns
}

// Shrink lets a strategy that draws keep so many turns only.
func Shrink(s Strategy, turns int) { s.(*Sample).most = turns }
