//go:build gc && (amd64 || arm64)

package caller

const hasFramePC = true

// framePC is implemented in assembly. It must be called as [PC] calls it.
func framePC() uintptr
