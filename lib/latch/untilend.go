package latch

import (
	"context"
	"testing"
)

// UntilEnd returns a latch that opens when the test of tb ends. What is to block "for ever", such as the
// server whose reply never comes, waits on it: it blocks as long as the test runs, and is neither a
// sleep nor a goroutine left behind.
//
//	never := latch.UntilEnd(t)
//	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
//		never.Wait()
//	}))
//	t.Cleanup(server.Close) // waits for the handler, which returns now
//
// When exactly it opens:
//
//   - When [testing.TB.Context] is cancelled. That is once the test function and all its subtests have
//     returned, or left by FailNow or SkipNow, and just before the first function given to
//     [testing.TB.Cleanup] is called. Calls deferred in the test function come earlier: one that
//     waits for the goroutine hangs. Use Cleanup instead.
//   - Cleanup functions, the last one given first, may wait for the goroutine wherever they were given.
//     Those given before the call of UntilEnd find the latch open for certain; those given after it
//     may be called a moment before it opens.
//   - UntilEnd called when the test has already come to its Cleanup functions returns a latch that
//     opens at once.
//   - CountDown opens it earlier.
//
// The test does not wait for the goroutine by itself. One that uses tb after it was let go, or must have
// ended before the test has, is to be waited for in a Cleanup function.
func UntilEnd(tb testing.TB) *Latch {
	tb.Helper()
	l := New(1)
	// Cleanup alone would open the latch after the functions that are given later, as they are called
	// in reverse. A server.Close among them would wait for ever. The context has no such order.
	context.AfterFunc(tb.Context(), l.CountDown)
	// AfterFunc runs in a goroutine of its own, at some time. This is the latest.
	tb.Cleanup(l.CountDown)
	return l
}
