package goroutines_test

import (
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
)

// process is one with tests A, whose goroutine is 10, and B, whose is 11.
const process = `goroutine 20 [running]:
lib.look()
	/src/lib.go:1 +0x1
created by a.TestA in goroutine 10
	/src/a_test.go:1 +0x1

goroutine 1 [chan receive]:
testing.(*T).Run(0xc00, {0x1, 0x2}, 0x3)
	/go/src/testing/testing.go:2109 +0x1
testing.tRunner(0xc00, 0x1)
	/go/src/testing/testing.go:2036 +0x1
testing.runTests({0x1, 0x2})
	/go/src/testing/testing.go:2583 +0x1
main.main()
	_testmain.go:46 +0x9b

goroutine 10 [sync.WaitGroup.Wait]:
sync.runtime_SemacquireWaitGroup(0x0?, 0x0?)
	/go/src/runtime/sema.go:114 +0x2e
sync.(*WaitGroup).Wait(0xc0001)
	/go/src/sync/waitgroup.go:206 +0x85
a.TestA(0xc00)
	/src/a_test.go:9 +0x1
testing.tRunner(0xc00, 0x1)
	/go/src/testing/testing.go:2036 +0x1
created by testing.(*T).Run in goroutine 1
	/go/src/testing/testing.go:2101 +0x1

goroutine 11 [runnable]:
a.TestB(0xc00)
	/src/a_test.go:9 +0x1
testing.tRunner(0xc00, 0x1)
	/go/src/testing/testing.go:2036 +0x1
created by testing.(*T).Run in goroutine 1
	/go/src/testing/testing.go:2101 +0x1

goroutine 12 [sleep]:
time.Sleep(0x1)
	/go/src/runtime/time.go:363 +0x165
a.helpB()
	/src/a_test.go:9 +0x1
created by a.TestB in goroutine 11
	/src/a_test.go:9 +0x1

goroutine 13 [sleep]:
time.Sleep(0x1)
	/go/src/runtime/time.go:363 +0x165
a.helpA()
	/src/a_test.go:9 +0x1
created by a.TestA in goroutine 10
	/src/a_test.go:9 +0x1

goroutine 14 [sleep]:
time.Sleep(0x1)
	/go/src/runtime/time.go:363 +0x165
a.orphan()
	/src/a_test.go:9 +0x1
created by a.init.0 in goroutine 99
	/src/a_test.go:9 +0x1

goroutine 15 [syscall]:
syscall.Syscall(0x0, 0x1, 0x2)
	/go/src/syscall/syscall_linux.go:73 +0x25
created by a.helpB in goroutine 12
	/src/a_test.go:9 +0x1

goroutine 16 [IO wait]:
internal/poll.runtime_pollWait(0x7f98a2386000, 0x72)
	/go/src/runtime/netpoll.go:351 +0x85
internal/poll.(*FD).Accept(0x6cd1c526000)
	/go/src/internal/poll/fd_unix.go:613 +0x28c
a.serve()
	/src/a_test.go:9 +0x1
created by a.TestA in goroutine 10
	/src/a_test.go:9 +0x1

goroutine 17 [IO wait]:
internal/poll.runtime_pollWait(0x7f98a2386000, 0x72)
	/go/src/runtime/netpoll.go:351 +0x85
internal/poll.(*FD).Read(0x6cd1c526000)
	/go/src/internal/poll/fd_unix.go:165 +0x28c
a.serve()
	/src/a_test.go:9 +0x1
created by a.TestA in goroutine 10
	/src/a_test.go:9 +0x1

goroutine 18 [syscall]:
os/signal.signal_recv()
	/go/src/runtime/sigqueue.go:152 +0x98
os/signal.loop()
	/go/src/os/signal/signal_unix.go:23 +0x13
created by os/signal.Notify.func1.1 in goroutine 10
	/go/src/os/signal/signal.go:152 +0x1f

goroutine 19 [sleep]:
time.Sleep(0x5f5e100)
	/go/src/runtime/time.go:363 +0x165
runtime/pprof.profileWriter({0x1, 0x2})
	/go/src/runtime/pprof/pprof.go:900 +0x1
created by runtime/pprof.StartCPUProfile in goroutine 1
	/go/src/runtime/pprof/pprof.go:880 +0x1

goroutine 21 [running]:
	goroutine running on other thread; stack unavailable
created by a.TestA in goroutine 10
	/src/a_test.go:9 +0x1

goroutine 22 [runnable]:
a.TestA.func1(0xc00)
	/src/a_test.go:9 +0x1
testing.tRunner(0xc00, 0x1)
	/go/src/testing/testing.go:2036 +0x1
created by testing.(*T).Run in goroutine 10
	/go/src/testing/testing.go:2101 +0x1

goroutine 23 [semacquire]:
runtime.ReadMemStats(0xc00)
	/go/src/runtime/mstats.go:352 +0x1
a.helpA()
	/src/a_test.go:9 +0x1
created by a.TestA in goroutine 10
	/src/a_test.go:9 +0x1

goroutine 24 [semacquire]:
a.allocates()
	/src/a_test.go:9 +0x1
created by a.TestA in goroutine 10
	/src/a_test.go:9 +0x1

goroutine 25 [semacquire]:
internal/poll.runtime_Semacquire(0xc00)
	/go/src/runtime/sema.go:76 +0x1
internal/poll.(*fdMutex).rwlock(0xc00, 0x1)
	/go/src/internal/poll/fd_mutex.go:154 +0x1
created by a.TestA in goroutine 10
	/src/a_test.go:9 +0x1

goroutine 26 [runnable, synctest bubble 1]:
a.TestB.func1(0xc00)
	/src/a_test.go:9 +0x1
testing.tRunner(0xc00, 0x1)
	/go/src/testing/testing.go:2036 +0x1
created by testing/synctest.testingSynctestTest in goroutine 11
	/go/src/testing/testing.go:2150 +0x1

goroutine 27 [trace reader (blocked)]:
runtime.ReadTrace()
	/go/src/runtime/trace.go:600 +0x1
runtime/trace.Start.func1()
	/go/src/runtime/trace/trace.go:130 +0x1
created by runtime/trace.Start in goroutine 1
	/go/src/runtime/trace/trace.go:128 +0x1

goroutine 28 [select]:
a.helpA()
	/src/a_test.go:9 +0x1
created by a.TestA in goroutine 10
	/src/a_test.go:9 +0x1

goroutine 29 [sleep]:
time.Sleep(0x1)
	/go/src/runtime/time.go:363 +0x165
testing.tRunner(0xc00, 0x1)
	/src/notthattesting.go:9 +0x1
created by a.TestB in goroutine 11
	/src/a_test.go:9 +0x1
`

