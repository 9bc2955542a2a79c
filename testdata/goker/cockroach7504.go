package goker

import "sync"

// A nameCache finds the lease of a table by its name.
//
// cockroachdb/cockroach#7504: to acquire a lease, the lock of the cache is taken and then that of the
// lease. To release it, first that of the lease and then that of the cache.
//
// The order that it needs: each has its first lock before one of them has its second.
type nameCache struct {
	mu     sync.Mutex
	leases map[string]*lease
}

type lease struct {
	mu       sync.Mutex
	name     string
	users    int
	released bool
}

func newNameCache(l *lease) *nameCache {
	return &nameCache{leases: map[string]*lease{l.name: l}}
}

// acquire reports whether there was a lease to acquire.
func (c *nameCache) acquire(name string) bool {
	c.mu.Lock() // pragma: SYNCPOINT
	defer c.mu.Unlock()
	l := c.leases[name]
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.users++
	return true
}

// acquireRepaired has one lock at a time. The lease may be released between the two, and says so.
func (c *nameCache) acquireRepaired(name string) bool {
	c.mu.Lock() // pragma: SYNCPOINT
	l := c.leases[name]
	c.mu.Unlock()
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.released {
		return false
	}
	l.users++
	return true
}

// release takes the lease out of the cache.
func (c *nameCache) release(l *lease) {
	l.mu.Lock() // pragma: SYNCPOINT
	defer l.mu.Unlock()
	l.released = true
	c.remove(l.name)
}

func (c *nameCache) remove(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.leases, name)
}
