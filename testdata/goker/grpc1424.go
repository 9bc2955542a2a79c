package goker

import "sync"

// A balancer tells a connection the addresses to use, until it is closed.
//
// grpc/grpc-go#1424: who dials waits for the first address in a goroutine, and the goroutine that
// watches the addresses is to wake it. It does not where it leaves without having seen any. No thread
// hangs: it is a leak.
//
// The order that it needs: the balancer is closed before an address has come.
type balancer struct {
	addresses chan string

	mu     sync.Mutex
	closed bool
}

func newBalancer() *balancer { return &balancer{addresses: make(chan string, 1)} }

// dial waits for the first address, and watches for others, in the background.
func (b *balancer) dial(watch func(b *balancer, first chan struct{})) {
	first := make(chan struct{})
	go watch(b, first)
	go func() { <-first }()
}

// watch closes first when there is an address.
func (b *balancer) watch(first chan struct{}) {
	var once sync.Once
	for range b.addresses {
		once.Do(func() { close(first) })
	}
}

// watchRepaired closes first in any case.
func (b *balancer) watchRepaired(first chan struct{}) {
	var once sync.Once
	defer once.Do(func() { close(first) })
	for range b.addresses {
		once.Do(func() { close(first) })
	}
}

// up tells an address.
func (b *balancer) up(address string) {
	// pragma: SYNCPOINT
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.addresses <- address
	}
}

func (b *balancer) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	close(b.addresses)
}
