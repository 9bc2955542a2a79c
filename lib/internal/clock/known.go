package clock

import (
	"runtime"
	"sync/atomic"
	"unsafe"
	"weak"

	"github.com/orchtest/orchtest/lib/internal/race"
)

// Known finds the [Timer] that stands behind a timer of the standard library, as long as that is in use: also one
// that an earlier schedule has made. It is no map, which the race detector watches.
type Known struct {
	lock    int32
	buckets [1024]*known
}

type known struct {
	of    weak.Pointer[byte]
	timer *Timer
	next  *known
}

//go:norace
func (k *Known) bucket(of unsafe.Pointer) **known {
	return &k.buckets[(uintptr(of)>>4^uintptr(of)>>14)%uintptr(len(k.buckets))]
}

// Put makes a timer known.
//
//go:norace
func (k *Known) Put(of unsafe.Pointer, t *Timer) {
	k.hold()
	at := k.bucket(of)
	forget(at)
	*at = &known{weak.Make((*byte)(of)), t, *at}
	k.release()
}

// Sweep forgets the timers that are no longer in use, which the garbage collector has found out. With them goes all that
// they refer to, as their clocks.
//
//go:norace
func (k *Known) Sweep() {
	k.hold()
	for i := range k.buckets {
		forget(&k.buckets[i])
	}
	k.release()
}

//go:norace
func forget(p **known) {
	for *p != nil {
		if (*p).of.Value() == nil {
			*p = (*p).next
			continue
		}
		p = &(*p).next
	}
}

// Get returns a timer that is known, or nil.
//
//go:norace
func (k *Known) Get(of unsafe.Pointer) (found *Timer) {
	k.hold()
	for p := *k.bucket(of); p != nil; p = p.next {
		if p.of.Value() == (*byte)(of) {
			found = p.timer
			break
		}
	}
	k.release()
	return found
}

//go:norace
func (k *Known) hold() {
	race.Disable()
	for !atomic.CompareAndSwapInt32(&k.lock, 0, 1) {
		runtime.Gosched()
	}
}

//go:norace
func (k *Known) release() {
	atomic.StoreInt32(&k.lock, 0)
	race.Enable()
}
