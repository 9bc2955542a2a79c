package old

import "sync"

type counter struct {
	sync.Mutex
	n int
}

func (c *counter) add() int {
	c.Lock()
	defer c.Unlock()
	c.n++
	return c.n
}
