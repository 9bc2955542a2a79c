// Package many has orchestrated tests that take no time, for benchmarks of what runs them.
package many

import (
	"os"
	"strconv"
	"strings"
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

// TestLoud has 12,870 sequences too, and prints as many bytes in each as MANY_BYTES says.
func TestLoud(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("MANY_BYTES"))
	if err != nil {
		t.Skip("MANY_BYTES is not set")
	}
	orchestrate.Test(t, func(t *orchestrate.T) {
		t.Go("loud", func() {
			os.Stdout.WriteString(strings.Repeat(strings.Repeat("x", 99)+"\n", n/100))
			turns(8)()
		})
		t.Go("quiet", turns(8))
	})
}
