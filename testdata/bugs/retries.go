package bugs

import "sync/atomic"

// A gauge is changed by compare-and-swap, so often as it takes, but not more than five times.
//
// Too few retries: that is enough where nobody loses five times in a row. It takes many switches to see it
// happen, as somebody else has to win in between each time.
type gauge struct{ value atomic.Int64 }

func (g *gauge) change(by int64) {
	for range 5 {
		value := g.value.Load() // pragma: SYNCPOINT
		if g.value.CompareAndSwap(value, value+by) {
			return
		}
	}
}

// changeRepaired tries until it has succeeded.
func (g *gauge) changeRepaired(by int64) {
	for {
		value := g.value.Load() // pragma: SYNCPOINT
		if g.value.CompareAndSwap(value, value+by) {
			return
		}
	}
}
