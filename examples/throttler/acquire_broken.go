//go:build broken

package throttler

// Acquire waits for a free place and takes it. Release gives it back.
//
// It takes being woken for having a place. Somebody may have come by between the place's becoming free and
// its waking, and have taken it.
func (w *Waiting) Acquire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.inside >= w.limit {
		w.free.Wait()
	}
	w.inside++
}
