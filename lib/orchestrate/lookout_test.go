//lint:file-ignore SA2001 What waits for a lock is the subject, not what it guards.

package orchestrate_test

import (
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// aMoment is longer than any two looks are apart.
const aMoment = 10 * time.Millisecond

// compute is busy until it has called f so often that a moment has passed.
func compute() (sum float64) {
	for start := time.Now(); time.Since(start) < aMoment; {
		for i := range 10_000 {
			sum += float64(i) * sum
		}
	}
	return sum
}

// in calls f in a goroutine and waits for it.
func in(f func()) func() {
	return func() {
		done := make(chan struct{})
		go func() {
			defer close(done)
			f()
		}()
		<-done
	}
}

// pipeRead reads from a pipe that is written to by and by.
func pipeRead(t testing.TB) func() {
	return func() {
		r, w, err := os.Pipe()
		if err != nil {
			t.Error(err)
			return
		}
		defer r.Close()
		time.AfterFunc(aMoment, func() { w.Close() })
		if _, err := io.ReadAll(r); err != nil {
			t.Error(err)
		}
	}
}

// loopback exchanges something over the network with a server that takes its time.
func loopback(t testing.TB) func() {
	return func() {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Error(err)
			return
		}
		defer l.Close()
		go func() {
			conn, err := l.Accept()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			time.Sleep(aMoment)
			conn.Write([]byte("hello"))
		}()
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		if text, err := io.ReadAll(conn); err != nil || string(text) != "hello" {
			t.Errorf("got %q, %v", text, err)
		}
	}
}

func TestWhatIsNotBlocked(t *testing.T) {
	for _, test := range []struct {
		name string
		f    func(t testing.TB) func()
	}{
		{"time.Sleep", func(testing.TB) func() { return func() { time.Sleep(aMoment) } }},
		{"pipe", pipeRead},
		{"network", loopback},
		{"computation", func(testing.TB) func() { return func() { compute() } }},
		{"garbage collection", func(testing.TB) func() { return runtime.GC }},
		{"garbage", func(testing.TB) func() {
			return func() {
				var kept [][]byte
				for range 200 {
					kept = append(kept, make([]byte, 100<<10))
				}
				runtime.KeepAlive(kept)
			}
		}},
		{"Gosched", func(testing.TB) func() {
			return func() {
				for range 100 { // on and on it would be taken for a spin lock
					runtime.Gosched()
				}
			}
		}},
		{"process", func(t testing.TB) func() {
			return func() {
				if err := exec.Command(os.Args[0], "-test.run=^$").Run(); err != nil {
					t.Error(err)
				}
			}
		}},
		{"own goroutine sleeps", func(testing.TB) func() { return in(func() { time.Sleep(aMoment) }) }},
		{"own goroutine computes", func(testing.TB) func() { return in(func() { compute() }) }},
		{"own goroutine reads", func(t testing.TB) func() { return in(pipeRead(t)) }},
		{"own goroutine talks", func(t testing.TB) func() { return in(loopback(t)) }},
		{"own goroutine's goroutine", func(testing.TB) func() { return in(in(in(func() { time.Sleep(aMoment) }))) }},
		{"own goroutines", func(testing.TB) func() {
			return func() {
				var wg sync.WaitGroup
				for range 20 {
					wg.Go(func() { time.Sleep(aMoment) })
				}
				wg.Wait()
			}
		}},
		{"busy lock", func(testing.TB) func() {
			return func() {
				var mu sync.Mutex
				var wg sync.WaitGroup
				for range 4 {
					wg.Go(func() {
						for range 1000 {
							mu.Lock()
							runtime.Gosched()
							mu.Unlock()
						}
					})
				}
				wg.Wait()
			}
		}},
		{"spinning for own goroutine", func(testing.TB) func() {
			return func() {
				var done atomic.Bool
				go func() {
					time.Sleep(aMoment)
					done.Store(true)
				}()
				for !done.Load() {
					runtime.Gosched()
				}
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, procs := range []int{1, 2, 8} {
				restore := setProcs(procs)
				turns := turnsOf(t, []int{0, 1, 0}, []int{2, 1}, func(t *orchestrate.T) {
					f := test.f(t)
					t.Go("", func() {
						f()
						syncpoint.Here()
						f()
					})
					t.Go("", f)
				})
				restore()
				wantTold(t, turns, "0 1:end 0:end")
			}
		})
	}
}

func setProcs(n int) (restore func()) {
	before := runtime.GOMAXPROCS(n)
	return func() { runtime.GOMAXPROCS(before) }
}

// A thread that holds on to what it started, in the middle of which it waits for another thread, is blocked.
func TestBlockedThroughItsOwnGoroutine(t *testing.T) {
	turns := turnsOf(t, []int{0, 1, 1}, []int{2, 2}, func(t *orchestrate.T) {
		ch := make(chan int)
		t.Go("", waitFor(in(in(func() { <-ch }))))
		t.Go("", holding(nothing, func() { close(ch) }))
	})
	wantTold(t, turns, "0(chan receive till 3) 1[0] 1:end[0] 0:end")
}

// waitFor returns a thread of two turns that calls f in the first.
func waitFor(f func()) func() {
	return func() {
		f()
		syncpoint.Here()
	}
}

// Goroutines that only serve do not count among those that could wake somebody.
func TestServersDoNotKeepAThreadFromBeingBlocked(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.Accept()
	}()
	ticker, quit := time.NewTicker(time.Hour), make(chan struct{})
	go func() {
		select {
		case <-ticker.C:
		case <-quit:
		}
	}()
	defer func() {
		close(quit)
		l.Close()
		<-ended
	}()
	turns := turnsOf(t, []int{0, 1, 0, 1}, []int{2, 1}, func(t *orchestrate.T) {
		var mu sync.Mutex
		t.Go("", holding(mu.Lock, mu.Unlock))
		t.Go("", func() {
			mu.Lock()
			mu.Unlock()
		})
	}, orchestrate.TurnTimeout(5*time.Second))
	wantTold(t, turns, "0 1(sync.Mutex.Lock till 3):end 0:end[1]")
}

// Another test of the process may be busy as long as it likes.
var besideABusyTest = child("TestBeside", func(t *testing.T) {
	begun, quit := make(chan struct{}), make(chan struct{})
	t.Run("group", func(t *testing.T) {
		t.Run("busy", func(t *testing.T) {
			t.Parallel()
			close(begun)
			for done := false; !done; {
				select {
				case <-quit:
					done = true
				default:
					time.Sleep(time.Millisecond)
				}
			}
		})
		t.Run("blocks", func(t *testing.T) {
			t.Parallel()
			<-begun
			defer close(quit)
			contend(t)
		})
	})
})

func TestBusyTestDoesNotKeepAThreadFromBeingBlocked(t *testing.T) {
	t.Parallel()
	r := runChild(t, besideABusyTest, append(explore, protocol.EnvTurnTimeout+"=20s"), "-test.parallel=2")
	r.wantStatus(t, 0)
	r.want(t, "6 scenarios")
}
