package goker

import "sync"

// A mux sends every event to its watcher, until the watcher stops.
//
// kubernetes/kubernetes#1321: an event is sent with the lock held, and who watches needs the lock to stop.
// Once stopping, it takes no event any more.
//
// The order that it needs: an event is sent after the watcher has taken its last one and before it has the
// lock.
type mux struct {
	mu      sync.Mutex
	watcher *watcher // nil once it has stopped
}

type watcher struct {
	events  chan string
	stopped chan struct{} // closed when it takes no more events; only the repaired mux looks at it
}

func newMux() *mux {
	return &mux{watcher: &watcher{events: make(chan string), stopped: make(chan struct{})}}
}

// run sends so many events.
func (m *mux) run(events int, distribute func(m *mux, event string)) {
	for range events {
		distribute(m, "event") // pragma: SYNCPOINT
	}
}

func (m *mux) distribute(event string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.watcher != nil {
		m.watcher.events <- event
	}
}

// distributeRepaired does not wait for a watcher that stops.
func (m *mux) distributeRepaired(event string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.watcher != nil {
		select {
		case m.watcher.events <- event:
		case <-m.watcher.stopped:
		}
	}
}

// watch takes one event.
func (m *mux) watch(w *watcher) {
	<-w.events // pragma: SYNCPOINT
	close(w.stopped)
	m.remove()
}

func (m *mux) remove() {
	m.mu.Lock()
	defer m.mu.Unlock()
	close(m.watcher.events)
	m.watcher = nil
}
