package bugs

import "sync/atomic"

// A counter counts the visits to a page.
//
// Lost update: the number is read, and one more is written. What others have written in between is gone.
type counter struct{ visits atomic.Int64 }

func (c *counter) visit() {
	n := c.visits.Load() // pragma: SYNCPOINT
	c.visits.Store(n + 1)
}

// visitRepaired reads and writes in one.
func (c *counter) visitRepaired() {
	c.visits.Add(1) // pragma: SYNCPOINT
}
