package orchestrate_test

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// six is a thread of six turns that do nothing.
func six() {
	for range 5 {
		syncpoint.Here()
	}
}

// BenchmarkExplore runs 2 threads × 6 turns, 924 scenarios, inside the process.
func BenchmarkExplore(b *testing.B) {
	for b.Loop() {
		testing.RunTests(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{
			Name: "TestSix",
			F: func(t *testing.T) {
				orchestrate.Run(t, []func(){six, six})
			},
		}})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(924*12), "ns/turn")
}
