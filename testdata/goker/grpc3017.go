package goker

import "sync"

// A connCache keeps a connection that was removed for a while, in case it is wanted again.
//
// grpc/grpc-go#3017: where the connection is wanted again, and the timer that deletes it can no longer be
// stopped, the timer's function is told to delete nothing. It then returns with the lock held.
//
// The order that it needs: the timer fires, the connection is wanted again, the timer's function takes
// the lock, and only then is the connection removed once more. In any other order the timer is stopped,
// or its function deletes, or nobody needs the lock any more.
type connCache struct {
	expire func(*connCache, *deletion) // what the timer calls

	mu      sync.Mutex
	conns   int
	pending *deletion
}

// A deletion is pending from when a connection is removed until its time is over.
type deletion struct {
	timer   *timer
	aborted bool
}

// wanted has the connection kept, or made.
func (c *connCache) wanted() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending == nil {
		c.conns++
		return
	}
	if !c.pending.timer.stop() {
		c.pending.aborted = true
	}
	c.pending = nil
}

// removed has the connection deleted when its timer fires.
func (c *connCache) removed() *timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := &deletion{}
	d.timer = &timer{f: func() { c.expire(c, d) }}
	c.pending = d
	return d.timer
}

func (c *connCache) expired(d *deletion) {
	c.mu.Lock()
	if d.aborted {
		return // without an Unlock
	}
	c.conns--
	c.pending = nil
	c.mu.Unlock()
}

func (c *connCache) expiredRepaired(d *deletion) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d.aborted {
		return
	}
	c.conns--
	c.pending = nil
}

// A timer is one of time.AfterFunc, which fires when the test says so.
type timer struct {
	f func()

	mu             sync.Mutex
	fired, stopped bool
}

func (t *timer) fire() {
	if t.begin() { // pragma: SYNCPOINT
		t.f()
	}
}

// begin reports whether the timer was not stopped. From then on it cannot be.
func (t *timer) begin() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fired = !t.stopped
	return t.fired
}

// stop reports whether the timer had not fired.
func (t *timer) stop() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = !t.fired
	return t.stopped
}
