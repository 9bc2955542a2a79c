// Package syncpoint marks the places in code where a thread of an orchestrated test hands its turn
// back.
//
// A syncpoint is usually written as a comment, which costs production code nothing at all and which
// `orchtest` turns into a call when it builds the test:
//
//	balance := a.balance // pragma: SYNCPOINT
//
// The functions of this package are the same thing as a call, for code that is to have its
// syncpoints under plain `go test` too:
//
//	balance := a.balance
//	syncpoint.Here()
//
// Called by a thread of an orchestrated test (see package orchestrate), they return when that thread
// has its next turn. Called by anybody else they return at once: in a process in which no
// orchestrated test is running that takes a few nanoseconds, and allocates nothing.
//
// # Limits
//
//   - A goroutine that a thread starts is not a thread: syncpoints in it do nothing.
//   - A thread that stops keeps the locks that it holds. Another one that needs them is blocked, and gives
//     up its turn: sequences that differ only in what it does meanwhile are one.
//   - A syncpoint orders nothing for the race detector, and promises nothing in production.
package syncpoint

import (
	"github.com/orchtest/orchtest/lib/internal/caller"
	"github.com/orchtest/orchtest/lib/internal/registry"
)

// Here is a syncpoint without a name. It may be called from any goroutine.
//
//go:noinline
func Here() { stop("") }

// Named is a syncpoint with a name. It takes part only in tests that ask for that very name with
// orchestrate.Name. It may be called from any goroutine.
//
//go:noinline
func Named(name string) { stop(name) }

// stop ends the turn of the calling thread, if it is one, where the exported function was called that
// called it. Neither may be inlined: see caller.PC.
//
//go:noinline
func stop(name string) {
	thread := registry.AtSyncpoint()
	if thread == nil || !thread.Reach(name) {
		return
	}
	thread.Stop(name, caller.PC())
}
