package goroutines

import (
	"testing"
	"unsafe"
)

// A goroutine whose stack the garbage collector looks at is doing what it was.
func TestReadHidesTheGarbageCollector(t *testing.T) {
	var record struct {
		before       uint64
		status, lock uint32
		id           int64
		_            [2]uint64
		reason       uint8
	}
	record.id, record.status, record.reason = 7, 0x1004, 19
	at := unsafe.Offsetof(record.status)
	if status, reason := (G{unsafe.Pointer(&record), 7}).read(at); status != Waiting || reason != 19 {
		t.Errorf("got %v, %d; want Waiting, 19", status, reason)
	}
	if status, _ := (G{unsafe.Pointer(&record), 8}).read(at); status != Dead {
		t.Errorf("got %v of a goroutine whose record serves another, want Dead", status)
	}
}
