package bugs

import "sync/atomic"

// A deque has the tasks of a worker, which adds and takes them at the bottom. Others who have none steal them
// from the top.
//
// Work-stealing queue: the worker looks at the top before it has taken its task out of the thieves' reach. By
// the time it does that, they may have come as far as the same task, and the worker does not notice, as it saw
// that there were more.
//
// The order of these two steps is what such queues rest on: M. Frigo, C. E. Leiserson and K. H. Randall, The
// Implementation of the Cilk-5 Multithreaded Language, PLDI 1998 (the THE protocol); D. Chase and Y. Lev, Dynamic
// Circular Work-Stealing Deque, SPAA 2005, which this follows.
type deque struct {
	top, bottom atomic.Int64
	tasks       [8]atomic.Int64
}

func (d *deque) add(task int64) {
	bottom := d.bottom.Load()
	d.tasks[bottom].Store(task)
	d.bottom.Store(bottom + 1) // pragma: SYNCPOINT
}

func (d *deque) take() (task int64, ok bool) {
	top := d.top.Load() // pragma: SYNCPOINT
	bottom := d.bottom.Add(-1)
	return d.taken(top, bottom)
}

// takeRepaired looks at the top last.
func (d *deque) takeRepaired() (task int64, ok bool) {
	bottom := d.bottom.Add(-1) // pragma: SYNCPOINT
	top := d.top.Load()
	return d.taken(top, bottom)
}

// taken returns the task at the bottom, if there is one.
func (d *deque) taken(top, bottom int64) (task int64, ok bool) {
	if top < bottom {
		return d.tasks[bottom].Load(), true
	}
	if top == bottom { // the last one: a thief may want it too
		task, ok = d.tasks[bottom].Load(), d.top.CompareAndSwap(top, top+1)
	}
	d.bottom.Store(d.top.Load())
	return task, ok
}

func (d *deque) steal() (task int64, ok bool) {
	top := d.top.Load()
	if top >= d.bottom.Load() { // pragma: SYNCPOINT
		return 0, false
	}
	task = d.tasks[top].Load()
	return task, d.top.CompareAndSwap(top, top+1)
}
