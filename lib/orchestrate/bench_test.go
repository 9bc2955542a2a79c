package orchestrate_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/syncpoint"
	"github.com/orchtest/orchtest/permutations"
)

// thread returns a thread that takes this many turns and does nothing in them.
func thread(turns int) func() {
	return func() {
		for range turns - 1 {
			syncpoint.Here()
		}
	}
}

// BenchmarkExplore runs 2 threads × 6 turns, 924 scenarios, inside the process.
func BenchmarkExplore(b *testing.B) {
	b.ReportAllocs()
	threads := []func(){thread(6), thread(6)}
	for b.Loop() {
		runTest("TestSix", func(t *testing.T) {
			orchestrate.Run(t, threads)
		})
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/(924*12), "ns/turn")
}

// BenchmarkTurn measures a turn in threads that take very many of them.
func BenchmarkTurn(b *testing.B) {
	const turns = 10_000 // of each thread
	b.Run("handoff", func(b *testing.B) {
		sequence := make([]int, 0, 2*turns)
		for range turns {
			sequence = append(sequence, 0, 1)
		}
		benchmarkTurns(b, sequence)
	})
	b.Run("same thread", func(b *testing.B) {
		benchmarkTurns(b, permutations.Serial([]int{turns, turns}))
	})
}

// benchmarkTurns runs two threads in this sequence, again and again. What is measured is Wait alone: the
// report of so many turns costs more than they do.
func benchmarkTurns(b *testing.B, sequence []int) {
	counts := permutations.Counts(sequence, 2)
	var waited time.Duration
	b.Setenv(protocol.EnvMode, protocol.ModeScenario)
	b.Setenv(protocol.EnvCall, "0")
	b.Setenv(protocol.EnvSequence, permutations.Format(sequence))
	b.Setenv(protocol.EnvCounts, permutations.Format(counts))
	for i := 0; b.Loop(); i++ {
		name := fmt.Sprintf("TestTurns%d", i)
		b.Setenv(protocol.EnvTest, name)
		runTest(name, func(t *testing.T) {
			orchestrate.Test(t, func(t *orchestrate.T) {
				for _, n := range counts {
					t.Go("", thread(n))
				}
				runtime.GC() // so that the last report is not cleared away meanwhile
				start := time.Now()
				t.Wait()
				waited += time.Since(start)
			})
		})
	}
	b.ReportMetric(float64(waited.Nanoseconds())/float64(b.N)/float64(len(sequence)), "ns/turn")
}
