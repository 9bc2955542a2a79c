//go:build broken

package queue

import "sync/atomic"

// A worker knows whether the queue's goroutine is there.
type worker struct {
	runs atomic.Bool
}

// Do has a job run, soon. It does not wait for that.
func (q *Queue) Do(job func()) {
	q.add(job)
	if q.runs.CompareAndSwap(false, true) {
		go q.work()
	}
}

// work runs jobs as long as there are any. A job that is added between the last look and the note that the goroutine
// is gone is not run: who added it has seen the goroutine, which has not seen the job.
func (q *Queue) work() {
	for job := q.next(); job != nil; job = q.next() {
		job()
	}
	q.runs.Store(false)
}

// next takes the first job.
func (q *Queue) next() func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.jobs) == 0 {
		return nil
	}
	job := q.jobs[0]
	q.jobs = q.jobs[1:]
	return job
}
