package goker

import (
	"sync"
	"sync/atomic"
)

// A stopper ends its workers, once no task is running any more.
//
// cockroachdb/cockroach#1055: a stop keeps the lock until the last worker has gone, and a worker that
// is about to start a task needs that lock.
//
// The order that it needs: the worker has seen that nobody stops, then the stop takes the lock, then the
// worker wants it. If the worker looks later, it sees the stop and starts nothing.
type stopper struct {
	stopped chan struct{}  // closed when the workers are to leave
	workers sync.WaitGroup // that have not left

	mu       sync.Mutex
	draining atomic.Bool
	tasks    sync.WaitGroup // that are running
}

func newStopper(workers int) *stopper {
	s := &stopper{stopped: make(chan struct{})}
	s.workers.Add(workers)
	return s
}

// work is a worker: it runs a task, if it may, and leaves when it is told to.
func (s *stopper) work(startTask func(*stopper) bool) {
	defer s.workers.Done()
	if startTask(s) {
		s.tasks.Done()
	}
	<-s.stopped
}

func (s *stopper) startTask() bool {
	if s.draining.Load() { // pragma: SYNCPOINT
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tasks.Add(1)
	return true
}

func (s *stopper) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining.Store(true) // pragma: SYNCPOINT
	s.tasks.Wait()
	close(s.stopped)
	s.workers.Wait()
}

// startTaskRepaired looks and starts under one lock.
func (s *stopper) startTaskRepaired() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining.Load() { // pragma: SYNCPOINT
		return false
	}
	s.tasks.Add(1)
	return true
}

// stopRepaired waits without the lock. No task can start any more.
func (s *stopper) stopRepaired() {
	s.mu.Lock()
	s.draining.Store(true) // pragma: SYNCPOINT
	s.mu.Unlock()
	s.tasks.Wait()
	close(s.stopped)
	s.workers.Wait()
}
