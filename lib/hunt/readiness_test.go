package hunt

import (
	"runtime"
	"testing"
)

// TestReadiness compares what is read of a channel with what happens.
func TestReadiness(t *testing.T) {
	if !asExpected() {
		t.Fatal("channels of this Go are not as they are taken to be")
	}
	defer func(was bool) { readable = was }(readable)
	readable = true
	make1 := func(prepare func(chan int)) chan int {
		ch := make(chan int, 2)
		prepare(ch)
		return ch
	}
	blocked := func(f func(chan int)) chan int {
		ch := make(chan int)
		go f(ch)
		for look(ch).receivers.first == nil && look(ch).senders.first == nil {
			runtime.Gosched()
		}
		return ch
	}
	for _, c := range []struct {
		name          string
		ch            func() chan int
		receive, send cases
	}{
		{"nil", func() chan int { return nil }, 0, 0},
		{"unbuffered", func() chan int { return make(chan int) }, 0, 0},
		{"empty", func() chan int { return make(chan int, 2) }, 0, 1},
		{"partly full", func() chan int { return make1(func(ch chan int) { ch <- 1 }) }, 1, 1},
		{"full", func() chan int { return make1(func(ch chan int) { ch <- 1; ch <- 2 }) }, 1, 0},
		{"emptied", func() chan int { return make1(func(ch chan int) { ch <- 1; <-ch }) }, 0, 1},
		{"closed", func() chan int { return make1(func(ch chan int) { close(ch) }) }, 1, 1}, // sending panics at once
		{"with a sender", func() chan int { return blocked(func(ch chan int) { ch <- 1 }) }, 1, 0},
		{"with a receiver", func() chan int { return blocked(func(ch chan int) { <-ch }) }, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, out := c.ch(), c.ch()
			from, to := From(in), To(out).Case(1)
			if got := from.ready(); got != c.receive {
				t.Errorf("receive: ready is %d, want %d", got, c.receive)
			}
			if got := to.ready(); got != c.send {
				t.Errorf("send: ready is %d, want %d", got, c.send)
			}
			if c.name == "nil" || c.name == "closed" {
				return
			}
			if from.try() != (c.receive == 1) || to.try() != (c.send == 1) {
				t.Error("what is done at once is not what is ready")
			}
			select { // whoever is still blocked goes on
			case in <- 1:
			default:
			}
			select {
			case <-out:
			default:
			}
		})
	}
}

// TestSelectAllocates nothing.
func TestSelectAllocates(t *testing.T) {
	a, b := make(chan int, 1), make(chan string)
	if n := testing.AllocsPerRun(100, func() {
		from, to := From(a), To(b).Case("x")
		Select2("select", Poll, &from, &to)
		sent := To(a).Case(1)
		Select1("select", Wait, &sent)
		Receive("chan receive", a)
		F0("func", func() {}).Do()
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
