// Package latch orders two places of a test by hand: what waits on a [Latch] goes on once the latch has
// been counted down to zero.
//
// It is for a test that needs just one order, known beforehand. Where every order matters, let
// orchestrate.Test run them all.
//
//	written := latch.New(1)
//	go func() {
//		store.Put("key", "value")
//		written.CountDown()
//	}()
//	written.Wait() // goes on as soon as Put has returned, and never before
//	store.Get("key")
//
// # Guarantees
//
//   - A latch is closed while its count is above zero, and open once it is zero. It never closes again.
//   - Wait returns when the latch is open, at once if it is already, and not before.
//   - What happened before each of the CountDown calls that opened the latch happens before Wait
//     returns, or WaitFor returns true, in the sense of the Go memory model. The race detector sees
//     it: what one side wrote the other may read without a lock.
//   - A latch leaves no goroutine and no timer behind.
//   - Any number of goroutines may use a latch at once.
//   - Inside a bubble of [testing/synctest], Wait and WaitFor block durably, and the time of WaitFor is
//     the bubble's.
//
// # Why not sleep
//
// A sleep says "by then the other side is surely there". On a loaded machine it is not, and the test
// fails now and then; on every other run the test is slower than it has to be. And a sleep orders
// nothing for the race detector. A latch waits for the event itself: as long as it takes, no longer.
//
// # Limits
//
//   - A latch cannot be closed again or count up: make a new one.
//   - Wait has no limit in time: a latch that nobody opens hangs the test until its -timeout, whose
//     stacks show the Wait. Use WaitFor to fail earlier.
//   - A latch for a synctest bubble is made inside of it, with UntilEnd from the T of the bubble. One
//     that is made outside of it does not block durably inside, so that fake time stands still.
//   - A thread of an orchestrated test that waits gives up its turn, as it does for a lock. It is not to
//     wait on [UntilEnd]: the test does not end before its threads have.
package latch

import (
	"fmt"
	"sync"
	"time"
)

// A Latch holds up whoever waits on it until it has been counted down to zero. [New] and [UntilEnd] make
// one. The zero Latch is open, as New(0) is. A Latch must not be copied after its first use.
type Latch struct {
	mu    sync.Mutex
	count int
	open  chan struct{} // closed when count comes down to zero; waited on only while it is above
}

// New returns a latch that opens with the count-th call of CountDown. New(0) is open from the start.
// New panics if count is negative.
func New(count int) *Latch {
	if count < 0 {
		panic(fmt.Sprintf("latch: New(%d): a count cannot be negative; "+
			"pass how many calls of CountDown are to open the latch, 0 for one that is open", count))
	}
	return &Latch{count: count, open: make(chan struct{})}
}

// CountDown lowers the count by one, and opens the latch if it comes to zero. It does nothing on a
// latch that is open: the count is never below zero. It does not block.
func (l *Latch) CountDown() {
	// The lock also makes each call happen before the one that closes the channel.
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count == 0 {
		return
	}
	l.count--
	if l.count == 0 {
		close(l.open)
	}
}

// Count returns how many calls of CountDown are missing until the latch opens, 0 if it is open. Others
// may count down meanwhile: it serves messages and assertions, and is no substitute for Wait.
func (l *Latch) Count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

// Wait returns when the latch is open.
func (l *Latch) Wait() {
	if l.Count() == 0 {
		return
	}
	<-l.open
}

// WaitFor waits for the latch to open, but not longer than d, and returns true if it opened in time.
// With a d of 0 or less it does not wait, and tells whether the latch is open now.
func (l *Latch) WaitFor(d time.Duration) bool {
	if l.Count() == 0 {
		return true
	}
	if d <= 0 {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-l.open:
		return true
	case <-timer.C:
		// select chooses at random where both have come. An open latch is to win.
		return l.Count() == 0
	}
}
