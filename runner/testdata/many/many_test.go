// Package many has orchestrated tests that take no time, for benchmarks of what runs them.
package many

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// turns is a thread of n turns that do nothing.
func turns(n int) func() {
	return func() {
		for range n - 1 {
			syncpoint.Here()
		}
	}
}

// TestSix has 924 sequences.
func TestSix(t *testing.T) {
	orchestrate.Run(t, []func(){turns(6), turns(6)})
}

// TestEight has 12,870 sequences.
func TestEight(t *testing.T) {
	orchestrate.Run(t, []func(){turns(8), turns(8)})
}
