//go:build gc

#include "textflag.h"

// func framePC() uintptr
//
// A frame pointer points to that of the caller, above which stands the return address. R29 is that of
// PC, which calls this function directly; then come PC's caller, and the caller of that.
TEXT ·framePC(SB), NOSPLIT|NOFRAME, $0-8
	MOVD (R29), R0
	MOVD (R0), R0
	MOVD 8(R0), R0
	MOVD R0, ret+0(FP)
	RET
