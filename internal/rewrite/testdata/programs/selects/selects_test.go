package selects

import (
	"fmt"
	"testing"

	"example.com/programs/here"
)

type yes bool

type event struct {
	kind string
	n    int
}

func one(v int) chan int {
	ch := make(chan int, 1)
	ch <- v
	return ch
}

func closed() chan int {
	ch := make(chan int)
	close(ch)
	return ch
}

func TestForms(t *testing.T) {
	var never chan int
	select {
	case <-one(1):
		here.Line("received")
	}
	select {
	case <-never:
		here.Line("never")
	case v := <-one(2):
		here.Line(v)
	}
	select {
	case v, ok := <-closed():
		here.Line(v, ok)
	case never <- 1:
	}
	m := map[string]int{}
	var ok bool
	var is yes
	select {
	case m[here.Of("key")], ok = <-one(here.Of(3)):
		here.Line(m, ok)
	case m[here.Of("not evaluated")] = <-never:
	}
	select {
	case _, is = <-one(4):
		here.Line(is)
	}
	select {
	case _ = <-one(4):
	}
	select {
	case _, ok := (<-one(4)):
		here.Line(ok)
	}
	events := make(chan event, 1)
	select {
	case events <- event{
		kind: "of several lines",
		n:    len("x"),
	}:
		here.Line("sent")
	case <-never:
	}
	here.Line(<-events)
	select {
	case v := <-func() chan int {
		here.Line("in the case")
		select {
		case <-one(1):
			here.Line("nested")
		}
		return one(5)
	}():
		v++
		here.Line(v)
	}
	anything := make(chan any, 3)
	select {
	case anything <- nil:
	}
	select {
	case anything <- 1:
	}
	bytes := make(chan byte, 1)
	select {
	case bytes <- 'x':
	}
	here.Line(<-anything, <-anything, <-bytes)
	select {
	default:
		here.Line("only a default")
	}
	select {
	default:
		here.Line("default first")
	case <-never:
	}
	select {
	case <-never:
	default:
		here.Line("default last")
	}
	here.Panic(func() {
		select {
		case never <- 1:
		case closed() <- 2:
		}
	})
	here.Panic(func() {
		var p *struct{ ch chan int }
		select {
		case <-never:
		case <-p.ch:
		}
	})
}

func TestControl(t *testing.T) {
	n := 0
loop:
	for {
		select {
		case <-one(1):
			n++
			if n == 1 {
				break
			}
			if n == 2 {
				continue
			}
			if n == 3 {
				continue loop
			}
			break loop
		}
		here.Line(n)
	}
choice:
	select {
	case <-one(1):
		for {
			break choice
		}
		here.Line("not reached")
	}
	select {
	case <-one(1):
		goto end
	}
end:
	here.Line(ended(one(1)), endedToo(nil), inSwitch())
}

func ended(ch chan int) int {
	select {
	case v := <-ch:
		return v
	case ch <- 1:
		panic("no")
	}
}

func endedToo(ch chan int) int {
	select {
	case <-ch:
		return 1
	default:
		return 2
	}
}

func inSwitch() int {
	switch {
	case true:
		select {
		case <-one(1):
			return 3
		}
	}
	return 4
}

func forever() int {
	select {}
}

func labelled() {
again:
	select {
	case <-one(1):
		goto again
	}
}

func TestMany(t *testing.T) {
	var a, b, c, d, e, f chan int
	g := one(7)
	select {
	case <-a:
	case b <- 1:
	case <-c:
	case d <- 2:
	case v := <-e:
		here.Line(v)
	case f <- 3:
	case v, ok := <-g:
		here.Line(v, ok)
	}
	var errs chan error
	select {
	case <-a:
	case b <- 1:
	case <-c:
	case d <- 2:
	case err := <-errs:
		here.Line(err)
	default:
		here.Line("default")
	}
	texts := make(chan fmt.Stringer, 1)
	texts <- nil
	select {
	case <-a:
	case <-b:
	case <-c:
	case <-d:
	case s := <-texts:
		here.Line(s)
	}
	full := make(chan error, 1)
	select {
	case <-a:
	case <-b:
	case <-c:
	case <-d:
	case full <- nil:
		here.Line(len(full))
	}
}

func TestBlocked(t *testing.T) {
	ch, back := make(chan int), make(chan int)
	go func() {
		select {
		case v := <-ch:
			select {
			case back <- v + 1:
			}
		}
	}()
	select {
	case ch <- 1:
	case <-back:
	}
	select {
	case v := <-back:
		here.Line(v)
	case ch <- 1:
	}
	several := make(chan int)
	go func() { several <- 9 }()
	var a, b, c, d chan int
	select {
	case <-a:
	case <-b:
	case <-c:
	case d <- 1:
	case v := <-several:
		here.Line(v)
	}
}
