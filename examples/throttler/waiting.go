package throttler

import "sync"

// Waiting lets in so many callers at a time and has the next one wait. Any number of goroutines may
// use it at once.
type Waiting struct {
	limit int

	mu     sync.Mutex
	free   *sync.Cond // a place was given back
	inside int        // callers that have a place
}

// NewWaiting returns a throttler that lets in up to limit callers at a time.
func NewWaiting(limit int) *Waiting {
	w := &Waiting{limit: limit}
	w.free = sync.NewCond(&w.mu)
	return w
}

// Do waits for a free place and calls f.
func (w *Waiting) Do(f func()) {
	w.Acquire()
	defer w.Release()
	f()
}

// Release gives back a place that Acquire took.
func (w *Waiting) Release() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inside-- // pragma: SYNCPOINT
	w.free.Signal()
}

// Inside returns how many callers have a place.
func (w *Waiting) Inside() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.inside
}
