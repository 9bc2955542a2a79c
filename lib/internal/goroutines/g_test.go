package goroutines_test

import (
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/petermattis/goid"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
)

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// await gives way until cond holds.
func await(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for start := time.Now(); !cond(); runtime.Gosched() {
		if time.Since(start) > patience {
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

func needStatus(t testing.TB) {
	t.Helper()
	if !goroutines.Available() {
		t.Skip("the runtime's records cannot be read here")
	}
}

func status(g goroutines.G) goroutines.Status {
	s, _, _ := g.Status()
	return s
}

func TestAvailable(t *testing.T) {
	switch runtime.GOARCH {
	case "amd64", "arm64":
		if !goroutines.Available() {
			t.Error("the runtime's records have another layout than expected")
		}
	default:
		if _, _, ok := goroutines.Self().Status(); ok {
			t.Error("there is a status though none can be known")
		}
	}
}

func TestSelf(t *testing.T) {
	self := goroutines.Self()
	if self.ID() != goid.Get() {
		t.Errorf("got id %d, want %d", self.ID(), goid.Get())
	}
	if again := goroutines.Self(); again != self {
		t.Errorf("got %v, then %v", self, again)
	}
	other := make(chan goroutines.G)
	go func() { other <- goroutines.Self() }()
	if <-other == self {
		t.Error("two goroutines are the same")
	}
	needStatus(t)
	if status, _, ok := self.Status(); status != goroutines.Running || !ok {
		t.Errorf("got status %v, %v, want Running", status, ok)
	}
}

func TestZeroGHasNoStatus(t *testing.T) {
	if status, _, ok := (goroutines.G{}).Status(); ok {
		t.Errorf("got status %v, want none", status)
	}
}

func TestStatusOfTheDead(t *testing.T) {
	needStatus(t)
	// Their records come to serve others, who live on, and are not to be taken for them.
	const n = 200
	live := func(until <-chan struct{}) []goroutines.G {
		all, each := make([]goroutines.G, n), make(chan goroutines.G)
		for i := range all {
			go func() {
				each <- goroutines.Self()
				<-until
			}()
			all[i] = <-each
		}
		return all
	}
	for range 5 {
		end := make(chan struct{})
		dead := live(end)
		close(end)
		for _, g := range dead {
			await(t, "the end of a goroutine", func() bool { return status(g) == goroutines.Dead })
		}
		end = make(chan struct{})
		living := live(end)
		for _, g := range dead {
			if got := status(g); got != goroutines.Dead {
				t.Errorf("got status %v of a goroutine that has ended", got)
			}
		}
		for _, g := range living {
			await(t, "a goroutine to park", func() bool { return status(g) == goroutines.Waiting })
		}
		close(end)
	}
}

func TestStatusDuringGarbageCollection(t *testing.T) {
	needStatus(t)
	park := make(chan struct{})
	defer close(park)
	var parked []goroutines.G
	for range 20 {
		self := make(chan goroutines.G)
		go func() {
			self <- goroutines.Self()
			<-park
		}()
		g := <-self
		await(t, "a goroutine to park", func() bool { return status(g) == goroutines.Waiting })
		parked = append(parked, g)
	}
	var stop atomic.Bool
	var collector sync.WaitGroup
	collector.Go(func() {
		for !stop.Load() {
			runtime.GC()
		}
	})
	for range 2000 {
		for _, g := range parked {
			status, reason, _ := g.Status()
			if kind, known := goroutines.ReasonKind(reason); status != goroutines.Waiting && status != goroutines.Copying ||
				known && kind != goroutines.Sync {
				t.Errorf("got status %v, reason %v, want Waiting or Copying", status, reason)
			}
		}
		runtime.Gosched()
	}
	stop.Store(true)
	collector.Wait()
}

func TestStatusOfOneThatRuns(t *testing.T) {
	needStatus(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	var stop atomic.Bool
	self := make(chan goroutines.G)
	go func() {
		self <- goroutines.Self()
		for !stop.Load() {
		}
	}()
	g := <-self
	await(t, "a goroutine to run", func() bool { return status(g) == goroutines.Running })
	runtime.GOMAXPROCS(1) // now it cannot, while this one does
	await(t, "a goroutine to be runnable", func() bool { return status(g) == goroutines.Runnable })
	stop.Store(true)
	await(t, "the end of a goroutine", func() bool { return status(g) == goroutines.Dead })
}

func TestNoGoroutineIsLeftByTheSearch(t *testing.T) {
	goroutines.Available()
	var looker goroutines.Looker
	all := looker.Look().Goroutines
	for i := range all {
		g := &all[i]
		if name := "github.com/orchtest/orchtest/lib/internal/goroutines.confirmed"; g.Creator().Function == name {
			t.Errorf("still there: %s", g.Stack())
		}
	}
}

func BenchmarkSelf(b *testing.B) {
	for b.Loop() {
		goroutines.Self()
	}
}

func BenchmarkStatus(b *testing.B) {
	needStatus(b)
	g := goroutines.Self()
	for b.Loop() {
		g.Status()
	}
}

func TestMain(m *testing.M) {
	// As early as an init function could be.
	goroutines.Self()
	os.Exit(m.Run())
}
