package goroutines_test

import (
	"bytes"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
)

func since(looker *goroutines.Looker, before goroutines.IDs) map[int64]string {
	news := map[int64]string{}
	for g := range looker.Look().Since(before, goroutines.Self().ID()) {
		news[g.ID] = "[" + g.State + "]\n" + g.Stack()
	}
	return news
}

func TestSince(t *testing.T) {
	var looker goroutines.Looker
	before := looker.Look().IDs()
	if left := since(&looker, before); len(left) > 0 {
		t.Errorf("got %v, though nothing was started", left)
	}

	// What the standard library starts for itself.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	if err := pprof.StartCPUProfile(new(bytes.Buffer)); err == nil {
		defer pprof.StopCPUProfile()
	}
	if err := trace.Start(new(bytes.Buffer)); err == nil {
		defer trace.Stop()
	}

	s, end := make(spots), make(chan struct{})
	go func() { s.here(); <-end }()
	leak := (<-s).g
	for range 100 {
		if left := since(&looker, before); len(left) != 1 || left[leak.ID()] == "" {
			t.Fatalf("got %v, want goroutine %d", left, leak.ID())
		}
		runtime.Gosched()
	}
	close(end)
	await(t, "the goroutine to end", func() bool { return len(since(&looker, before)) == 0 })
}

func TestTheOneThatLooksIsNoLeak(t *testing.T) {
	left := make(chan int)
	go func() {
		var looker goroutines.Looker
		n := 0
		for g := range looker.Look().Since(nil, 0) {
			if g.ID == goroutines.Self().ID() {
				n++
			}
		}
		left <- n
	}()
	if <-left != 0 {
		t.Error("it is")
	}
}

// The goroutines on which the runtime runs finalizers and cleanups are its own, even while a user's function
// is stuck there.
func TestFinalizersAreTheRuntimes(t *testing.T) {
	var looker goroutines.Looker
	before := looker.Look().IDs()
	end := make(chan struct{})
	defer close(end)
	type object struct{ _ [100]int }
	stuck := make(chan int64, 2)
	wait := func() {
		stuck <- goroutines.Self().ID()
		<-end
	}
	runtime.SetFinalizer(new(object), func(*object) { wait() })
	runtime.AddCleanup(new(object), func(int) { wait() }, 0)
	for range 2 {
		await(t, "a finalizer", func() bool {
			runtime.GC()
			return len(stuck) > 0
		})
		g := looker.Look().Goroutine(<-stuck)
		if !g.System() {
			t.Errorf("it is not the runtime's: %s", g.Stack())
		}
	}
	if left := since(&looker, before); len(left) != 0 {
		t.Errorf("got %v, want nothing", left)
	}
}

func TestSystem(t *testing.T) {
	s := goroutines.Parse([]byte(process))
	want := map[int64]bool{1: true, 10: true, 11: true, 18: true, 19: true, 22: true, 26: true, 27: true}
	for i := range s.Goroutines {
		if g := &s.Goroutines[i]; g.System() != want[g.ID] {
			t.Errorf("goroutine %d: got %v, want %v", g.ID, g.System(), want[g.ID])
		}
	}
	for _, test := range []struct {
		stack string
		want  bool
	}{
		{"[chan receive]:\ntesting.(*T).Parallel(0x1)\nmain.TestX(0x1)\n", true},
		{"[runnable]:\ntesting.(*T).Parallel(0x1)\nmain.TestX(0x1)\n", false},
		{"[chan receive]:\ntesting.runFuzzing(0x1)\nmain.main()\n", true},
		{"[select]:\nmain.f(0x1)\ncreated by testing.(*B).run1 in goroutine 1\n", true},
		{"[select]:\nmain.f(0x1)\ncreated by testing.(*B).RunParallel in goroutine 1\n", true},
		{"[syscall, locked to thread]:\nruntime.goexit({})\n", true},
		{"[finalizer wait]:\nruntime.runFinalizers()\n", true},
		{"[finalizer wait]:\nruntime.runfinq()\n", true},
		{"[cleanup wait]:\nruntime.runCleanups()\n", true},
		{"[select, locked to thread]:\nruntime.ensureSigM.func1()\n", true},
		{"[sleep]:\nos/signal.NotifyContext.func1()\ncreated by os/signal.NotifyContext in goroutine 1\n", false},
		{"[select]:\nmain.f()\ncreated by testingx.Run in goroutine 1\n", false},
		{"[select]:\ntestingx.f()\n", false},
		{"[select]:\nruntimex.f()\n", false},
		{"[running]:\n", false},
	} {
		text := "goroutine 7 " + strings.ReplaceAll(test.stack, ")\n", ")\n\t/a.go:1 +0x1\n")
		if got := goroutines.Parse([]byte(text)).Goroutine(7).System(); got != test.want {
			t.Errorf("%s: got %v, want %v", text, got, test.want)
		}
	}
}
