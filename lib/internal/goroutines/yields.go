package goroutines

import "strings"

// Yields tells whether the goroutine was seen to give way by runtime.Gosched, and in which function of
// those that are not the runtime's it was, whether or not it did.
func (g *Goroutine) Yields() (function string, yields bool) {
	for f := range g.Frames() {
		if packageOf(f.Function) != "runtime" {
			return strings.Clone(f.Function), yields
		}
		yields = yields || f.Function == "runtime.Gosched"
	}
	return "", yields
}
