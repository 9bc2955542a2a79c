package goker

import "sync"

// A logStore has a log, which is cut where it is not needed any more.
//
// cockroachdb/cockroach#3710: a function that has the read lock calls another one that takes it too. A
// writer that waits between the two keeps the second reader out, and the first keeps out the writer.
//
// The order that it needs: the writer comes between the two read locks.
type logStore struct {
	mu   sync.RWMutex
	last int
}

// scan returns how much of the log can be cut.
func (s *logStore) scan() int {
	s.mu.RLock() // pragma: SYNCPOINT
	defer s.mu.RUnlock()
	return s.status() / 2
}

// scanRepaired does not take the read lock twice.
func (s *logStore) scanRepaired() int {
	s.mu.RLock() // pragma: SYNCPOINT
	defer s.mu.RUnlock()
	return s.last / 2
}

func (s *logStore) status() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.last
}

func (s *logStore) process() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
}
