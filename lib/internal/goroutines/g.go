package goroutines

import (
	"runtime"
	"sync/atomic"
	"unsafe"
)

// A G is one goroutine, for good: not the next one for which the runtime uses the same record. Two are
// the same goroutine if they are equal.
type G struct {
	record unsafe.Pointer // nil where records cannot be read. The runtime never frees one.
	id     int64
}

// A Status is what the runtime says that a goroutine is doing, in the runtime's numbers.
type Status uint32

// Of these, only a goroutine that is Waiting, or Leaked, does not run or is not about to by itself; and
// not even that, for what it waits for may be no other goroutine: see [ReasonKind].
const (
	Idle      Status = 0 // being made
	Runnable  Status = 1
	Running   Status = 2
	Syscall   Status = 3 // in a system call or in C code
	Waiting   Status = 4 // parked, for a reason
	Dead      Status = 6 // ended
	Copying   Status = 8 // its stack is being moved: it runs, or is parked, as before and after
	Preempted Status = 9 // stopped by the runtime, for a moment
	Leaked    Status = 10
)

// The layout of the record, from the runtime's runtime2.go. All that is read is in words next to each
// other, which have stood in this order since Go 1.5:
//
//	atomicstatus uint32, stackLock uint32, goid uint64, schedlink uintptr, waitsince int64, waitreason uint8
const (
	idAfterStatus     = 8
	reasonAfterStatus = 32
	scanBit           = 0x1000 // set while the garbage collector looks at the stack
)

// statusAt is where in a record the status stands; notYet before it has been looked for, nowhere if it was
// not found. It is one word, so that it can be read without an order.
var statusAt uintptr

const (
	notYet  uintptr = 0
	nowhere uintptr = 1
)

// Blind makes records be taken for such that cannot be read, as on a platform or with a release of Go that is
// not known. It is for tests only: those of packages that are to do without as well.
var Blind bool

// ID returns the number by which stacks call the goroutine.
func (g G) ID() int64 { return g.id }

// Status tells what the goroutine is doing and, if that is Waiting, the runtime's number of the reason: see
// [ReasonKind]. A goroutine that has ended is Dead. ok is false where records cannot be read, and for the
// zero G.
//
//go:norace
func (g G) Status() (status Status, reason uint8, ok bool) {
	if g.record == nil {
		return 0, 0, false
	}
	status, reason = g.read(statusAt)
	return status, reason, true
}

// read reads a record that has the status at an offset.
//
//go:norace
func (g G) read(at uintptr) (Status, uint8) {
	status := atomic.LoadUint32((*uint32)(unsafe.Add(g.record, at)))
	reason := *(*uint8)(unsafe.Add(g.record, at+reasonAfterStatus))
	// A record comes to serve another goroutine under a new id, and is given that before its status says
	// anything but Dead. So it was ours when the status was read if it still is.
	if *(*int64)(unsafe.Add(g.record, at+idAfterStatus)) != g.id {
		return Dead, 0
	}
	return Status(status &^ scanBit), reason
}

// reaches gives way until the goroutine has a status. With the right offset that is soon; the limit, a
// fraction of a second, is for a wrong one.
func (g G) reaches(want Status, at uintptr) (reason uint8, ok bool) {
	for range 1 << 20 {
		var status Status
		if status, reason = g.read(at); status == want {
			return reason, true
		}
		runtime.Gosched()
	}
	return 0, false
}
