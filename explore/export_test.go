package explore

// Decided returns the turns of an execution, as far as they could be chosen.
func Decided(x Execution) []int {
	turns := make([]int, len(x.turns))
	for i, t := range x.turns {
		turns[i] = t.Thread
	}
	return turns
}
