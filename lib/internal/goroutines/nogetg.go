//go:build !orchtest_injected && (!gc || (!amd64 && !arm64))

package goroutines

import "unsafe"

const hasG = false

func getg() unsafe.Pointer { return nil }
