package hunt

import (
	"runtime"
	"sync/atomic"
)

// procs is what the hunted test takes GOMAXPROCS for. In truth it is 1.
var procs atomic.Int64

// GOMAXPROCS is runtime.GOMAXPROCS(n).
func GOMAXPROCS(n int) int {
	if theHunter == nil {
		return runtime.GOMAXPROCS(n)
	}
	procs.CompareAndSwap(0, int64(runtime.NumCPU()))
	if n > 0 {
		return int(procs.Swap(int64(n)))
	}
	return int(procs.Load())
}

// NumGoroutine is runtime.NumGoroutine(), less the overseer.
func NumGoroutine() int {
	n := runtime.NumGoroutine()
	if hunting() {
		n--
	}
	return n
}
