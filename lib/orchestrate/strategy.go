package orchestrate

// scripted is the strategy that follows a sequence. An index of a thread that has ended, or of none,
// is passed over; one of a thread that is blocked is put off. After the last index come the turns that
// were planned and not given yet, and then whatever is left, always the lowest index that is ready.
// Its zero value is the serial run.
type scripted struct {
	rest []int
	left []int // turns by thread that are planned and have not been given
}

//go:norace
func (s *scripted) next(ready []bool) int {
	for len(s.rest) > 0 {
		i := s.rest[0]
		s.rest = s.rest[1:]
		if i < len(ready) && ready[i] {
			return s.give(i)
		}
	}
	for i, r := range ready {
		if r && i < len(s.left) && s.left[i] > 0 {
			return s.give(i)
		}
	}
	for i, r := range ready {
		if r {
			return i
		}
	}
	return -1
}

//go:norace
func (s *scripted) give(i int) int {
	if i < len(s.left) {
		s.left[i]--
	}
	return i
}