func TestMayWake(t *testing.T) {
	const asleep, remote, awake = goroutines.Asleep, goroutines.Remote, goroutines.Awake
	s := goroutines.Parse([]byte(process))
	for _, test := range []struct {
		name string
		from []int64
		want map[int64]goroutines.Wake
	}{
		{"from test A", []int64{10, 20, 13}, map[int64]goroutines.Wake{
			20: awake, 13: awake, 14: awake, 17: awake, 21: awake, 22: awake, 23: awake, 24: awake,
			11: remote, 12: remote, 15: remote, 26: remote, 29: remote,
		}},
		{"from a subtest of A", []int64{22}, map[int64]goroutines.Wake{
			20: awake, 13: awake, 14: awake, 17: awake, 21: awake, 22: awake, 23: awake, 24: awake,
			11: remote, 12: remote, 15: remote, 26: remote, 29: remote,
		}},
		{"from test B", []int64{11, 12, 15, 26}, map[int64]goroutines.Wake{
			20: remote, 13: remote, 14: awake, 17: remote, 21: remote, 22: remote, 23: remote, 24: remote,
			11: awake, 12: awake, 15: awake, 26: awake, 29: awake,
		}},
		{"from one that belongs to no test, or is not there", []int64{14, 1, 99, 0}, map[int64]goroutines.Wake{
			20: awake, 13: awake, 14: awake, 17: awake, 21: awake, 22: awake, 23: awake, 24: awake,
			11: awake, 12: awake, 15: awake, 26: awake, 29: awake,
		}},
	} {
		for _, from := range test.from {
			var strict, lenient int
			for i := range s.Goroutines {
				g := &s.Goroutines[i]
				got, want := s.MayWake(from, g), test.want[g.ID]
				if got != want {
					t.Errorf("%s, %d: goroutine %d: got %v, want %v", test.name, from, g.ID, got, want)
				}
				if want >= remote && i > 0 {
					strict++
				}
				if want == awake && i > 0 {
					lenient++
				}
			}
			for range s.Wakers(from, remote) {
				strict--
			}
			for range s.Wakers(from, awake) {
				lenient--
			}
			if strict != 0 || lenient != 0 {
				t.Errorf("%s, %d: Wakers differs by %d for a strict and %d for a lenient answer", test.name, from, strict, lenient)
			}
		}
	}
}

