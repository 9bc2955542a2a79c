package queue_test

import (
	"sync"
	"testing"

	"github.com/orchtest/orchtest/examples/queue"
)

// TestDo waits for three jobs. It is an ordinary test, which knows nothing of orchtest.
func TestDo(t *testing.T) {
	var q queue.Queue
	var jobs sync.WaitGroup
	for range 3 {
		jobs.Add(1)
		q.Do(jobs.Done)
	}
	jobs.Wait()
}
