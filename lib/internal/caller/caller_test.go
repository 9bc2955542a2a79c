package caller

import (
	"runtime"
	"testing"
)

//go:noinline
func exported() uintptr { return unexported() }

//go:noinline
func unexported() uintptr { return PC() }

// inlined is a function that the compiler puts into its caller: the place is to be in here.
func inlined() uintptr { return exported() } // line 15

func TestPC(t *testing.T) {
	t.Logf("by frame pointers: %v", framed)
	if runtime.GOARCH == "amd64" && !framed {
		t.Error("the frames are not laid out as expected: every syncpoint takes longer than it has to")
	}
	for name, test := range map[string]struct {
		pc   uintptr
		line int
	}{
		"directly":                 {exported(), 26},
		"in a function in between": {inlined(), 15},
		"deferred":                 {deferred(), 50},
	} {
		frame, _ := runtime.CallersFrames([]uintptr{test.pc}).Next()
		if frame.Line != test.line {
			t.Errorf("%s: got %s:%d in %s, want line %d", name, frame.File, frame.Line, frame.Function, test.line)
		}
	}
}

// Both ways come to the same, wherever on the stack.
func TestPCIsThatOfTheRuntime(t *testing.T) {
	defer func(before bool) { framed = before }(framed)
	for _, way := range []bool{hasFramePC, false} {
		framed = way
		frame, _ := runtime.CallersFrames([]uintptr{deep(100)}).Next()
		if frame.Function != "github.com/orchtest/orchtest/lib/internal/caller.deep" {
			t.Errorf("by frame pointers %v: got %s", way, frame.Function)
		}
	}
}

func deferred() (pc uintptr) {
	defer func() { pc = exported() }()
	return 0
}

func deep(n int) uintptr {
	if n == 0 {
		return exported()
	}
	return deep(n - 1)
}

func BenchmarkPC(b *testing.B) {
	for b.Loop() {
		exported()
	}
}
