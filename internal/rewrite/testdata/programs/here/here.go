// Package here tells which line of a file runs.
package here

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// Line prints the caller's position, to be compared between a program and its rewritten form.
func Line(what ...any) {
	_, file, line, _ := runtime.Caller(1)
	fmt.Println(append([]any{fmt.Sprintf("%s:%d", filepath.Base(file), line)}, what...)...)
}

// Of is Line in an expression.
func Of[T any](v T) T {
	_, file, line, _ := runtime.Caller(1)
	fmt.Printf("%s:%d %v\n", filepath.Base(file), line, v)
	return v
}

// Panic runs f and prints the line of a test on which it panics.
func Panic(f func()) {
	defer func() {
		v := recover()
		var pcs [64]uintptr
		frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
		for {
			frame, more := frames.Next()
			if name := filepath.Base(frame.File); strings.HasSuffix(name, "_test.go") {
				fmt.Printf("panic at %s:%d: %v\n", name, frame.Line, v)
				return
			}
			if !more {
				return
			}
		}
	}()
	f()
}
