package syncpoint

import "runtime"

// After is Here for an expression: it stops once the value has been evaluated, and returns it.
//
// It is called by the code that orchtest inserts; not meant to be written by hand.
//
//go:noinline
func After[T any](value T) T {
	stop("")
	return value
}

// AfterNamed is Named for an expression: it stops once the value has been evaluated, and returns it.
//
// It is called by the code that orchtest inserts; not meant to be written by hand.
//
//go:noinline
func AfterNamed[T any](name string, value T) T {
	stop(name)
	return value
}

// Return is Here for a return statement: a deferred function calls it once the values to be returned
// have been evaluated. It does not stop if a panic or a [runtime.Goexit] kept the function from
// returning.
//
// It is called by the code that orchtest inserts; not meant to be written by hand.
//
//go:noinline
func Return() {
	if !unwinding() {
		stop("")
	}
}

// ReturnNamed is Named for a return statement, as Return is Here.
//
// It is called by the code that orchtest inserts; not meant to be written by hand.
//
//go:noinline
func ReturnNamed(name string) {
	if !unwinding() {
		stop(name)
	}
}

// unwinding tells who runs the deferred function that has called Return: its function's return, or the
// runtime on behalf of a panic or an exit of the goroutine.
func unwinding() bool {
	const skip = 4 // Callers, unwinding, Return and the deferred function
	var pc [1]uintptr
	runtime.Callers(skip, pc[:])
	caller, _ := runtime.CallersFrames(pc[:]).Next()
	return caller.Function == "runtime.gopanic" || caller.Function == "runtime.Goexit"
}
