package bugs

import "sync/atomic"

// A train has so many seats.
//
// Slow path: where the compare-and-swap fails another way is taken, in which a check-then-act is. Of threads that
// run one after the other none takes it, so its turns are not among those planned: no permutation of these has two
// threads in it at once.
type train struct {
	seats, taken atomic.Int64
}

func (t *train) book() bool {
	taken := t.taken.Load() // pragma: SYNCPOINT
	if taken >= t.seats.Load() {
		return false
	}
	return t.taken.CompareAndSwap(taken, taken+1) || t.bookSlowly()
}

func (t *train) bookSlowly() bool {
	// pragma: SYNCPOINT
	if t.taken.Load() >= t.seats.Load() { // pragma: SYNCPOINT
		return false
	}
	t.taken.Add(1)
	return true
}

// bookRepaired begins anew.
func (t *train) bookRepaired() bool {
	for {
		taken := t.taken.Load() // pragma: SYNCPOINT
		if taken >= t.seats.Load() {
			return false
		}
		if t.taken.CompareAndSwap(taken, taken+1) {
			return true
		}
	}
}
