// Package syncpoint stands in for the real one: it logs the stops instead of giving the turn away.
package syncpoint

import (
	"runtime"
	"strconv"
	"sync"
)

var (
	mutex sync.Mutex
	lines []string
)

// Log adds an event to the log.
func Log(event string) {
	mutex.Lock()
	defer mutex.Unlock()
	lines = append(lines, event)
}

// Take empties the log.
func Take() []string {
	mutex.Lock()
	defer mutex.Unlock()
	taken := lines
	lines = nil
	return taken
}

func Here() { stop("") }

func Named(name string) { stop(name) }

func stop(name string) {
	var pc [1]uintptr
	runtime.Callers(3, pc[:])
	at, _ := runtime.CallersFrames(pc[:]).Next()
	Log("stop " + at.File + ":" + strconv.Itoa(at.Line) + " " + name)
}
