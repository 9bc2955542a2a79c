package registry_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/orchtest/orchtest/lib/internal/registry"
)

// A thread is known by its address.
type thread struct{ entry registry.Entry }

func (*thread) Reach(string) bool    { return true }
func (*thread) Stop(string, uintptr) {}

func TestCurrentIsTheCallersThread(t *testing.T) {
	// More than the table has buckets, so that some share one; and they come and go while others look.
	const threads, rounds = 1000, 5
	var wg sync.WaitGroup
	for range threads {
		wg.Go(func() {
			for range rounds {
				th := new(thread)
				registry.Enter(th, &th.entry)
				for range 3 {
					runtime.Gosched()
					if got := registry.Current(); got != registry.Thread(th) {
						t.Errorf("got thread %p, want %p", got, th)
					}
				}
				registry.Leave()
				if got := registry.Current(); got != nil {
					t.Errorf("got thread %p after Leave, want none", got)
				}
			}
		})
	}
	wg.Wait()
}

func TestCurrentOfAnotherGoroutineIsNone(t *testing.T) {
	th := new(thread)
	registry.Enter(th, &th.entry)
	defer registry.Leave()
	got := make(chan registry.Thread)
	go func() { got <- registry.Current() }()
	if got := <-got; got != nil {
		t.Errorf("got thread %p, want none", got)
	}
}

func TestStraysCountWhileThereAreThreads(t *testing.T) {
	before := registry.Strays()
	registry.AtSyncpoint()
	if got := registry.Strays() - before; got != 0 {
		t.Errorf("got %d without a thread, want 0", got)
	}
	th := new(thread)
	registry.Enter(th, &th.entry)
	if got := registry.AtSyncpoint(); got != registry.Thread(th) {
		t.Errorf("got thread %p, want %p", got, th)
	}
	stray := make(chan registry.Thread)
	go func() { stray <- registry.AtSyncpoint() }()
	if got := <-stray; got != nil {
		t.Errorf("got thread %p, want none", got)
	}
	registry.Leave()
	if got := registry.Strays() - before; got != 1 {
		t.Errorf("got %d with a thread, want 1", got)
	}
}

func TestGoroutineIsItsOwn(t *testing.T) {
	mine := registry.Goroutine()
	if registry.Goroutine() != mine {
		t.Error("it changes")
	}
	other := make(chan int64)
	go func() { other <- registry.Goroutine() }()
	if <-other == mine {
		t.Error("another goroutine has the same")
	}
}

// BenchmarkCurrent is what a syncpoint asks first.
func BenchmarkCurrent(b *testing.B) {
	b.Run("no threads", func(b *testing.B) {
		for b.Loop() {
			registry.Current()
		}
	})
	b.Run("thread", func(b *testing.B) {
		th := new(thread)
		registry.Enter(th, &th.entry)
		defer registry.Leave()
		for b.Loop() {
			registry.Current()
		}
	})
}
