//go:build gc

#include "textflag.h"

// func framePC() uintptr
//
// A frame pointer points to that of the caller, above which stands the return address. BP is that of
// PC, which calls this function directly; then come PC's caller, and the caller of that.
TEXT ·framePC(SB), NOSPLIT|NOFRAME, $0-8
	MOVQ (BP), AX
	MOVQ (AX), AX
	MOVQ 8(AX), AX
	MOVQ AX, ret+0(FP)
	RET
