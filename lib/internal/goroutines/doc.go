// Package goroutines tells what the goroutines of this process are doing, on the stock toolchain.
//
// # One goroutine, in nanoseconds
//
// [Self] is the calling goroutine as a value that others may keep, and [G.Status] reads from the
// runtime's own record what that goroutine is doing, without stopping anything. The record's layout is
// looked for once and checked; where it is not found, or on a processor other than amd64 and arm64,
// [Available] is false and one has to look at all.
//
//	g := goroutines.Self()
//	status, reason, ok := g.Status() // Running; Waiting and why; Dead once it has ended
//	kind, known := goroutines.ReasonKind(reason)
//
// # All goroutines, in some ten microseconds each
//
// [Looker.Look] stops the world, has the runtime write every stack, and reads the headers. Frames are
// read for those that are asked for.
//
//	var looker goroutines.Looker
//	snapshot := looker.Look() // valid until the next Look
//	for g := range snapshot.Wakers(test, goroutines.Awake) { … } // nobody: the test is stuck
//	on, file, line := snapshot.Goroutine(id).Wait() // "sync.Mutex.Lock", "/src/a_test.go", 17
//
// Strings that a snapshot hands out as fields, and those of a [Frame], lie in its buffer: they are valid
// as long as it is. What Wait and Stack return may be kept.
//
// # Guarantees
//
//   - A state or a reason that is not known is [Active]: a goroutine is called parked only if it is.
//   - Nothing here orders one goroutine before another as far as the race detector can see, except the
//     first call of Self or Available. It starts a goroutine: let it not stand between race.Disable and
//     race.Enable, nor should Look, which allocates.
//
// # Limits
//
//   - Timers are not seen. A goroutine that receives from a timer's channel is Sync, and [Asleep], as if
//     it received from any other; and nobody stands for a time.AfterFunc that has yet to start.
//   - A wait in C code, or in a system call that the runtime does not know of, is "syscall" or "running".
//   - The address of what a goroutine waits on is often unknown: see [Goroutine.Object].
package goroutines
