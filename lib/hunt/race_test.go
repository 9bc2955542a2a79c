//go:build race

package hunt_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/hunt"
	"github.com/orchtest/orchtest/lib/protocol"
)

// A race that shows only where the second thread comes first.
func TestProgramRace(t *testing.T) {
	begin(t)
	var mu sync.Mutex
	var wg sync.WaitGroup
	n, ready := 0, false
	hunt.WaitGroupGo(starts, &wg, func() {
		n++
		lock(&mu)
		ready = true
		unlock(&mu)
	})
	hunt.WaitGroupGo(starts, &wg, func() {
		lock(&mu)
		is := ready
		unlock(&mu)
		if !is {
			n++
		}
	})
	hunt.F0(waits, wg.Wait).Do()
}

func TestRace(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"TestProgramRace", "TestProgramRaceAtEnd"} {
		last, output := hunted(t, protocol.HuntRequest{Test: program, Count: 50, Seed: 1})
		if last.Finding == nil || last.Finding.Kind != protocol.FoundRace || !strings.Contains(output, "DATA RACE") {
			t.Fatalf("%s: got %+v\n%s", program, last, output)
		}
		replays(t, program, last)
	}
}

// A race of the test's end with what a timer does later.
func TestProgramRaceAtEnd(t *testing.T) {
	begin(t)
	n := new(int)
	hunt.AfterFunc(time.Hour, func() { *n++ })
	hunt.Go(starts, func() { hunt.Sleep(2 * time.Hour) })
	*n++
}

// TestProgramCrowd has more threads and turns than there is room for in the beginning, and no data race.
func TestProgramCrowd(t *testing.T) {
	begin(t)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 40 {
		hunt.WaitGroupGo(starts, &wg, func() {
			for range 3 {
				lock(&mu)
				unlock(&mu)
			}
		})
	}
	hunt.F0(waits, wg.Wait).Do()
}

// TestNoRaceOfOurs shows that the detector says nothing of what threads and the overseer share.
func TestNoRaceOfOurs(t *testing.T) {
	t.Parallel()
	if last, output := hunted(t, protocol.HuntRequest{Test: "TestProgramCrowd", Count: 20, Seed: 1}); last.Kind != protocol.HuntDone {
		t.Errorf("got %+v\n%s", last, output)
	}
}

// TestNoRaceOfLooks shows that the detector says nothing of what overseers hand on to each other.
func TestNoRaceOfLooks(t *testing.T) {
	t.Parallel()
	if last, output := hunted(t, protocol.HuntRequest{Test: "TestProgramSleeps", Count: 20, Seed: 1}); last.Kind != protocol.HuntDone {
		t.Errorf("got %+v\n%s", last, output)
	}
}
