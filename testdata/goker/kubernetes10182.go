package goker

import "sync"

// A statusManager has a loop to which it sends every status that was set.
//
// kubernetes/kubernetes#10182: a status is sent with the lock held. The loop needs the lock for the status
// that it has just taken, before it takes the next one.
//
// The order that it needs: the second status is set while the loop has the first in hand.
type statusManager struct {
	changed chan string

	mu       sync.Mutex
	statuses map[string]string
}

func newStatusManager() *statusManager {
	return &statusManager{changed: make(chan string), statuses: map[string]string{}}
}

func (m *statusManager) set(pod, status string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.statuses[pod] = status
	m.changed <- pod
}

// setRepaired sends without the lock.
func (m *statusManager) setRepaired(pod, status string) {
	m.mu.Lock()
	m.statuses[pod] = status
	m.mu.Unlock()
	m.changed <- pod
}

// sync is the loop: it takes so many statuses.
func (m *statusManager) sync(n int) {
	for range n {
		pod := <-m.changed // pragma: SYNCPOINT
		m.forget(pod)
	}
}

func (m *statusManager) forget(pod string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.statuses, pod)
}
