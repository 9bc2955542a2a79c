package bugs

import "sync/atomic"

// A shop has so many of a thing in stock.
//
// Check-then-act: somebody else takes the last one after one has seen that there is one.
type shop struct{ stock atomic.Int64 }

func (s *shop) sell() bool {
	if s.stock.Load() < 1 { // pragma: SYNCPOINT
		return false
	}
	s.stock.Add(-1)
	return true
}

// sellRepaired takes first, and gives back what was not there.
func (s *shop) sellRepaired() bool {
	if s.stock.Add(-1) < 0 { // pragma: SYNCPOINT
		s.stock.Add(1)
		return false
	}
	return true
}
