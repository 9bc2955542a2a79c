package orchestrate

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
)

// BenchmarkBlocked measures how long it takes from where a thread parks until the next thread has the turn
// that it gave up, in a process with other goroutines that are parked.
func BenchmarkBlocked(b *testing.B) {
	for _, procs := range []int{1, 2} {
		for _, others := range []int{1, 10, 100} {
			b.Run(fmt.Sprintf("procs %d/goroutines %d", procs, others), func(b *testing.B) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
				benchmarkBlocked(b, others)
			})
		}
	}
}

func benchmarkBlocked(b *testing.B, others int) {
	end := make(chan struct{})
	var parked sync.WaitGroup
	defer parked.Wait()
	defer close(end)
	for range others {
		parked.Go(func() { <-end })
	}
	wake := make(chan struct{}, 1)
	var took []time.Duration
	for b.Loop() {
		took = append(took, untilBlocked(b, wake))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "µs/median")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, "µs/99th")
}

// untilBlocked has a thread block in its turn and measures until the other one has its turn.
func untilBlocked(b *testing.B, wake chan struct{}) (took time.Duration) {
	c := &course{limits: defaultLimits, lookout: lookout{looker: new(goroutines.Looker)}, watcher: &run{}}
	c.Init(c, wake)
	var mu sync.Mutex
	var before, after time.Time
	mu.Lock()
	c.spawn("waits", func() {
		before = time.Now()
		mu.Lock()
	}, 1)
	c.spawn("wakes", func() {
		after = time.Now()
		mu.Unlock()
	}, 1)
	if s := c.run(); s != nil {
		b.Fatal(s.text)
	}
	return after.Sub(before)
}
