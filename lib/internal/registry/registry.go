// Package registry knows which goroutines are threads.
//
// Threads enter it before their first turn and leave it after their last. A look-up costs a few
// nanoseconds, and less where no thread exists at all: production code asks at every syncpoint.
//
// Nothing here orders one thread before another as far as the race detector can see.
package registry

import (
	"sync/atomic"

	"github.com/petermattis/goid"

	"github.com/orchtest/orchtest/lib/internal/race"
)

// A Thread is what a goroutine stands for while it takes turns.
type Thread interface {
	// Reach is called by the thread's own goroutine at a syncpoint, and reports whether the syncpoint
	// takes part. If so, Stop is called.
	Reach(name string) bool
	// Stop ends the thread's turn at a syncpoint. pc is the return address in the code that called
	// the syncpoint.
	Stop(name string, pc uintptr)
}

// An Entry is a thread's place in the registry. It serves once.
type Entry struct{ node }

// A node is one entry of a bucket's list. It never changes once it is in the table.
type node struct {
	id     int64
	thread Thread
	next   *node
}

// The table is of a fixed size: goroutine ids are consecutive, so that even a thousand threads
// share out evenly.
const buckets = 256

var (
	table   [buckets]atomic.Pointer[node]
	entries atomic.Int64
	strays  atomic.Int64
)

// Goroutine returns the identity of the calling goroutine. No two goroutines of a process have the
// same one, not even one after the other.
func Goroutine() int64 { return goid.Get() }

// Enter makes the calling goroutine a thread. The entry is kept until Leave.
//
//go:norace
func Enter(t Thread, entry *Entry) {
	race.Disable()
	defer race.Enable()
	n := &entry.node
	n.id, n.thread = goid.Get(), t
	bucket := &table[uint64(n.id)%buckets]
	for {
		n.next = bucket.Load()
		if bucket.CompareAndSwap(n.next, n) {
			break
		}
	}
	entries.Add(1)
}

// Leave makes the calling goroutine an ordinary one again.
//
//go:norace
func Leave() {
	race.Disable()
	defer race.Enable()
	id := goid.Get()
	bucket := &table[uint64(id)%buckets]
	for {
		head := bucket.Load()
		if bucket.CompareAndSwap(head, without(head, id)) {
			break
		}
	}
	entries.Add(-1)
}

// without returns the list less the entry of id. What stands before that entry is copied, since
// others may be reading the list.
//
//go:norace
func without(list *node, id int64) *node {
	if list == nil {
		return nil
	}
	if list.id == id {
		return list.next
	}
	return &node{id: list.id, thread: list.thread, next: without(list.next, id)}
}

// Current returns the thread that the calling goroutine is, or nil.
//
//go:norace
func Current() Thread {
	race.Disable()
	thread := find()
	race.Enable()
	return thread
}

//go:norace
func find() Thread {
	if entries.Load() == 0 {
		return nil
	}
	id := goid.Get()
	for n := table[uint64(id)%buckets].Load(); n != nil; n = n.next {
		if n.id == id {
			return n.thread
		}
	}
	return nil
}

// AtSyncpoint is Current for a goroutine at a syncpoint. It counts those that are no thread while there
// are threads: the usual reason why a test finds no syncpoint.
//
//go:norace
func AtSyncpoint() Thread {
	race.Disable()
	thread := find()
	if thread == nil && entries.Load() != 0 {
		strays.Add(1)
	}
	race.Enable()
	return thread
}

// Strays returns how often [AtSyncpoint] counted, in this process.
//
//go:norace
func Strays() int64 {
	race.Disable()
	n := strays.Load()
	race.Enable()
	return n
}
