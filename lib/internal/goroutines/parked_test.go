//lint:file-ignore SA2001 What waits for a lock is the subject, not what it guards.

package goroutines_test

import (
	"context"
	"iter"
	"net"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
	"github.com/orchtest/orchtest/lib/internal/race"
	"github.com/orchtest/orchtest/lib/latch"
)

// A spot is where a goroutine that is about to park stands.
type spot struct {
	g    goroutines.G
	line int
}

type spots chan spot

// here tells that the caller parks in this line.
func (s spots) here() { s.parks(0) }

// above tells that the caller parks in the line below.
func (s spots) above() { s.parks(1) }

func (s spots) parks(below int) {
	_, _, line, _ := runtime.Caller(2)
	s <- spot{goroutines.Self(), line + below}
}

// A parking is a way to park.
type parking struct {
	name string
	// park starts a goroutine that parks, and returns what ends it. It is passed what the goroutine is to
	// call in the line where it parks.
	park func(t *testing.T, s spots) (release func())

	state string
	kind  goroutines.Kind
	on    string // state, if ""
}

var parkings = []parking{
	{"Mutex", func(t *testing.T, s spots) func() {
		var mu sync.Mutex
		mu.Lock()
		go func() { s.here(); mu.Lock() }()
		return mu.Unlock
	}, "sync.Mutex.Lock", goroutines.Sync, "sync.Mutex.Lock"},

	{"a Mutex by its interface", func(t *testing.T, s spots) func() {
		var embedded struct {
			_ int
			sync.Mutex
		}
		embedded.Lock()
		go func(l sync.Locker) { s.here(); l.Lock() }(&embedded)
		return embedded.Unlock
	}, "sync.Mutex.Lock", goroutines.Sync, "sync.Mutex.Lock"},

	{"RWMutex held by a writer, read", func(t *testing.T, s spots) func() {
		var mu sync.RWMutex
		mu.Lock()
		go func() { s.here(); mu.RLock() }()
		return mu.Unlock
	}, "sync.RWMutex.RLock", goroutines.Sync, "sync.RWMutex.RLock"},

	{"RWMutex by its RLocker", func(t *testing.T, s spots) func() {
		var mu sync.RWMutex
		mu.Lock()
		go func() { s.here(); mu.RLocker().Lock() }()
		return mu.Unlock
	}, "sync.RWMutex.RLock", goroutines.Sync, "sync.RWMutex.RLock"},

	{"RWMutex held by a writer, written", func(t *testing.T, s spots) func() {
		var mu sync.RWMutex
		mu.Lock()
		go func() { s.here(); mu.Lock() }()
		return mu.Unlock
	}, "sync.Mutex.Lock", goroutines.Sync, "sync.RWMutex.Lock"},

	{"RWMutex held by a reader, written", func(t *testing.T, s spots) func() {
		var mu sync.RWMutex
		mu.RLock()
		go func() { s.here(); mu.Lock() }()
		return mu.RUnlock
	}, "sync.RWMutex.Lock", goroutines.Sync, "sync.RWMutex.Lock"},

	{"WaitGroup", func(t *testing.T, s spots) func() {
		var wg sync.WaitGroup
		wg.Add(1)
		go func() { s.here(); wg.Wait() }()
		return wg.Done
	}, "sync.WaitGroup.Wait", goroutines.Sync, "sync.WaitGroup.Wait"},

	{"Cond", func(t *testing.T, s spots) func() {
		cond := sync.NewCond(new(sync.Mutex))
		go func() { cond.L.Lock(); s.here(); cond.Wait(); cond.L.Unlock() }()
		return cond.Broadcast
	}, "sync.Cond.Wait", goroutines.Sync, "sync.Cond.Wait"},

	{"Once, second", func(t *testing.T, s spots) func() {
		var once sync.Once
		in, out := make(chan int), make(chan int)
		go once.Do(func() { close(in); <-out })
		<-in
		go func() { s.here(); once.Do(nil) }()
		return func() { close(out) }
	}, "sync.Mutex.Lock", goroutines.Sync, "sync.Once.Do"},

	{"Once, first", func(t *testing.T, s spots) func() {
		var once sync.Once
		out := make(chan int)
		go once.Do(func() { s.here(); <-out })
		return func() { close(out) }
	}, "chan receive", goroutines.Sync, ""},

	{"OnceFunc, second", func(t *testing.T, s spots) func() {
		in, out := make(chan int), make(chan int)
		once := sync.OnceFunc(func() { close(in); <-out })
		go once()
		<-in
		go func() { s.here(); once() }()
		return func() { close(out) }
	}, "sync.Mutex.Lock", goroutines.Sync, "sync.OnceFunc"},

	{"OnceValues, second", func(t *testing.T, s spots) func() {
		in, out := make(chan int), make(chan int)
		once := sync.OnceValues(func() (int, error) { close(in); <-out; return 0, nil })
		go once()
		<-in
		go func() { s.here(); once() }()
		return func() { close(out) }
	}, "sync.Mutex.Lock", goroutines.Sync, "sync.OnceValues"},

	{"receive", func(t *testing.T, s spots) func() {
		c := make(chan int)
		go func() { s.here(); <-c }()
		return func() { close(c) }
	}, "chan receive", goroutines.Sync, ""},

	{"range", func(t *testing.T, s spots) func() {
		c := make(chan int)
		go func() {
			s.above()
			for range c {
			}
		}()
		return func() { close(c) }
	}, "chan receive", goroutines.Sync, ""},

	{"receive in a generic function", func(t *testing.T, s spots) func() {
		c := make(chan string)
		go receive(s, c)
		return func() { close(c) }
	}, "chan receive", goroutines.Sync, ""},

	{"receive in a method value", func(t *testing.T, s spots) func() {
		r := &receiver{s, make(chan int)}
		f := r.receive
		go f()
		return func() { close(r.c) }
	}, "chan receive", goroutines.Sync, ""},

	{"receive from a timer", func(t *testing.T, s spots) func() {
		c := make(chan int)
		timer := time.NewTimer(time.Hour)
		go func() { s.here(); <-timer.C; close(c) }()
		return func() { timer.Reset(0); <-c }
	}, "chan receive", goroutines.Sync, ""},

	{"send", func(t *testing.T, s spots) func() {
		c := make(chan int)
		go func() { s.here(); c <- 1 }()
		return func() { <-c }
	}, "chan send", goroutines.Sync, ""},

	{"receive from nil", func(t *testing.T, s spots) func() {
		go func() { var c chan int; s.here(); <-c }()
		return nil
	}, "chan receive (nil chan)", goroutines.Sync, ""},

	{"send to nil", func(t *testing.T, s spots) func() {
		go func() { var c chan int; s.here(); c <- 1 }()
		return nil
	}, "chan send (nil chan)", goroutines.Sync, ""},

	{"select", func(t *testing.T, s spots) func() {
		c, d := make(chan int), make(chan int)
		go func() {
			s.above()
			select {
			case <-c:
			case d <- 1:
			}
		}()
		return func() { close(c) }
	}, "select", goroutines.Sync, ""},

	{"select with a timer", func(t *testing.T, s spots) func() {
		c := make(chan int)
		go func() {
			s.above()
			select {
			case <-c:
			case <-time.After(time.Hour):
			}
		}()
		return func() { close(c) }
	}, "select", goroutines.Sync, ""},

	{"select of nothing", func(t *testing.T, s spots) func() {
		go func() { s.here(); select {} }()
		return nil
	}, "select (no cases)", goroutines.Sync, ""},

	{"Semaphore", func(t *testing.T, s spots) func() {
		sem := semaphore.NewWeighted(1)
		sem.TryAcquire(1)
		go func() { s.here(); sem.Acquire(context.Background(), 1) }()
		return func() { sem.Release(1) }
	}, "select", goroutines.Sync, "semaphore.Weighted.Acquire"},

	{"Errgroup", func(t *testing.T, s spots) func() {
		var g errgroup.Group
		c := make(chan int)
		g.Go(func() error { <-c; return nil })
		go func() { s.here(); g.Wait() }()
		return func() { close(c) }
	}, "sync.WaitGroup.Wait", goroutines.Sync, "errgroup.Group.Wait"},

	{"Errgroup at its limit", func(t *testing.T, s spots) func() {
		var g errgroup.Group
		g.SetLimit(1)
		c := make(chan int)
		g.Go(func() error { <-c; return nil })
		go func() { s.here(); g.Go(func() error { return nil }) }()
		return func() { close(c) }
	}, "chan send", goroutines.Sync, "errgroup.Group.Go"},

	{"in an errgroup's function", func(t *testing.T, s spots) func() {
		var g errgroup.Group
		c := make(chan int)
		g.Go(func() error { s.here(); <-c; return nil })
		return func() { close(c) }
	}, "chan receive", goroutines.Sync, ""},

	{"Singleflight", func(t *testing.T, s spots) func() {
		var g singleflight.Group
		in, out := make(chan int), make(chan int)
		go g.Do("key", func() (any, error) { close(in); <-out; return nil, nil })
		<-in
		go func() { s.here(); g.Do("key", nil) }()
		return func() { close(out) }
	}, "sync.WaitGroup.Wait", goroutines.Sync, "singleflight.Group.Do"},

	{"Latch", func(t *testing.T, s spots) func() {
		l := latch.New(1)
		go func() { s.here(); l.Wait() }()
		return l.CountDown
	}, "chan receive", goroutines.Sync, "latch.Latch.Wait"},

	{"Latch with a limit", func(t *testing.T, s spots) func() {
		l := latch.New(1)
		go func() { s.here(); l.WaitFor(time.Hour) }()
		return l.CountDown
	}, "select", goroutines.Sync, "latch.Latch.WaitFor"},

	{"Coroutine", func(t *testing.T, s spots) func() {
		c := make(chan int)
		next, stop := iter.Pull(func(yield func(int) bool) { <-c })
		go func() { defer stop(); s.here(); next() }()
		return func() { close(c) }
	}, "coroutine", goroutines.Sync, "iter.Pull"},

	{"sleep", func(t *testing.T, s spots) func() {
		go func() { s.here(); time.Sleep(time.Hour) }()
		return nil
	}, "sleep", goroutines.Active, "time.Sleep"},

	{"Accept", func(t *testing.T, s spots) func() {
		l := listen(t)
		go func() { s.here(); l.Accept() }()
		return func() { l.Close() }
	}, "IO wait", goroutines.Active, "net.TCPListener.Accept"},

	{"network", func(t *testing.T, s spots) func() {
		l := listen(t)
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		go func() { s.here(); conn.Read(make([]byte, 1)) }()
		return func() { conn.Close(); l.Close() }
	}, "IO wait", goroutines.Active, "net.conn.Read"},
}

