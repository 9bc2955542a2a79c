package goker

import "sync"

// A gossip first tries the peers that it was given, and then manages what it has connected to.
//
// cockroachdb/cockroach#584: the loop over the peers is left with the lock held if the gossip has been
// closed meanwhile. What comes after the loop takes the lock once more.
//
// The order that it needs: the close comes before the last peer is tried.
type gossip struct {
	mu        sync.Mutex
	closed    bool
	connected int
}

func (g *gossip) bootstrap(peers int) {
	for range peers {
		g.mu.Lock()
		if g.closed {
			break // without an Unlock
		}
		g.connected++
		g.mu.Unlock() // pragma: SYNCPOINT
	}
}

func (g *gossip) bootstrapRepaired(peers int) {
	for range peers {
		g.mu.Lock()
		if g.closed {
			g.mu.Unlock()
			break
		}
		g.connected++
		g.mu.Unlock() // pragma: SYNCPOINT
	}
}

// manage drops the connections if the gossip is closed.
func (g *gossip) manage() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		g.connected = 0
	}
}

func (g *gossip) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}
