package goker

import "sync"

// A container is probed in a loop, until the loop is stopped.
//
// moby/moby#28462: the loop is stopped by a send, with the lock of the container held. A probe that has
// begun needs that lock before the loop comes back to receive.
//
// The order that it needs: the loop has found that it is not to stop, and then the container's state
// changes. If the loop looks later, it receives.
type container struct {
	stop chan struct{}

	mu     sync.Mutex
	probes int
}

func newContainer() *container { return &container{stop: make(chan struct{})} }

// monitor is the loop.
func (c *container) monitor() {
	for {
		select {
		case <-c.stop:
			return
		default: // pragma: SYNCPOINT
			c.probe()
		}
	}
}

func (c *container) probe() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.probes++
}

func (c *container) stateChanged() {
	// pragma: SYNCPOINT
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stop <- struct{}{}
}

// stateChangedRepaired does not wait for the loop.
func (c *container) stateChangedRepaired() {
	// pragma: SYNCPOINT
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.stop)
}
