//go:build !broken

package throttler

// enter lets a caller in, unless the limit is reached.
//
// The syncpoint stands before the lock, not below it: a thread that stopped with the lock held would
// keep it, and every other thread would wait for it in vain.
func (t *Throttler) enter() bool {
	// pragma: SYNCPOINT
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.inside >= t.limit {
		return false
	}
	t.inside++
	return true
}
