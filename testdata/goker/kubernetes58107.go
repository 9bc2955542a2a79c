package goker

import "sync"

// A quota has two queues, and a worker for each. A sync has to have all workers stand still.
//
// kubernetes/kubernetes#58107: a worker waits for its queue with the read lock held. A sync that waits for
// it to let go keeps out the other worker, from which the item would have come.
//
// The order that it needs: the worker of the empty queue, then the sync, then the other worker.
type quota struct {
	mu      sync.RWMutex // read by a worker, written by a sync
	missing *queue
	usage   *queue
}

// newQuota returns a quota with an item in the first queue. The second is empty.
func newQuota() *quota {
	q := &quota{missing: newQueue(), usage: newQueue()}
	q.missing.put("pods")
	return q
}

// work takes an item from one queue and puts it in another, if there is one.
func (q *quota) work(from, to *queue) {
	q.mu.RLock() // pragma: SYNCPOINT
	defer q.mu.RUnlock()
	item := from.get()
	if to != nil {
		to.put(item)
	}
}

// workRepaired waits for the item first.
func (q *quota) workRepaired(from, to *queue) {
	item := from.get()
	q.mu.RLock() // pragma: SYNCPOINT
	defer q.mu.RUnlock()
	if to != nil {
		to.put(item)
	}
}

func (q *quota) sync() {
	q.mu.Lock()
	defer q.mu.Unlock()
}

// A queue has its getters wait until there is an item.
type queue struct {
	mu    sync.Mutex
	some  *sync.Cond
	items []string
}

func newQueue() *queue {
	q := &queue{}
	q.some = sync.NewCond(&q.mu)
	return q
}

func (q *queue) put(item string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, item)
	q.some.Signal()
}

func (q *queue) get() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		q.some.Wait()
	}
	item := q.items[0]
	q.items = q.items[1:]
	return item
}
