package clock

// The timers that run are a binary heap by when they fire, and in the order of their starts among equals. It is
// not container/heap, which the race detector watches.

// never is the place of a timer that does not fire, as it would be after the end of time.
const (
	never     = -1
	endOfTime = 1 << 62 // 146 years; so no sum is too large that is near it
)

//go:norace
func (c *Clock) insert(t *Timer) {
	t.clock, t.number = c, c.number
	if t.when < 0 || t.when > endOfTime {
		t.place = never
		return
	}
	c.number++
	if t.period == 0 {
		c.once++
	}
	if len(c.heap) == cap(c.heap) {
		larger := make([]*Timer, len(c.heap), 2*len(c.heap)+16)
		//lint:ignore S1001 copy tells the race detector
		for i := range c.heap {
			larger[i] = c.heap[i]
		}
		c.heap = larger
	}
	c.heap = c.heap[:len(c.heap)+1]
	c.put(len(c.heap)-1, t)
	c.up(len(c.heap) - 1)
}

// remove tells whether the timer was running, by this clock.
//
//go:norace
func (c *Clock) remove(t *Timer) bool {
	if t.place == 0 || t.clock != c {
		return false
	}
	i, last := t.place-1, len(c.heap)-1
	if t.place = 0; i < 0 {
		return true
	}
	if t.period == 0 {
		c.once--
	}
	moved := c.heap[last]
	c.heap[last] = nil
	c.heap = c.heap[:last]
	if i != last {
		c.put(i, moved)
		c.down(i)
		c.up(i)
	}
	return true
}

//go:norace
func (c *Clock) put(i int, t *Timer) {
	c.heap[i] = t
	t.place = i + 1
}

//go:norace
func (c *Clock) less(i, k int) bool {
	a, b := c.heap[i], c.heap[k]
	return a.when < b.when || a.when == b.when && a.number < b.number
}

//go:norace
func (c *Clock) swap(i, k int) {
	a, b := c.heap[i], c.heap[k]
	c.put(i, b)
	c.put(k, a)
}

//go:norace
func (c *Clock) up(i int) {
	for i > 0 && c.less(i, (i-1)/2) {
		c.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
}

//go:norace
func (c *Clock) down(i int) {
	for {
		first := 2*i + 1
		if first >= len(c.heap) {
			return
		}
		if second := first + 1; second < len(c.heap) && c.less(second, first) {
			first = second
		}
		if !c.less(first, i) {
			return
		}
		c.swap(i, first)
		i = first
	}
}
