package hunt

import "runtime"

// Go is go f(). The scheduling point comes after it: what was before could be reached without one.
func Go(site string, f func()) { spawn(site, f) }

// Gosched is runtime.Gosched().
func Gosched(site string) {
	if point(site) == nil {
		runtime.Gosched()
	}
}

// Block is select {}.
func Block(site string) {
	point(site)
	select {}
}

// NotHuntableCall says that a call cannot be hunted, and why, and is the function to call.
func NotHuntableCall[F any](site, reason string, f F) F {
	NotHuntable(site, reason)
	return f
}
