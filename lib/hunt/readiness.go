package hunt

import (
	"runtime"
	"unsafe"
)

// channel is how the runtime begins what a channel is: to ask it whether a select case could go on, without
// going on. Only one thread runs when that is asked.
type channel struct {
	count, size uint // of the buffer
	_           unsafe.Pointer
	_           uint16
	closed      uint32
	timer       unsafe.Pointer // that sends on it
	_           unsafe.Pointer
	_, _        uint
	receivers   queue
	senders     queue
}

// queue is of goroutines that wait.
type queue struct{ first, _ unsafe.Pointer }

// readable tells whether channels are as they are taken to be. If they are not, any case may be taken for
// ready, and is tried.
var readable = theHunter != nil && asExpected()

// canReceive is 1 or 0. The channels of real timers have nothing in them until it is asked for.
//
//go:norace
func canReceive(c *channel) cases {
	if !readable || c.timer != nil || c.count > 0 || c.closed != 0 || c.senders.first != nil {
		return 1
	}
	return 0
}

// canSend is 1 or 0.
//
//go:norace
func canSend(c *channel) cases {
	if !readable || c.count < c.size || c.closed != 0 || c.receivers.first != nil {
		return 1
	}
	return 0
}

// asExpected looks at channels in known states.
func asExpected() bool {
	buffered := make(chan int, 3)
	buffered <- 1
	closed := make(chan int)
	close(closed)
	received, sent := make(chan int), make(chan int)
	go func() { <-received }()
	go func() { sent <- 1 }()
	defer func() { received <- 1; <-sent }()
	return look(buffered) == channel{count: 1, size: 3} &&
		look(closed) == channel{closed: 1} &&
		waits(func() bool { return look(received).receivers.first != nil }) &&
		waits(func() bool { return look(sent).senders.first != nil }) &&
		look(received).senders.first == nil && look(sent).receivers.first == nil
}

// look is a channel's state, with nothing in the fields that are not asked for.
//
//go:norace
func look(ch chan int) channel {
	c := *(**channel)(unsafe.Pointer(&ch))
	return channel{count: c.count, size: c.size, closed: c.closed, timer: c.timer, receivers: c.receivers, senders: c.senders}
}

// waits yields until a goroutine waits, or for so long that it must be somewhere else.
func waits(is func() bool) bool {
	for range 100_000 {
		if is() {
			return true
		}
		runtime.Gosched()
	}
	return false
}