// A line of descent that is a circle, which no process has, ends.
func TestMayWakeInACircle(t *testing.T) {
	s := goroutines.Parse([]byte("goroutine 1 [running]:\ncreated by a in goroutine 2\n\ngoroutine 2 [running]:\ncreated by a in goroutine 1\n"))
	for i := range s.Goroutines {
		if got := s.MayWake(7, &s.Goroutines[i]); got != goroutines.Awake {
			t.Errorf("got %v, want awake", got)
		}
	}
}

// Real tests at once: what the other one does is remote.
func TestWakersOfTestsAtOnce(t *testing.T) {
	var looker goroutines.Looker
	ids, end := make(chan int64), make(chan struct{})
	t.Run("group", func(t *testing.T) {
		var other sync.WaitGroup
		defer other.Wait()
		other.Go(func() {
			t.Run("other", func(t *testing.T) {
				go func() {
					ids <- goroutines.Self().ID()
					spin(end)
				}()
				ids <- goroutines.Self().ID()
				spin(end)
			})
		})
		t.Run("self", func(t *testing.T) {
			defer close(end)
			test := goroutines.Self().ID()
			others := map[int64]bool{<-ids: true, <-ids: true}
			own, ownEnd := make(chan int64), make(chan struct{})
			go func() {
				own <- goroutines.Self().ID()
				spin(ownEnd)
			}()
			mine := <-own
			defer close(ownEnd)
			listener := listen(t)
			defer listener.Close()
			s := make(spots)
			go func(l net.Listener) { s.here(); l.Accept() }(listener)
			accepting := awaitState(t, &looker, (<-s).g, "IO wait").ID

			snapshot := looker.Look()
			strict, lenient := map[int64]bool{}, map[int64]bool{}
			for g := range snapshot.Wakers(test, goroutines.Remote) {
				strict[g.ID] = true
			}
			for g := range snapshot.Wakers(test, goroutines.Awake) {
				lenient[g.ID] = true
			}
			if !lenient[mine] || !strict[mine] {
				t.Error("a goroutine that the test started could not wake it")
			}
			if lenient[accepting] || strict[accepting] {
				t.Error("one that accepts connections is not asleep")
			}
			for id := range others {
				if g := snapshot.Goroutine(id); lenient[id] || !strict[id] {
					t.Errorf("one of another test is not remote: %+v\n%s", g, g.Stack())
				}
			}
			if strict[test] || lenient[test] {
				t.Error("the one that looks could wake itself")
			}
		})
	})
}

func spin(end <-chan struct{}) {
	for {
		select {
		case <-end:
			return
		default:
			runtime.Gosched()
		}
	}
}

// A goroutine that collects garbage waits for nobody's synchronisation.
func TestWaitingForTheGarbageCollector(t *testing.T) {
	end := make(chan struct{})
	var ids []goroutines.G
	s := make(spots)
	for range 3 {
		go func() {
			s.here()
			for {
				select {
				case <-end:
					return
				default:
					runtime.GC()
				}
			}
		}()
		ids = append(ids, (<-s).g)
	}
	var looker goroutines.Looker
	states := map[string]int{}
	for range 300 {
		snapshot := looker.Look()
		for _, id := range ids {
			g := snapshot.Goroutine(id.ID())
			states[g.State]++
			if g.Kind() != goroutines.Active {
				t.Errorf("got %v: [%s]\n%s", g.Kind(), g.State, g.Stack())
			}
		}
		runtime.Gosched()
	}
	close(end)
	t.Log(states)
}

func TestKindsAndWakesAreNamed(t *testing.T) {
	got := []string{
		goroutines.Sync.String(), goroutines.Active.String(),
		goroutines.Asleep.String(), goroutines.Remote.String(), goroutines.Awake.String(),
	}
	if want := "sync active asleep remote awake"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
