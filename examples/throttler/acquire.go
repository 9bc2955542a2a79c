//go:build !broken

package throttler

// Acquire waits for a free place and takes it. Release gives it back.
//
// It looks again whenever it is woken: somebody else may have taken the place in the meantime.
func (w *Waiting) Acquire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.inside >= w.limit {
		w.free.Wait()
	}
	w.inside++
}
