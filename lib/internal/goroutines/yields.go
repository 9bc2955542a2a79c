package goroutines

import "strings"

// Yields tells whether the goroutine was seen to give way by runtime.Gosched, and in which function of
// those that are neither the runtime's nor of sync/atomic it was, whether or not it did.
func (g *Goroutine) Yields() (function string, yields bool) {
	for f := range g.Frames() {
		switch packageOf(f.Function) {
		case "runtime", "sync/atomic", "internal/runtime/atomic":
			yields = yields || f.Function == "runtime.Gosched"
		default:
			return strings.Clone(f.Function), yields
		}
	}
	return "", yields
}
