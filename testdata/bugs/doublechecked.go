package bugs

import (
	"sync"
	"sync/atomic"
)

// A client connects when it is first used.
//
// Double-checked locking: the flag that spares the lock is set before that which it promises is there. Who
// finds it set does without the lock, and without the connection.
//
// D. Schmidt and T. Harrison, Double-Checked Locking, Pattern Languages of Program Design 3, 1997; "The
// 'Double-Checked Locking is Broken' Declaration" of D. Bacon et al. is about the same of Java.
type client struct {
	mu        sync.Mutex
	connected atomic.Bool
	conn      atomic.Pointer[conn]
}

type conn struct{ sent atomic.Int64 }

func (c *client) connect() *conn {
	if !c.connected.Load() { // pragma: SYNCPOINT
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.connected.Load() {
			c.connected.Store(true) // pragma: SYNCPOINT
			c.conn.Store(&conn{})
		}
	}
	return c.conn.Load()
}

// connectRepaired sets the flag last.
func (c *client) connectRepaired() *conn {
	if !c.connected.Load() { // pragma: SYNCPOINT
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.connected.Load() {
			c.conn.Store(&conn{}) // pragma: SYNCPOINT
			c.connected.Store(true)
		}
	}
	return c.conn.Load()
}
