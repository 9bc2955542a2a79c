//go:build !broken

package queue

// A worker knows whether the queue's goroutine is there.
type worker struct {
	runs bool // guarded by mu
}

// Do has a job run, soon. It does not wait for that.
func (q *Queue) Do(job func()) {
	q.add(job)
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.runs {
		q.runs = true
		go q.work()
	}
}

// work runs jobs as long as there are any.
func (q *Queue) work() {
	for job := q.next(); job != nil; job = q.next() {
		job()
	}
}

// next takes the first job. Where there is none, the goroutine is no longer there for one that comes: who adds it
// holds the lock before, or after.
func (q *Queue) next() func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.jobs) == 0 {
		q.runs = false
		return nil
	}
	job := q.jobs[0]
	q.jobs = q.jobs[1:]
	return job
}
