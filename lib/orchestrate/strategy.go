package orchestrate

// scripted is the strategy that follows a sequence: an index of a thread that has ended, or of none,
// is passed over, and after the last index the threads run to their ends in index order. Its zero
// value is the serial run.
type scripted struct {
	rest []int
}

//go:norace
func (s *scripted) next(ended []bool) int {
	for len(s.rest) > 0 {
		i := s.rest[0]
		s.rest = s.rest[1:]
		if i < len(ended) && !ended[i] {
			return i
		}
	}
	for i, e := range ended {
		if !e {
			return i
		}
	}
	return -1
}
