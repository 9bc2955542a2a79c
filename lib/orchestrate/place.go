package orchestrate

import (
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

// A place is a line of code.
type place struct {
	file string
	line int
}

// packageOf returns the import path of the package under test, given the name of a function in it or
// in its external test package.
func packageOf(function string) string {
	last := strings.LastIndex(function, "/") + 1
	name, _, _ := strings.Cut(function[last:], ".")
	// The compiler writes a dot in the last element of a path in this way.
	path := function[:last] + strings.TrimSuffix(strings.ReplaceAll(name, "%2e", "."), "_test")
	if path == "command-line-arguments" {
		return "." // files that were named one by one
	}
	return path
}

// placeOf returns the place of a return address.
func placeOf(pc uintptr) place {
	if pc == 0 {
		return place{}
	}
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return place{frame.File, frame.Line}
}

// callers returns the frames of the calling goroutine, the caller of callers first.
func callers() *runtime.Frames {
	pcs := make([]uintptr, 64)
	return runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
}

// callerIn returns the innermost place on the calling goroutine's stack whose file lies in folder:
// in a thread that called a helper from elsewhere (say, an assertion of another module) that is the
// line of the test. Where there is none it is the innermost place outside of this package.
func callerIn(folder string) place {
	var innermost place
	frames := callers()
	for {
		frame, more := frames.Next()
		if filepath.Dir(frame.File) == folder && !isLibrary(frame.Function) {
			return place{frame.File, frame.Line}
		}
		if innermost.file == "" && !isLibrary(frame.Function) {
			innermost = place{frame.File, frame.Line}
		}
		if !more {
			return innermost
		}
	}
}

// panicPlace returns where the calling goroutine, which is recovering, panicked.
func panicPlace() place {
	frames := callers()
	for panicking := false; ; {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic":
			panicking = true
		case panicking && !strings.HasPrefix(frame.Function, "runtime."):
			return place{frame.File, frame.Line}
		}
		if !more {
			return place{}
		}
	}
}

// describePanic returns a panic's value and the stack of the calling goroutine, which is recovering
// from it, from the function that panicked on.
func describePanic(v any) string {
	stack := string(debug.Stack())
	// The first line is the goroutine's; then each frame has two lines, ours before that of panic. There
	// may be more such frames, of panics that were recovered by a function that panicked in its turn.
	if i := strings.Index(stack, "\npanic("); i >= 0 {
		if frames := strings.SplitN(stack[i+1:], "\n", 3); len(frames) == 3 {
			stack = frames[2]
		}
	}
	// What called the thread's function is of no interest.
	if i := strings.LastIndex(stack, "\n"+library+"(*thread).run("); i >= 0 {
		stack = stack[:i+1]
	}
	return fmt.Sprintf("panic: %v\n\n%s", v, stack)
}

// library is the prefix of the functions of this package. A test of threads in its folder is of
// another package.
const library = "github.com/orchtest/orchtest/lib/orchestrate."

func isLibrary(function string) bool {
	return strings.HasPrefix(function, library)
}
