package goroutines_test

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
)

// giveWay yields until it is told to end, and says which goroutine it is.
func giveWay(self chan<- goroutines.G, end *atomic.Bool) {
	self <- goroutines.Self()
	for !end.Load() {
		runtime.Gosched()
	}
}

func TestYields(t *testing.T) {
	var end atomic.Bool
	defer end.Store(true)
	self := make(chan goroutines.G)
	go giveWay(self, &end)
	id := (<-self).ID()

	const want = "github.com/orchtest/orchtest/lib/internal/goroutines_test.giveWay"
	var looker goroutines.Looker
	for range 10_000 {
		runtime.Gosched()
		switch function, yields := looker.Look().Goroutine(id).Yields(); {
		case function != want:
			t.Fatalf("got function %s, want %s", function, want)
		case yields:
			return
		}
	}
	t.Error("it was never seen to yield")
}

func TestYieldsOfOneThatDoesNot(t *testing.T) {
	for name, dump := range map[string]string{
		"parked":  "goroutine 7 [chan receive]:\nmain.f()\n\t/src/main.go:3 +0x1\n",
		"runtime": "goroutine 7 [runnable]:\nruntime.GC()\n\t/go/src/runtime/mgc.go:3 +0x1\nmain.f()\n\t/src/main.go:3 +0x1\n",
	} {
		t.Run(name, func(t *testing.T) {
			if function, yields := goroutines.Parse([]byte(dump)).Goroutine(7).Yields(); function != "main.f" || yields {
				t.Errorf("got %s, %v, want main.f, false", function, yields)
			}
		})
	}
	if function, yields := goroutines.Parse([]byte("goroutine 7 [running]:\n")).Goroutine(7).Yields(); function != "" || yields {
		t.Errorf("without frames: got %q, %v", function, yields)
	}
}
