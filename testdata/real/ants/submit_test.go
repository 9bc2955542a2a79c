// Package ants_test is what TestReal runs against a copy of the ants module that has one syncpoint more
// than its authors gave it.
package ants_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/orchtest/orchtest/lib/latch"
	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/panjf2000/ants/v2"
)

// TestSubmit submits two tasks that do not end to a pool for one.
func TestSubmit(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		pool := newPool(t)
		t.Cleanup(pool.Release)
		end := latch.UntilEnd(t)
		submit := func() { pool.Submit(end.Wait) } // the task waits, in a worker; the thread does not
		t.Go("first", submit)
		t.Go("second", submit)
		t.Wait()
		if running, capacity := pool.Running(), pool.Cap(); running > capacity {
			t.Errorf("%d workers running, want %d at most", running, capacity)
		}
	})
}

// TestStress counts how often the same comes about by itself. It asserts nothing.
func TestStress(t *testing.T) {
	for _, start := range []struct {
		name  string
		await func(ready *atomic.Int32)
	}{
		{"started with go", func(*atomic.Int32) {}},
		{"set off at the same moment", func(ready *atomic.Int32) {
			ready.Add(1)
			for ready.Load() < 2 {
			}
		}},
	} {
		const runs = 5000
		exceeded := 0
		for range runs {
			if exceeds(t, start.await) {
				exceeded++
			}
		}
		t.Logf("two callers %s: %d of %d runs exceeded the capacity", start.name, exceeded, runs)
	}
}

// exceeds lets two callers loose on a pool for one, and reports whether it let both in.
func exceeds(t *testing.T, await func(ready *atomic.Int32)) bool {
	pool := newPool(t)
	defer pool.Release()
	end := latch.New(1)
	defer end.CountDown()
	var ready atomic.Int32
	var callers sync.WaitGroup
	for range 2 {
		callers.Go(func() {
			await(&ready)
			pool.Submit(end.Wait)
		})
	}
	callers.Wait()
	return pool.Running() > pool.Cap()
}

// newPool returns a pool for one that refuses the next, so that no thread has to wait for another.
func newPool(t testing.TB) *ants.Pool {
	pool, err := ants.NewPool(1, ants.WithNonblocking(true))
	if err != nil {
		t.Fatal(err)
	}
	return pool
}
