package goroutines_test

// oddlyNamed calls f from a file with a name that is hard to tell from what stands around it in a stack.
//
//go:noinline
func oddlyNamed(f func()) {
//line a dir: with/go:7 +0x1d (more): and.go:17
	f()
}
