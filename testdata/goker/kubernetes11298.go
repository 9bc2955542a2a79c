package goker

import "sync"

// A notifier waits to be told that somebody else has been elected.
//
// kubernetes/kubernetes#11298: it waits for a signal and remembers nothing. A signal that is given before
// it waits is lost, and the one who gave it waits for it to end.
//
// The order that it needs: the signal is given before the notifier waits.
type notifier struct {
	mu    sync.Mutex
	cond  *sync.Cond
	told  bool
	ended chan struct{}
}

func newNotifier() *notifier {
	n := &notifier{ended: make(chan struct{})}
	n.cond = sync.NewCond(&n.mu)
	return n
}

func (n *notifier) serve() {
	// pragma: SYNCPOINT
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cond.Wait()
	close(n.ended)
}

func (n *notifier) abort() {
	n.mu.Lock()
	n.cond.Signal()
	n.mu.Unlock() // pragma: SYNCPOINT
	<-n.ended
}

// serveRepaired waits only if it has not been told.
func (n *notifier) serveRepaired() {
	// pragma: SYNCPOINT
	n.mu.Lock()
	defer n.mu.Unlock()
	for !n.told {
		n.cond.Wait()
	}
	close(n.ended)
}

// abortRepaired tells.
func (n *notifier) abortRepaired() {
	n.mu.Lock()
	n.told = true
	n.cond.Signal()
	n.mu.Unlock() // pragma: SYNCPOINT
	<-n.ended
}
