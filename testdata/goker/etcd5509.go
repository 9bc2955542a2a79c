package goker

import (
	"errors"
	"sync"
)

// A client can be used until it is closed.
//
// etcd-io/etcd#5509: a request that finds the client closed returns with the read lock held. The close
// needs the lock once more, when its connection has gone.
//
// The order that it needs: the request comes between the two locks of the close.
type client struct {
	mu        sync.RWMutex
	closed    bool
	connected bool
}

var errClosed = errors.New("the client was closed")

func newClient() *client { return &client{connected: true} }

func (c *client) get() error {
	c.mu.RLock()
	if c.closed {
		return errClosed // without an RUnlock
	}
	c.mu.RUnlock()
	return nil
}

func (c *client) getRepaired() error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.closed {
		return errClosed
	}
	return nil
}

func (c *client) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock() // pragma: SYNCPOINT

	// Here it waits for the connection, without the lock.

	c.mu.Lock()
	c.connected = false
	c.mu.Unlock()
}
