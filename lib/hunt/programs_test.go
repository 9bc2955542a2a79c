package hunt_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/hunt"
)

// begin begins a program.
func begin(t *testing.T) {
	if !hunt.Hunts {
		t.Skip("a program that is hunted")
	}
	hunt.Begin(t)
}

const (
	locks   = "sync.Mutex.Lock\tm/a.go:2:1"
	unlocks = "sync.Mutex.Unlock\tm/a.go:3:1"
	starts  = "go\tm/a.go:4:1"
	waits   = "sync.WaitGroup.Wait\tm/a.go:5:1"
	sends   = "chan send\tm/a.go:6:1"
	gets    = "chan receive\tm/a.go:7:1"
)

func lock(mu *sync.Mutex)   { hunt.F0(locks, mu.Lock).Do() }
func unlock(mu *sync.Mutex) { hunt.F0(unlocks, mu.Unlock).Do() }

func TestProgramClean(t *testing.T) {
	begin(t)
	var mu sync.Mutex
	var wg sync.WaitGroup
	n := 0
	for range 3 {
		hunt.WaitGroupGo(starts, &wg, func() {
			for range 3 {
				lock(&mu)
				n++
				unlock(&mu)
			}
		})
	}
	hunt.F0(waits, wg.Wait).Do()
	if n != 9 {
		t.Error(n)
	}
}

func TestProgramDeadlock(t *testing.T) {
	begin(t)
	var a, b sync.Mutex
	var wg sync.WaitGroup
	both := func(first, second *sync.Mutex) func() {
		return func() {
			lock(first)
			lock(second)
			unlock(second)
			unlock(first)
		}
	}
	hunt.WaitGroupGo(starts, &wg, both(&a, &b))
	hunt.WaitGroupGo(starts, &wg, both(&b, &a))
	hunt.F0(waits, wg.Wait).Do()
}

func TestProgramLeak(t *testing.T) {
	begin(t)
	first, second := make(chan int), make(chan int)
	hunt.Go(starts, func() { hunt.To(first).Send(sends, 1) })
	hunt.Go(starts, func() { hunt.To(second).Send(sends, 2) })
	select {
	case <-first:
	case <-second:
	}
}

func TestProgramPanic(t *testing.T) {
	begin(t)
	var mu sync.Mutex
	n := 0
	hunt.Go(starts, func() {
		lock(&mu)
		if n > 0 {
			panic("lost")
		}
		unlock(&mu)
	})
	lock(&mu)
	n++
	unlock(&mu)
}

func TestProgramFailure(t *testing.T) {
	begin(t)
	n := 0
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range 2 {
		hunt.WaitGroupGo(starts, &wg, func() {
			lock(&mu)
			before := n
			unlock(&mu)
			lock(&mu)
			n = before + 1
			unlock(&mu)
		})
	}
	hunt.F0(waits, wg.Wait).Do()
	if n != 2 {
		t.Errorf("got %d", n)
	}
}

// TestProgramFailsLate fails where the thread goes on after the test's own function.
func TestProgramFailsLate(t *testing.T) {
	begin(t)
	var mu sync.Mutex
	hunt.Go(starts, func() {
		lock(&mu)
		unlock(&mu)
		t.Error("late")
	})
}

func TestProgramGoexit(t *testing.T) {
	begin(t)
	ch := make(chan int)
	hunt.Go(starts, func() {
		t.FailNow() // from another goroutine, so that nobody sends
		hunt.To(ch).Send(sends, 1)
	})
	hunt.Receive(gets, ch)
}

func TestProgramSubtests(t *testing.T) {
	begin(t)
	for _, name := range []string{"a", "b"} {
		hunt.Run("testing.T.Run\tm/a.go:8:1", t, name, func(t *testing.T) {
			ch := make(chan int)
			hunt.Go(starts, func() { hunt.To(ch).Send(sends, 1) })
			hunt.Receive(gets, ch)
		})
	}
}

func parallel(t *testing.T, correct bool) {
	begin(t)
	var n atomic.Int32
	for _, name := range []string{"a", "b", "c"} {
		hunt.Run("testing.T.Run\tm/a.go:8:1", t, name, func(t *testing.T) {
			hunt.F0("testing.T.Parallel\tm/a.go:9:1", t.Parallel).Do()
			before := hunt.R0("atomic.Int32.Load\tm/a.go:10:1", n.Load).Do()
			if !hunt.R2("atomic.Int32.CompareAndSwap\tm/a.go:11:1", n.CompareAndSwap).Do(before, before+1) && !correct {
				t.Error("another one was faster")
			}
		})
	}
}

func TestProgramParallel(t *testing.T)    { parallel(t, true) }
func TestProgramParallelBug(t *testing.T) { parallel(t, false) }

func TestProgramSelect(t *testing.T) {
	begin(t)
	first, second := make(chan int, 1), make(chan string, 1)
	first <- 1
	second <- "two"
	a, b := hunt.From(first), hunt.From(second)
	if hunt.Select2("select\tm/a.go:15:1", false, &a, &b) == 1 {
		t.Error(b.V)
	}
}

// TestProgramSelectPlaces has two ready cases of four.
func TestProgramSelectPlaces(t *testing.T) {
	begin(t)
	first, third := make(chan int, 1), make(chan string, 1)
	first <- 1
	third <- "three"
	a, b, c, d := hunt.From(make(chan int)), hunt.From(first), hunt.From(make(chan int)), hunt.From(third)
	if hunt.Select4("select\tm/a.go:15:1", hunt.Wait, &a, &b, &c, &d) == 3 {
		t.Error(d.V)
	}
}

