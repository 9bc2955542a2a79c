package syncpoint_test

import (
	"sync"
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

func TestWithoutAThreadItReturns(t *testing.T) {
	syncpoint.Here()
	syncpoint.Named("x")
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(syncpoint.Here)
	}
	wg.Wait()
}

func TestNobodyIsStoppedWhoIsNoThread(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		syncpoint.Here()
		t.Go("", func() {
			var wg sync.WaitGroup
			wg.Go(syncpoint.Here)
			wg.Wait()
			syncpoint.Here()
		})
		t.Go("", syncpoint.Here)
		t.Wait()
		syncpoint.Here()
	})
}

// A syncpoint that takes no part may stand where it is passed very often.
func TestSyncpointsThatTakeNoPartAllocateNothing(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		t.Go("", func() {
			syncpoint.Named("x") // is remembered
			if n := testing.AllocsPerRun(100, func() { syncpoint.Named("x") }); n != 0 {
				t.Errorf("got %v allocations, want 0", n)
			}
			syncpoint.Here()
		})
	})
}

// BenchmarkHere is what production code pays for a call where nothing is orchestrated.
func BenchmarkHere(b *testing.B) {
	for b.Loop() {
		syncpoint.Here()
	}
}