func listen(t *testing.T) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func receive[T any](s spots, c chan T) { s.here(); <-c }

type receiver struct {
	s spots
	c chan int
}

func (r *receiver) receive() { r.s.here(); <-r.c }

// awaitState gives way until a goroutine has a state in a look, and returns it.
func awaitState(t *testing.T, looker *goroutines.Looker, g goroutines.G, state string) *goroutines.Goroutine {
	t.Helper()
	var is *goroutines.Goroutine
	await(t, state, func() bool {
		is = looker.Look().Goroutine(g.ID())
		return is != nil && is.State == state
	})
	return is
}

func TestParked(t *testing.T) {
	var looker goroutines.Looker
	for _, test := range parkings {
		t.Run(test.name, func(t *testing.T) {
			s := make(spots)
			release := test.park(t, s)
			spot := <-s
			g := awaitState(t, &looker, spot.g, test.state)
			if g.Kind() != test.kind || goroutines.Classify(g.State) != test.kind {
				t.Errorf("got %v, want %v", g.Kind(), test.kind)
			}
			want := test.on
			if want == "" {
				want = test.state
			}
			on, file, line := g.Wait()
			if on != want || filepath.Base(file) != "parked_test.go" || line != spot.line {
				t.Errorf("got %s at %s:%d, want %s at line %d\n%s", on, file, line, want, spot.line, g.Stack())
			}
			if !strings.Contains(g.Creator().Function, "goroutines") && !strings.Contains(g.Creator().Function, "errgroup") {
				t.Errorf("got creator %v\n%s", g.Creator(), g.Stack())
			}
			if status, reason, ok := spot.g.Status(); ok {
				kind, known := goroutines.ReasonKind(reason)
				if status != goroutines.Waiting || known && kind != test.kind {
					t.Errorf("got status %v, reason %v (%v), want Waiting (%v)", status, reason, kind, test.kind)
				}
			}
			if release != nil {
				release()
				await(t, "the goroutine's end", func() bool { return looker.Look().Goroutine(spot.g.ID()) == nil })
			}
		})
	}
}

