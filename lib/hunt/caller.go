package hunt

import (
	"path"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/orchtest/orchtest/lib/internal/race"
)

// callers are the sites of calls that say none, by program counter: what a call costs that comes again. It is no
// map, which the race detector watches, and would order the threads that use it.
var callers [1024]atomic.Pointer[caller]

type caller struct {
	pc   uintptr
	op   string
	site string
}

// callerOf returns the site of the call of the function that calls it.
//
//go:norace
func callerOf(op string) string {
	var pcs [1]uintptr
	if runtime.Callers(3, pcs[:]) == 0 {
		return op
	}
	race.Disable()
	at := &callers[(pcs[0]>>2)%uintptr(len(callers))]
	c := at.Load()
	race.Enable()
	if c != nil && c.pc == pcs[0] && c.op == op {
		return c.site
	}
	frame, _ := runtime.CallersFrames(pcs[:]).Next()
	c = &caller{pcs[0], op, op + "\t" + placeOf(frame)}
	race.Disable()
	at.Store(c)
	race.Enable()
	return c.site
}

// placeOf returns the import path of the frame's package, its file's name and line.
func placeOf(frame runtime.Frame) string {
	dir, name := path.Split(frame.Function)
	name, _, _ = strings.Cut(name, ".")
	name = strings.ReplaceAll(name, "%2e", ".")
	file := path.Base(frame.File)
	if strings.HasSuffix(file, "_test.go") {
		name = strings.TrimSuffix(name, "_test")
	}
	return dir + name + "/" + file + ":" + strconv.Itoa(frame.Line)
}
