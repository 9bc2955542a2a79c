package orchestrate

// scripted is what follows a sequence: it says who has the next turn. An index of a thread that has ended, or of none,
// is passed over; one of a thread that is blocked is put off. After the last index come the turns that
// were planned and not given yet, and then whatever is left, always the lowest index that is ready.
// Its zero value is the serial run.
type scripted struct {
	rest []int
	left []int // turns by thread that are planned and have not been given
}

//go:norace
func (s *scripted) next(threads []*thread) *thread {
	for len(s.rest) > 0 {
		i := s.rest[0]
		s.rest = s.rest[1:]
		if i < len(threads) && threads[i].Ready() {
			return s.give(threads[i])
		}
	}
	for i, th := range threads {
		if th.Ready() && i < len(s.left) && s.left[i] > 0 {
			return s.give(th)
		}
	}
	for _, th := range threads {
		if th.Ready() {
			return th
		}
	}
	return nil
}

//go:norace
func (s *scripted) give(th *thread) *thread {
	if th.index < len(s.left) {
		s.left[th.index]--
	}
	return th
}