// All of the stack is in libraries: the place is the go statement.
func TestWaitInAGoStatement(t *testing.T) {
	var looker goroutines.Looker
	var mu sync.Mutex
	mu.Lock()
	before := looker.Look().IDs()
	_, _, want, _ := runtime.Caller(0)
	go mu.Lock() // in the line after
	var on string
	var line int
	await(t, "it to park", func() bool {
		for g := range looker.Look().Since(before, goroutines.Self().ID()) {
			if g.State == "sync.Mutex.Lock" {
				on, _, line = g.Wait()
				return true
			}
		}
		return false
	})
	if on != "sync.Mutex.Lock" || line != want+1 {
		t.Errorf("got %s at line %d, want line %d", on, line, want+1)
	}
	mu.Unlock()
}

func TestParkedInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var looker goroutines.Looker
		s := make(spots)
		c := make(chan int)
		var wg sync.WaitGroup
		wg.Add(1)
		var running sync.WaitGroup
		sent := make(chan int)
		end := map[string]func(){
			"chan receive":        func() { s.here(); <-c },
			"chan send":           func() { s.here(); sent <- 1 },
			"sync.WaitGroup.Wait": func() { s.here(); wg.Wait() },
			"sleep":               func() { s.here(); time.Sleep(time.Second) },
			"select": func() {
				s.above()
				select {
				case <-c:
				case <-time.After(time.Hour):
				}
			},
		}
		for state, f := range end {
			running.Go(f)
			spot := <-s
			synctest.Wait()
			g := looker.Look().Goroutine(spot.g.ID())
			if g == nil || g.State != state || !g.Durable || g.Bubble == 0 {
				t.Fatalf("got %+v, want %s in a bubble", g, state)
			}
			want := goroutines.Sync
			if state == "sleep" {
				want = goroutines.Active
			}
			if g.Kind() != want {
				t.Errorf("%s: got %v, want %v", state, g.Kind(), want)
			}
			if _, _, line := g.Wait(); line != spot.line {
				t.Errorf("%s: got line %d, want %d", state, line, spot.line)
			}
			if status, reason, ok := spot.g.Status(); ok {
				kind, known := goroutines.ReasonKind(reason)
				if status != goroutines.Waiting || known && kind != want {
					t.Errorf("%s: got status %v, reason %v (%v)", state, status, reason, kind)
				}
			}
		}
		all := looker.Look().Goroutines
		for i := range all {
			if g := &all[i]; g.State == "synctest.Run" {
				if on, _, _ := g.Wait(); on != "synctest.Test" || g.Kind() != goroutines.Sync {
					t.Errorf("the test outside of the bubble waits on %s, want synctest.Test", on)
				}
			}
		}
		close(c)
		<-sent
		wg.Done()
		running.Wait()
	})
}

