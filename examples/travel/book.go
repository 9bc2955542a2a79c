//go:build !broken

package travel

// reserved stands on a seat that has been promised to a passenger and is not theirs yet.
const reserved = "reserved"

// Book gives the passenger a free seat and returns its number.
func (t *Train) Book(passenger string) (seat int, err error) {
	seat, err = t.reserve()
	if err != nil {
		return 0, err
	}
	// pragma: SYNCPOINT
	t.confirm(seat, passenger)
	return seat, nil
}

// reserve finds a free seat and takes it, both under one lock: what another call finds from now on is
// another seat.
func (t *Train) reserve() (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for seat, passenger := range t.seats {
		if passenger == "" {
			t.seats[seat] = reserved
			return seat, nil
		}
	}
	return 0, ErrFull
}
