// Package submit_test is what TestHuntAnts hunts.
package submit_test

import (
	"sync"
	"testing"

	"github.com/panjf2000/ants/v2"
)

// TestSubmit submits two tasks, from two goroutines, to a pool for one.
func TestSubmit(t *testing.T) {
	pool, err := ants.NewPool(1, ants.WithNonblocking(true))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Release()
	end := make(chan struct{})
	defer close(end)
	var callers sync.WaitGroup
	for range 2 {
		callers.Go(func() { pool.Submit(func() { <-end }) })
	}
	callers.Wait()
	if running, capacity := pool.Running(), pool.Cap(); running > capacity {
		t.Errorf("%d workers running, want %d at most", running, capacity)
	}
}
