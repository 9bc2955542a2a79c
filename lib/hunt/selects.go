package hunt

import (
	"math/bits"
	"reflect"
	"unsafe"
)

// A Case is one of a select statement: a receive where from is not nil, else a send. V and OK are what was
// received.
type Case[T any] struct {
	V  T
	OK bool

	from <-chan T
	to   chan<- T
}

// From is case … <-ch.
func From[T any](ch <-chan T) Case[T] { return Case[T]{from: ch} }

// Case is case s.ch <- v.
func (s Sender[T]) Case(v T) Case[T] { return Case[T]{V: v, to: s.ch} }

// Default is what a select statement returns whose default case is taken.
const Default = -1

// Whether a select statement has a default case.
const (
	Poll = true
	Wait = false
)

// Select0 is a select statement that has a default case alone.
func Select0(site string) int {
	point(site)
	return Default
}

// Select1 to Select4 are select statements of that many cases besides the default one. They return the index
// of the case that was taken. A nil channel is in none of them, so a case is written as both of what it may be.
func Select1[A any](site string, hasDefault bool, a *Case[A]) int {
	th := point(site)
	if th != nil {
		for left := a.ready(); left != 0; {
			i, done := left.pick(th, site), false
			switch i {
			case 0:
				done = a.try()
			}
			if done {
				return i
			}
		}
		if hasDefault {
			return Default
		}
		defer th.after()
	}
	if hasDefault {
		select {
		case a.V, a.OK = <-a.from:
			return 0
		case a.to <- a.V:
			return 0
		default:
			return Default
		}
	}
	select {
	case a.V, a.OK = <-a.from:
		return 0
	case a.to <- a.V:
		return 0
	}
}

// Select2 is for 2 cases.
func Select2[A, B any](site string, hasDefault bool, a *Case[A], b *Case[B]) int {
	th := point(site)
	if th != nil {
		for left := a.ready() | b.ready()<<1; left != 0; {
			i, done := left.pick(th, site), false
			switch i {
			case 0:
				done = a.try()
			case 1:
				done = b.try()
			}
			if done {
				return i
			}
		}
		if hasDefault {
			return Default
		}
		defer th.after()
	}
	if hasDefault {
		select {
		case a.V, a.OK = <-a.from:
			return 0
		case a.to <- a.V:
			return 0
		case b.V, b.OK = <-b.from:
			return 1
		case b.to <- b.V:
			return 1
		default:
			return Default
		}
	}
	select {
	case a.V, a.OK = <-a.from:
		return 0
	case a.to <- a.V:
		return 0
	case b.V, b.OK = <-b.from:
		return 1
	case b.to <- b.V:
		return 1
	}
}

// Select3 is for 3 cases.
func Select3[A, B, C any](site string, hasDefault bool, a *Case[A], b *Case[B], c *Case[C]) int {
	th := point(site)
	if th != nil {
		for left := a.ready() | b.ready()<<1 | c.ready()<<2; left != 0; {
			i, done := left.pick(th, site), false
			switch i {
			case 0:
				done = a.try()
			case 1:
				done = b.try()
			case 2:
				done = c.try()
			}
			if done {
				return i
			}
		}
		if hasDefault {
			return Default
		}
		defer th.after()
	}
	if hasDefault {
		select {
		case a.V, a.OK = <-a.from:
			return 0
		case a.to <- a.V:
			return 0
		case b.V, b.OK = <-b.from:
			return 1
		case b.to <- b.V:
			return 1
		case c.V, c.OK = <-c.from:
			return 2
		case c.to <- c.V:
			return 2
		default:
			return Default
		}
	}
	select {
	case a.V, a.OK = <-a.from:
		return 0
	case a.to <- a.V:
		return 0
	case b.V, b.OK = <-b.from:
		return 1
	case b.to <- b.V:
		return 1
	case c.V, c.OK = <-c.from:
		return 2
	case c.to <- c.V:
		return 2
	}
}

