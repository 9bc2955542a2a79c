// Package queue runs jobs one after the other, in a goroutine that is there while there are any.
package queue

import "sync"

// A Queue runs jobs in the order in which they come. Its zero value is an empty one. Its methods may be called by
// several goroutines at once.
type Queue struct {
	mu   sync.Mutex
	jobs []func()
	worker
}

// add adds a job.
func (q *Queue) add(job func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs = append(q.jobs, job)
}
