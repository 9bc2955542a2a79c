//go:build broken

package throttler

// enter lets a caller in, unless the limit is reached.
//
// The lock is free between the look and the step inside: whoever looks meanwhile sees the same free
// place.
func (t *Throttler) enter() bool {
	if t.Inside() >= t.limit { // pragma: SYNCPOINT
		return false
	}
	t.add(1)
	return true
}
