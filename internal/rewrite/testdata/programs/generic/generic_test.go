package generic

import (
	"cmp"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/programs/here"
)

type chans[T any] interface{ ~chan T | ~chan<- T }

func sendTo[T any, C chans[T]](ch C, v T) { ch <- v; close(ch) }

func receiveFrom[C ~chan T, T any](ch C) (T, bool) { v, ok := <-ch; return v, ok }

func rangeOver[C ~chan T | ~<-chan T, T any](ch C) (all []T) {
	for v := range ch {
		all = append(all, v)
	}
	return all
}

func selectOn[C ~chan T, T any](ch C) (v T) {
	select {
	case v = <-ch:
	case ch <- v:
	}
	return v
}

type named chan string

type set[K cmp.Ordered, V any] struct {
	sync.RWMutex
	m    map[K]V
	p    atomic.Pointer[V]
	once sync.Once
}

func (s *set[K, V]) put(k K, v V) *set[K, V] {
	s.Lock()
	defer s.Unlock()
	s.once.Do(func() { s.m = map[K]V{} })
	s.m[k] = v
	s.p.Store(&v)
	return s
}

func (s *set[K, V]) get(k K) V {
	s.RLock()
	defer s.RUnlock()
	go s.p.CompareAndSwap(nil, nil)
	return s.m[k]
}

func parallel[T, U any](in []T, f func(T) U) []U {
	out := make(chan U, len(in))
	for _, v := range in {
		go func() { out <- f(v) }()
	}
	all := make([]U, 0, len(in))
	for range in {
		all = append(all, <-out)
	}
	return all
}

func start[F func() | func(int)](f F, done chan int) {
	switch f := any(f).(type) {
	case func():
		go f()
	case func(int):
		go f(3)
	}
	here.Line(<-done)
}

func startAny[F ~func()](f F) { go f() }

func TestGeneric(t *testing.T) {
	ch := make(chan int, 1)
	sendTo(ch, 3)
	here.Line(receiveFrom(ch))
	n := make(named, 2)
	sendTo(n, "x")
	here.Line(rangeOver(n))
	here.Line(selectOn(make(named, 1)))
	s := new(set[string, int]).put("a", 1).put("b", 2)
	here.Line(s.get("a"), *s.p.Load())
	here.Line(len(parallel([]int{1, 2}, func(int) string { return "" })))
	done := make(chan int)
	start(func() { done <- 1 }, done)
	start(func(n int) { done <- n }, done)
	startAny(func() { done <- 5 })
	here.Line(<-done)
}
