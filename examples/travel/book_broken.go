//go:build broken

package travel

// Book gives the passenger a free seat and returns its number.
//
// Each of its steps is right, and holds the lock; between them the seat that was found is still free
// for everybody else. No data is raced for, so the race detector has nothing to say.
//
// Of the six sequences of two calls, these fail: 0,1,0,1, 0,1,1,0, 1,0,0,1 and 1,0,1,0. In all of
// them the first two turns are of different threads, so both find the seat before either sits on it;
// who confirms last has it, and the other passenger has none. In 0,0,1,1 and 1,1,0,0 one call ends
// before the other begins.
func (t *Train) Book(passenger string) (seat int, err error) {
	seat, err = t.free()
	if err != nil {
		return 0, err
	}
	// pragma: SYNCPOINT
	t.confirm(seat, passenger)
	return seat, nil
}

// free finds a free seat.
func (t *Train) free() (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for seat, passenger := range t.seats {
		if passenger == "" {
			return seat, nil
		}
	}
	return 0, ErrFull
}
