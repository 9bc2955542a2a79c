package goker

import "sync"

// A broadcast is a loop that takes updates and puts them together.
//
// etcd-io/etcd#6873: the stop waits, with the lock held, for the loop to end. The loop needs the lock for
// the update that it has just taken.
//
// The order that it needs: the stop has the lock before the loop is done with the update.
type broadcast struct {
	updates chan string
	done    chan struct{} // closed by the loop when it ends

	mu   sync.Mutex
	seen []string
}

// newBroadcast returns a broadcast for which an update has come already.
func newBroadcast(update string) *broadcast {
	b := &broadcast{updates: make(chan string, 1), done: make(chan struct{})}
	b.updates <- update
	return b
}

func (b *broadcast) run() {
	defer close(b.done)
	for update := range b.updates { // pragma: SYNCPOINT
		b.coalesce(update)
	}
}

func (b *broadcast) coalesce(update string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen = append(b.seen, update)
}

func (b *broadcast) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.updates)
	<-b.done
}

// stopRepaired waits without the lock.
func (b *broadcast) stopRepaired() {
	b.mu.Lock()
	close(b.updates)
	b.mu.Unlock()
	<-b.done
}
