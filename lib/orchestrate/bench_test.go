package orchestrate_test

import (
	"fmt"
	"runtime"
	"slices"
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

// BenchmarkRun runs the first of the 17,153,136 scenarios of 3 threads × 6 turns inside the process, an operation
// each: -benchtime 17153136x are all of them. The memory is what the process has from the system in the end.
func BenchmarkRun(b *testing.B) {
	b.ReportAllocs()
	counts := []int{6, 6, 6}
	threads := []func(){thread(6), thread(6), nil}
	for ran := 0; ran < b.N; {
		runTest("TestThreeOfSix", func(t *testing.T) {
			last := thread(6)
			threads[2] = func() {
				if ran++; ran > b.N {
					t.SkipNow() // that is enough
				}
				last()
			}
			if got := orchestrate.Run(t, threads); !slices.Equal(got, counts) {
				b.Errorf("got counts %v, want %v", got, counts)
			}
		})
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "scenarios/s")
	b.ReportMetric(float64(memory.Sys)/1e6, "MB")
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
