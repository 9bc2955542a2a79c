package bugs

import "sync/atomic"

// A pool has buffers, by their number from 1, that are used again and again. Those that are free are a stack.
//
// ABA on a lock-free stack: get reads which buffer is on top and which is below. If the one on top is taken,
// also the next one, and the first is given back, the same one is on top again. So the exchange succeeds, and
// puts on top what is in use.
//
// The stack is that of R. K. Treiber, Systems Programming: Coping with Parallelism, IBM RJ 5118, 1986. It is
// right where nodes are not used again, as a garbage collector sees to.
type pool struct {
	top   atomic.Int64 // the buffer on top; of the repaired one, with a number of changes above its 32 bits
	below [5]atomic.Int64
}

// newPool has all buffers, the first one on top.
func newPool() *pool {
	p := &pool{}
	for i := len(p.below) - 1; i > 0; i-- {
		p.put(int64(i))
	}
	return p
}

func (p *pool) get() int64 {
	for {
		top := p.top.Load()
		if top == 0 {
			return 0
		}
		below := p.below[top].Load() // pragma: SYNCPOINT
		if p.top.CompareAndSwap(top, below) {
			return top
		}
	}
}

func (p *pool) put(buffer int64) {
	for {
		top := p.top.Load()
		p.below[buffer].Store(top) // pragma: SYNCPOINT
		if p.top.CompareAndSwap(top, buffer) {
			return
		}
	}
}

// free returns the buffers that are free, the one on top first, and more than there are if they have no end.
func (p *pool) free() []int64 {
	var free []int64
	for b := p.top.Load() & 0xffffffff; b != 0 && len(free) < len(p.below); b = p.below[b].Load() {
		free = append(free, b)
	}
	return free
}

// getRepaired counts the changes, so that the top is never again what it was.
func (p *pool) getRepaired() int64 {
	for {
		top := p.top.Load()
		buffer := top & 0xffffffff
		if buffer == 0 {
			return 0
		}
		below := p.below[buffer].Load() // pragma: SYNCPOINT
		if p.top.CompareAndSwap(top, changed(top)|below) {
			return buffer
		}
	}
}

func (p *pool) putRepaired(buffer int64) {
	for {
		top := p.top.Load()
		p.below[buffer].Store(top & 0xffffffff) // pragma: SYNCPOINT
		if p.top.CompareAndSwap(top, changed(top)|buffer) {
			return
		}
	}
}

// changed returns the next number of changes.
func changed(top int64) int64 { return (top>>32 + 1) << 32 }
