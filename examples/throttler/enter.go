//go:build !broken

package throttler

// enter lets a caller in, unless the limit is reached.
//
// A thread stops with the lock held: every other one then waits for it.
func (t *Throttler) enter() bool {
	t.mu.Lock() // pragma: SYNCPOINT
	defer t.mu.Unlock()
	if t.inside >= t.limit {
		return false
	}
	t.inside++
	return true
}
