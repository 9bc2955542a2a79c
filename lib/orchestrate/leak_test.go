package orchestrate_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/lib/internal/registry"
	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// threadsLeft returns the stacks of the threads that exist, once those that have ended are gone. Only
// tests that are not parallel may ask.
func threadsLeft() string {
	var left string
	for range 100_000 {
		buffer := make([]byte, 1<<20)
		left = string(buffer[:runtime.Stack(buffer, true)])
		if !strings.Contains(left, "lib/orchestrate.(*thread)") {
			return ""
		}
		runtime.Gosched()
	}
	return left
}

func TestNoThreadIsLeft(t *testing.T) {
	for _, test := range []struct {
		name string
		f    func(t *orchestrate.T)
	}{
		{"passing", func(t *orchestrate.T) {
			t.Go("", thread(3))
			t.Go("", thread(3))
		}},
		{"failing", func(t *orchestrate.T) {
			t.Go("", thread(3))
			t.Go("", func() {
				syncpoint.Here()
				t.Fatal("failed")
			})
			t.Go("", thread(3))
		}},
		{"panicking", func(t *orchestrate.T) {
			t.Go("", func() {
				syncpoint.Here()
				panic("panicked")
			})
			t.Go("", thread(3))
		}},
		{"skipping", func(t *orchestrate.T) {
			t.Go("", func() { t.SkipNow() })
			t.Go("", thread(3))
		}},
		{"without Wait", func(t *orchestrate.T) {
			t.Go("", thread(3))
			t.FailNow()
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			passed := quietly(t, func() bool {
				return runTest("TestLeak", func(t *testing.T) { orchestrate.Test(t, test.f) })
			})
			if want := test.name == "passing" || test.name == "skipping"; passed != want {
				t.Errorf("passed: %v, want %v", passed, want)
			}
			if left := threadsLeft(); left != "" {
				t.Errorf("still there:\n%s", left)
			}
			strays := registry.Strays()
			syncpoint.Here()
			if registry.Strays() != strays {
				t.Error("there are still threads in the registry")
			}
		})
	}
}