// waitsOn returns the address of what goroutines that run f wait on, two of them, so that both can be
// compared.
func waitsOn(t *testing.T, state string, f func()) (address uintptr, ok bool) {
	t.Helper()
	var looker goroutines.Looker
	for i := range 2 {
		s := make(spots)
		go func() { s.here(); f() }()
		got, known := awaitState(t, &looker, (<-s).g, state).Object()
		if i > 0 && (got != address || known != ok) {
			t.Errorf("two goroutines wait on the same: got %#x (%v) and %#x (%v)", address, ok, got, known)
		}
		address, ok = got, known
	}
	return address, ok
}

func TestObject(t *testing.T) {
	type embedding struct {
		_ [3]int
		sync.Mutex
		_ [3]int
		sync.RWMutex
	}
	// In optimised code only some addresses are known; but what is known is right.
	optimised := !race.Enabled && !unoptimised()
	for range 3 {
		mu, e, wg := new(sync.Mutex), new(embedding), new(sync.WaitGroup)
		written, read := new(sync.RWMutex), new(sync.RWMutex)
		cond := sync.NewCond(new(sync.Mutex))
		for _, test := range []struct {
			name, state  string
			lock         func()
			wait, unlock func()
			want         unsafe.Pointer
			hidden       bool
		}{
			{"Mutex", "sync.Mutex.Lock", mu.Lock, mu.Lock, mu.Unlock, unsafe.Pointer(mu), false},
			{"embedded", "sync.Mutex.Lock", e.Mutex.Lock, e.Mutex.Lock, e.Mutex.Unlock, unsafe.Pointer(&e.Mutex), false},
			{"writers", "sync.Mutex.Lock", written.Lock, written.Lock, written.Unlock, unsafe.Pointer(written), false},
			{"readers", "sync.RWMutex.RLock", written.Lock, written.RLock, written.Unlock, unsafe.Pointer(written), optimised},
			{"embedded, readers", "sync.RWMutex.RLock", e.RWMutex.Lock, e.RWMutex.RLock, e.RWMutex.Unlock, unsafe.Pointer(&e.RWMutex), optimised},
			{"WaitGroup", "sync.WaitGroup.Wait", func() { wg.Add(1) }, wg.Wait, wg.Done, unsafe.Pointer(wg), false},
			{"Cond", "sync.Cond.Wait", func() {}, func() { cond.L.Lock(); cond.Wait(); cond.L.Unlock() }, cond.Broadcast, unsafe.Pointer(cond), false},
		} {
			test.lock()
			wait := test.wait
			switch test.state {
			case "sync.Mutex.Lock":
				wait = func() { test.wait(); test.unlock() }
			case "sync.RWMutex.RLock":
				wait = func() { test.wait() }
			}
			got, ok := waitsOn(t, test.state, wait)
			if ok && got != uintptr(test.want) || ok == test.hidden {
				t.Errorf("%s: got %#x, %v, want %p, %v", test.name, got, ok, test.want, !test.hidden)
			}
			test.unlock()
		}
		// A writer that waits for readers.
		read.RLock()
		s := make(spots)
		go func() { s.here(); read.Lock(); read.Unlock() }()
		var looker goroutines.Looker
		g := awaitState(t, &looker, (<-s).g, "sync.RWMutex.Lock")
		if got, ok := g.Object(); ok && got != uintptr(unsafe.Pointer(read)) || ok == optimised {
			t.Errorf("writer: got %#x, %v, want %p, %v\n%s", got, ok, read, !optimised, g.Stack())
		}
		read.RUnlock()
	}
	var looker goroutines.Looker
	c := make(chan int)
	s := make(spots)
	go func() { s.here(); <-c }()
	if got, ok := awaitState(t, &looker, (<-s).g, "chan receive").Object(); ok {
		t.Errorf("a channel: got %#x, want nothing", got)
	}
	close(c)
}

// unoptimised tells whether all is compiled with -N -l: even this is not inlined.
func unoptimised() bool {
	self := func() uintptr { pc, _, _, _ := runtime.Caller(0); return runtime.FuncForPC(pc).Entry() }
	pc, _, _, _ := runtime.Caller(0)
	return self() != runtime.FuncForPC(pc).Entry()
}