// TestProgramPollsNothing has nothing to decide: no case is ever ready.
func TestProgramPollsNothing(t *testing.T) {
	begin(t)
	in, out, full := make(chan int), make(chan string, 1), make(chan bool, 1)
	full <- true
	a, b, c := hunt.From(in), hunt.From(out), hunt.To(full).Case(true)
	for range 3 {
		if i := hunt.Select3("select\tm/a.go:15:1", hunt.Poll, &a, &b, &c); i != hunt.Default {
			t.Errorf("case %d", i)
		}
		if i := hunt.SelectMany("select\tm/a.go:16:1", hunt.Poll, &a, &b, &c, &a, &b); i != hunt.Default {
			t.Errorf("case %d of many", i)
		}
	}
}

// adopted is run by a goroutine that a package has started which is not rewritten.
func adopted(t *testing.T, correct bool) {
	begin(t)
	n := 0
	var mu sync.Mutex
	done := make(chan bool, 2)
	for range 2 {
		go func() {
			lock(&mu)
			before := n
			if !correct {
				unlock(&mu)
				lock(&mu)
			}
			n = before + 1
			unlock(&mu)
			hunt.To(done).Send(sends, true)
		}()
	}
	hunt.Receive(gets, done)
	hunt.Receive(gets, done)
	if n != 2 {
		t.Errorf("got %d", n)
	}
}

func TestProgramAdopted(t *testing.T)    { adopted(t, true) }
func TestProgramAdoptedBug(t *testing.T) { adopted(t, false) }

func TestProgramSpins(t *testing.T) {
	begin(t)
	var ready atomic.Bool
	hunt.Go(starts, func() { hunt.F1("atomic.Bool.Store\tm/a.go:12:1", ready.Store).Do(true) })
	for !hunt.R0("atomic.Bool.Load\tm/a.go:13:1", ready.Load).Do() {
		hunt.Gosched("runtime.Gosched\tm/a.go:14:1")
	}
}

func TestProgramEndless(t *testing.T) {
	begin(t)
	var never atomic.Bool
	for !hunt.R0("atomic.Bool.Load\tm/a.go:13:1", never.Load).Do() {
		runtime.KeepAlive(t)
	}
}

// TestProgramDozes leaves a goroutine that looks from time to time for what does not come.
func TestProgramDozes(t *testing.T) {
	begin(t)
	hunt.Go(starts, func() {
		for {
			hunt.Sleep(time.Second)
		}
	})
}

func TestProgramNetwork(t *testing.T) {
	begin(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Read(make([]byte, 1)) // nobody writes
}

// A server and its client, whose messages take no time that one would notice.
func TestProgramServer(t *testing.T) {
	begin(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("pong")) }))
	defer server.Close()
	response, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
}

func TestProgramDeclined(t *testing.T) {
	begin(t)
	hunt.NotHuntable("os/exec.Cmd.Run\tm/a.go:1:1", "a child process")
	t.Error("it goes on")
}

var old = func() chan int {
	ch := make(chan int)
	go func() {
		for range ch {
			hunt.Gosched("runtime.Gosched\tm/a.go:14:1")
		}
	}()
	return ch
}()

// The goroutine that is still there was there before the test.
func TestProgramOld(t *testing.T) {
	begin(t)
	hunt.To(old).Send(sends, 1)
}

// TestProgramPanicMain panics in the test's own goroutine, under some schedules.
func TestProgramPanicMain(t *testing.T) {
	begin(t)
	var mu sync.Mutex
	n := new(int)
	hunt.Go(starts, func() {
		lock(&mu)
		n = nil
		unlock(&mu)
	})
	lock(&mu)
	*n = 1
	unlock(&mu)
}

// TestProgramFinalizer synchronises with the goroutine that runs finalizers, and with one that runs cleanups.
func TestProgramFinalizer(t *testing.T) {
	begin(t)
	finalized, cleaned := make(chan int), make(chan int)
	x := new([64]int)
	runtime.SetFinalizer(x, func(*[64]int) { hunt.Close("close\tm/a.go:8:1", finalized) })
	runtime.AddCleanup(new([64]int), func(ch chan int) { hunt.Close("close\tm/a.go:9:1", ch) }, cleaned)
	runtime.GC()
	hunt.Receive(gets, finalized)
	hunt.Receive(gets, cleaned)
}

// answers are given by a goroutine that is older than any schedule, and serves all of them.
var questions, answers = make(chan int), make(chan int)

func init() {
	if !hunt.Hunts {
		return
	}
	hunt.Go(starts, func() {
		for q := hunt.Receive(gets, questions); ; q = hunt.Receive(gets, questions) {
			hunt.To(answers).Send(sends, q+1)
		}
	})
}

func TestProgramServed(t *testing.T) {
	begin(t)
	hunt.Go(starts, func() { hunt.Gosched(starts) })
	hunt.To(questions).Send(sends, 1)
	if a := hunt.Receive(gets, answers); a != 2 {
		t.Error(a)
	}
}

// deep calls f that deep in the stack.
//
//go:noinline
func deep(n int, f func()) byte {
	var frame [16]byte
	if n == 0 {
		f()
	} else {
		frame[n%len(frame)] = deep(n-1, f)
	}
	return frame[0]
}

// TestProgramDeep has threads that come to a point by themselves, some when their stack just grows.
func TestProgramDeep(t *testing.T) {
	begin(t)
	var mu sync.Mutex
	for i := range deepest {
		ch := make(chan int)
		hunt.Go(starts, func() {
			deep(i, func() {
				<-ch
				lock(&mu)
				unlock(&mu)
			})
		})
		hunt.Gosched("runtime.Gosched\tm/a.go:14:1")
		ch <- 1
		hunt.Gosched("runtime.Gosched\tm/a.go:14:1")
	}
}

const deepest = 100
