package channels

import (
	"fmt"
	"testing"

	"example.com/programs/here"
)

type (
	named  chan int
	yes    bool
	reader interface{ Read() int }
	three  int
)

func (t three) Read() int { return int(t) }

type box struct {
	ch  chan int
	ok  bool
	m   map[string]int
	yes yes
}

func TestSend(t *testing.T) {
	n := make(named, 9)
	n <- 1
	(n) <- 1 + 1
	var send chan<- int = n
	send <- 3
	any1 := make(chan any, 9)
	any1 <- 1
	any1 <- nil
	any1 <- "x"
	readers := make(chan reader, 1)
	readers <- three(3)
	bytes := make(chan byte, 9)
	bytes <- 'a'
	bytes <- 1 << 3
	floats := make(chan float64, 1)
	floats <- 1
	bools := make(chan yes, 2)
	bools <- 1 < 2
	bools <- len(bytes) == 2
	funcs := make(chan func(int) int, 1)
	funcs <- func(x int) int {
		here.Line("called")
		return x
	}
	errs := make(chan error, 1)
	errs <- nil
	s := 3
	shifts := make(chan uint8, 1)
	shifts <- 1 << s
	chans := make(chan chan int, 1)
	chans <- make(chan int, 1)
	<-chans <- 1 // sends nothing: it is the sending on a channel that was received
	(<-funcs)(2)
	here.Line(<-n, <-n, <-n, <-any1, <-any1, <-any1, (<-readers).Read(), <-bytes, <-bytes, <-floats, <-bools, <-bools, <-errs, <-shifts)
	b := box{ch: make(chan int, 2)}
	b.ch <- here.Of(4)
	here.Line(<-b.ch)
}

func init() {
	chans := make(chan chan int, 2)
	c := make(chan int, 1)
	chans <- c
	<-chans <- 7
	fmt.Println(<-c)
}

func TestReceive(t *testing.T) {
	ch := make(chan int, 40)
	for i := range 40 {
		ch <- i
	}
	<-ch
	(<-ch)
	_ = <-ch
	v := <-ch
	v, ok := <-ch
	here.Line(v, ok)
	v, ok = <-ch
	here.Line(v, ok)
	var w, isOK = <-ch
	here.Line(w, isOK)
	_, ok = <-ch
	v, _ = (<-ch)
	here.Line(v, ok)
	b := box{m: map[string]int{}}
	b.m["x"], b.ok = <-ch
	here.Line(b.m, b.ok)
	b.m[fmt.Sprint(<-ch)], b.ok = <-ch
	here.Line(b.m, b.ok)
	_, b.yes = <-ch
	here.Line(b.yes)
	var y yes
	v, y = <-ch
	here.Line(v, y)
	var a any
	a, b.ok = <-ch
	here.Line(a)
	var f float64 = float64(<-ch) + float64(-<-ch)
	here.Line(f)
	if v, ok := <-ch; ok {
		here.Line(v)
	}
	switch x := <-ch; x {
	case 18, 17, 16:
		here.Line("seventeen")
	}
	for range <-ch {
	}
	x := [...]int{<-ch}
	here.Line(x, len(ch))
	close(ch)
	v, ok = <-ch
	here.Line(v, ok)
	here.Panic(func() {
		ch <- 1
	})
	here.Panic(func() { close(ch) })
	here.Panic(func() {
		var none map[string]chan int
		close(none["x"])
	})
}

var global = <-func() chan int { c := make(chan int, 1); c <- 5; return c }()

func TestGlobal(t *testing.T) { here.Line(global) }

func filled(values ...int) chan int {
	ch := make(chan int, len(values))
	for _, v := range values {
		ch <- v
	}
	close(ch)
	return ch
}

func TestRange(t *testing.T) {
	for range filled(1, 2) {
		here.Line("twice")
	}
	for _ = range filled(1, 2) {
		here.Line("twice")
	}
	for v := range filled(1, 2, 3) {
		v := v * 2
		if v == 4 {
			continue
		}
		here.Line(v)
	}
	var v int
	for v = range filled(1, 2, 3) {
		if v == 2 {
			break
		}
	}
	here.Line(v)
	b := box{m: map[string]int{}}
	for b.m[here.Of("k")] = range filled(4, 5) {
		here.Line(b.m)
	}
	var funcs []func() int
	for v := range filled(1, 2, 3) {
		funcs = append(funcs, func() int { v++; return v })
	}
	for _, f := range funcs {
		here.Line(f(), f())
	}
outer:
	for v := range filled(1, 2, 3, 4) {
		for w := range filled(1, 2, 3) {
			switch {
			case w == 2:
				continue outer
			case v == 3:
				break outer
			}
			here.Line(v, w)
		}
	}
	for v := range func() chan int {
		here.Line("evaluated once")
		return filled(8, 9)
	}() {
		here.Line(v)
	}
	for v := range filled(1) {
		for w := range filled(2) {
			here.Line(v, w)
		}
	}
	for range filled(1) {
	}
	for r := range generator() {
		here.Line(r.Read())
	}
	here.Line(first(filled(7)))
	i := 0
loop:
	for range filled(1, 1, 1) {
		i++
		if i == 2 {
			goto done
		}
		continue loop
	}
done:
	here.Line(i)
}

func first(ch <-chan int) int {
	for v := range ch {
		return v
	}
	return -1
}

func generator() <-chan reader {
	ch := make(chan reader, 1)
	ch <- three(1)
	close(ch)
	return ch
}

func TestClose(t *testing.T) {
	n := make(named)
	defer func() { _, ok := <-n; here.Line(ok) }()
	defer close(n)
	m := make(chan<- int)
	close(m)
	(close)(make(chan int))
	func() {
		defer here.Line("deferred")
		c := make(chan int)
		defer close(c)
	}()
	func(close func(int)) { close(3) }(func(x int) { here.Line("not the builtin", x) })
}
