package orchestrate

import (
	"reflect"
	"testing"
	"unsafe"
)

// failedFlag is the offset in a testing.T of the flag that the test has failed; 0 where it is not known. The
// flag is asked for at the end of every turn. Failed would take a lock, which costs more than the rest of the
// turn, and which orders the threads for the race detector.
var failedFlag = findFailedFlag()

func findFailedFlag() (offset uintptr) {
	defer func() {
		if recover() != nil {
			offset = 0 // a T that no test has made is not what it was
		}
	}()
	common, ok := reflect.TypeFor[testing.T]().FieldByName("common")
	if !ok {
		return 0
	}
	flag, ok := common.Type.FieldByName("failed")
	if !ok || flag.Type.Kind() != reflect.Bool {
		return 0
	}
	offset = common.Offset + flag.Offset
	var probe testing.T
	before := flagOf(&probe, offset)
	probe.Fail()
	if before || !flagOf(&probe, offset) {
		return 0 // it means something else
	}
	return offset
}

// hasFailed reports whether the test's own T was failed, but not whether there was a data race.
//
//go:norace
func hasFailed(t *testing.T) bool { return failedFlag != 0 && flagOf(t, failedFlag) }

//go:norace
func flagOf(t *testing.T, offset uintptr) bool {
	return *(*bool)(unsafe.Add(unsafe.Pointer(t), offset))
}
