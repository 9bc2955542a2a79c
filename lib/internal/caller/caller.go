// Package caller finds out, at a syncpoint, where in the code it stands.
//
// runtime.Callers does that too, but it unwinds the stack with the compiler's tables, which takes as
// long as all the rest of a syncpoint. On processors where the compiler keeps frame pointers the
// address can be read off the stack.
package caller

import "runtime"

// framed tells whether the frames are laid out as framePC expects. It is tried once, so that another
// layout would cost time and not the truth.
var framed = hasFramePC && outer()

// PC returns the return address of the function that called PC's caller. Neither of the two may be
// inlined, and PC itself may not, for the frames that it skips are those of the machine.
//
//go:noinline
func PC() uintptr {
	if framed {
		return framePC()
	}
	return unwound()
}

//go:noinline
func unwound() uintptr {
	const skip = 4 // Callers, unwound, PC, and PC's caller
	var pc [1]uintptr
	runtime.Callers(skip+1, pc[:])
	return pc[0]
}

// outer and inner are two functions as PC wants them: both ways have to come to the same place.
//
//go:noinline
func outer() bool { return inner() }

//go:noinline
func inner() bool { return tried() }

// tried stands where PC does.
//
//go:noinline
func tried() bool { return framePC() == unwound() }
