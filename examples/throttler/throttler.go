// Package throttler lets in so many callers at a time and refuses the next, at once: nobody waits.
package throttler

import (
	"errors"
	"sync"
)

// ErrBusy is returned to a caller who is refused.
var ErrBusy = errors.New("throttler: busy")

// A Throttler refuses callers while as many as its limit are inside. Any number of goroutines may use
// it at once.
type Throttler struct {
	limit int

	mu     sync.Mutex
	inside int // callers that were let in and have not left
}

// New returns a throttler that lets in up to limit callers at a time.
func New(limit int) *Throttler { return &Throttler{limit: limit} }

// Do calls f, unless limit callers are inside: then it returns ErrBusy at once.
func (t *Throttler) Do(f func()) error {
	if !t.enter() {
		return ErrBusy
	}
	defer t.add(-1)
	f()
	return nil
}

// Inside returns how many callers are inside.
func (t *Throttler) Inside() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.inside
}

func (t *Throttler) add(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inside += n
}
