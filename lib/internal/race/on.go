//go:build race

// Package race hides the conductor from the race detector. Its handoffs order the turns of the
// threads, and so they would order every access of one thread before every access of the next: the
// detector would see no data race in any test. Between Disable and Enable synchronisation does not
// count.
//
// Between them there must be no `go` statement, no map, no append, nothing of fmt, and no memory
// that a thread of the test reads or writes: the detector still watches accesses, and would report
// ours. Functions that touch memory shared between threads are marked go:norace for that reason.
package race

import (
	"runtime"
	"unsafe"
)

// Enabled tells whether the race detector is compiled in.
const Enabled = true

func Disable() { runtime.RaceDisable() }
func Enable()  { runtime.RaceEnable() }

// Errors is how many data races were reported so far.
func Errors() int { return runtime.RaceErrors() }

// Release and Acquire order what was before Release before what comes after Acquire of the same address.
func Release(p unsafe.Pointer) { runtime.RaceReleaseMerge(p) }
func Acquire(p unsafe.Pointer) { runtime.RaceAcquire(p) }
