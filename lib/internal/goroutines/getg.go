//go:build !orchtest_injected && gc && (amd64 || arm64)

package goroutines

import "unsafe"

const hasG = true

// getg is implemented in assembly. It returns the runtime's record of the calling goroutine.
func getg() unsafe.Pointer