// Select4 is for 4 cases.
func Select4[A, B, C, D any](site string, hasDefault bool, a *Case[A], b *Case[B], c *Case[C], d *Case[D]) int {
	th := point(site)
	if th != nil {
		for left := a.ready() | b.ready()<<1 | c.ready()<<2 | d.ready()<<3; left != 0; {
			i, done := left.pick(th, site), false
			switch i {
			case 0:
				done = a.try()
			case 1:
				done = b.try()
			case 2:
				done = c.try()
			case 3:
				done = d.try()
			}
			if done {
				return i
			}
		}
		if hasDefault {
			return Default
		}
		defer th.after()
	}
	if hasDefault {
		select {
		case a.V, a.OK = <-a.from:
			return 0
		case a.to <- a.V:
			return 0
		case b.V, b.OK = <-b.from:
			return 1
		case b.to <- b.V:
			return 1
		case c.V, c.OK = <-c.from:
			return 2
		case c.to <- c.V:
			return 2
		case d.V, d.OK = <-d.from:
			return 3
		case d.to <- d.V:
			return 3
		default:
			return Default
		}
	}
	select {
	case a.V, a.OK = <-a.from:
		return 0
	case a.to <- a.V:
		return 0
	case b.V, b.OK = <-b.from:
		return 1
	case b.to <- b.V:
		return 1
	case c.V, c.OK = <-c.from:
		return 2
	case c.to <- c.V:
		return 2
	case d.V, d.OK = <-d.from:
		return 3
	case d.to <- d.V:
		return 3
	}
}

// AnyCase is a [Case] of any type.
type AnyCase interface {
	ready() cases
	try() bool
	reflected() reflect.SelectCase
	received(v reflect.Value, ok bool)
}

// SelectMany is a select statement of more cases, up to 64.
func SelectMany(site string, hasDefault bool, all ...AnyCase) int {
	th := point(site)
	if th != nil {
		var left cases
		for i, c := range all {
			left |= c.ready() << i
		}
		for left != 0 {
			if i := left.pick(th, site); all[i].try() {
				return i
			}
		}
		if hasDefault {
			return Default
		}
		defer th.after()
	}
	reflected := make([]reflect.SelectCase, len(all), len(all)+1)
	for i, c := range all {
		reflected[i] = c.reflected()
	}
	if hasDefault {
		reflected = append(reflected, reflect.SelectCase{Dir: reflect.SelectDefault})
	}
	i, v, ok := reflect.Select(reflected)
	if i == len(all) {
		return Default
	}
	all[i].received(v, ok)
	return i
}

// cases is a set of cases of a select statement, a bit for each.
type cases uint64

// pick takes one of the cases out. Which one is a decision where there are several.
func (left *cases) pick(th *thread, site string) int {
	rest := *left
	if rest&(rest-1) != 0 {
		for range th.choose(site, rest) {
			rest &= rest - 1
		}
	}
	i := bits.TrailingZeros64(uint64(rest))
	*left &^= 1 << i
	return i
}

// ready is 1 where the case could go on, and 0 where it could not.
func (c *Case[T]) ready() cases {
	switch {
	case c.from != nil:
		return canReceive(*(**channel)(unsafe.Pointer(&c.from)))
	case c.to != nil:
		return canSend(*(**channel)(unsafe.Pointer(&c.to)))
	default:
		return 0
	}
}

// try does what the case stands for if that can be done at once.
func (c *Case[T]) try() bool {
	if c.to != nil {
		select {
		case c.to <- c.V:
			return true
		default:
			return false
		}
	}
	select {
	case c.V, c.OK = <-c.from:
		return true
	default:
		return false
	}
}

func (c *Case[T]) reflected() reflect.SelectCase {
	if c.to != nil {
		return reflect.SelectCase{Dir: reflect.SelectSend, Chan: reflect.ValueOf(c.to), Send: reflect.ValueOf(&c.V).Elem()}
	}
	return reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c.from)}
}

func (c *Case[T]) received(v reflect.Value, ok bool) {
	if c.to != nil {
		return
	}
	c.OK = ok
	reflect.ValueOf(&c.V).Elem().Set(v)
}
