package gostmt

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/programs/here"
)

var done = make(chan string, 100)

// wait prints what n goroutines have told.
func wait(n int) {
	for range n {
		fmt.Println(<-done)
	}
}

type value struct{ n int }

func (v value) tell(s string)         { done <- fmt.Sprint(v.n, s) }
func (v *value) tellPointer(s string) { done <- fmt.Sprint(v.n, s) }
func (v value) many(s ...string) int  { done <- fmt.Sprint(v.n, s); return 1 }

type teller interface{ tell(string) }

func generic[T any](v T)                      { done <- fmt.Sprintf("%T %v", v, v) }
func generic2[T any, U any](v T, f func(U) U) { done <- fmt.Sprintf("%T %T", v, f) }
func pair() (int, string)                     { return 1, "pair" }
func take(n int, s string)                    { done <- fmt.Sprint(n, s) }
func takeAny(values ...any)                   { done <- fmt.Sprint(values...) }
func takeInterface(v fmt.Stringer, e error, p *int, i8 int8, b yes, f func()) {
	done <- fmt.Sprint(v, e, p, i8, b, f == nil)
}
func result() (int, error) { done <- "result"; return 1, nil }
func ident[T any](v T) T   { done <- fmt.Sprint(v); return v }

type yes bool

func TestForms(t *testing.T) {
	go func() { done <- "literal" }()
	wait(1)
	go func(s string, n int) {
		here.Line("in the literal")
		done <- fmt.Sprint(s, n)
	}("with arguments",
		here.Of(2),
	)
	wait(1)
	v := value{1}
	go v.tell("value")
	v.n = 2
	wait(1)
	p := &value{3}
	go p.tell("copied")
	p.n = 4
	wait(1)
	p = &value{3}
	go p.tellPointer("pointer")
	wait(1)
	var i teller = value{5}
	go i.tell("interface")
	wait(1)
	go value.tell(v, "expression")
	wait(1)
	go (*value).tellPointer(&v, "expression")
	wait(1)
	go v.many()
	go v.many("a", "b")
	go v.many([]string{"c"}...)
	go v.many(nil...)
	wait2(4)
	go generic(3)
	wait(1)
	go generic("x")
	wait(1)
	go generic[float64](1)
	wait(1)
	n := int8(3)
	go generic(n)
	n = 4
	wait(1)
	go generic2(n, ident[string])
	wait(1)
	go take(pair())
	wait(1)
	go takeAny(pair())
	wait(1)
	go takeAny(1, nil, "x", n, 'c', 1.5)
	wait(1)
	go takeInterface(nil, nil, nil, 1, true, nil)
	wait(1)
	go takeInterface(nil, nil, nil, n, n == 3, nil)
	wait(1)
	go result()
	wait(1)
	go ident(func() {})
	<-done
	go fmt.Sprint()
	funcs := []func(string){func(s string) { done <- s }}
	go funcs[0]("index")
	funcs[0] = nil
	wait(1)
	go func() func(string) {
		here.Line("evaluated here")
		return func(s string) { done <- s }
	}()("returned")
	wait(1)
	type f func(string)
	go f(func(s string) { done <- s })("converted")
	wait(1)
	go (func() { done <- "in parentheses" })()
	wait(1)
	var e struct{ value }
	e.n = 6
	go e.tell("promoted")
	wait(1)
	shift := 2
	go func(u uint8) { done <- fmt.Sprint(u) }(1 << shift)
	wait(1)
	go takeAny(n<<shift, n<<shift == 12, -(n >> 1))
	wait(1)
	go func(n int, s string) { done <- fmt.Sprint(n, s) }(pair())
	wait(1)
	tell := value.twice
	go tell(value{7}.pair())
	tell = nil
	wait(1)
	go v.takes(pair())
	wait(1)
	go v.many(fmt.Sprint(n), func() string { here.Line("evaluated here, too"); return "c" }())
	wait(1)
}

func (v value) pair() (value, string) { return v, "pair" }
func (v value) twice(s string)        { done <- fmt.Sprint(v.n, s, s) }
func (v value) takes(n int, s string) { done <- fmt.Sprint(v.n, n, s) }

// wait2 prints in order what goroutines have told that ran side by side.
func wait2(n int) {
	told := map[string]int{}
	for range n {
		told[<-done]++
	}
	fmt.Println(told)
}

func TestBuiltins(t *testing.T) {
	ch := make(chan int)
	c := ch
	go close(c)
	c = nil
	<-ch
	m := map[int]int{1: 1}
	var wg sync.WaitGroup
	wg.Add(1)
	go wg.Done()
	wg.Wait()
	go delete(m, 1)
	for i := 0; i < 1e6 && len(m) > 0; i++ {
		runtime.Gosched()
	}
	go print()
	go copy([]int{}, []int{1})
	var n atomic.Int64
	go n.Add(2)
	for n.Load() == 0 {
		runtime.Gosched()
	}
	var mu sync.Mutex
	mu.Lock()
	go mu.Unlock()
	mu.Lock()
	var x int64
	go atomic.AddInt64(&x, 3)
	for atomic.LoadInt64(&x) == 0 {
		runtime.Gosched()
	}
	here.Line(n.Load(), x)
	wg.Go(func() { done <- "from WaitGroup.Go" })
	wg.Wait()
	wait(1)
	go wg.Go(func() { done <- "from go WaitGroup.Go" })
	wait(1)
	var group struct {
		*sync.WaitGroup
		name string
	}
	group.WaitGroup = &wg
	group.Go(func() { done <- "from an embedded WaitGroup" })
	group.Wait()
	wait(1)
	func() {
		defer wg.Go(func() { done <- "deferred" })
	}()
	wait(1)
	f := wg.Go
	f(func() { done <- "from a method value" })
	wait(1)
}

func TestPlaces(t *testing.T) {
	if true {
		go take(1, "in if")
	} else {
		go take(2, "not")
	}
	wait(1)
	switch {
	case true:
		go take(1, "in case")
	}
	wait(1)
	x := 1
label:
	go take(x, "labelled")
	wait(1)
	if x++; x < 3 {
		goto label
	}
	for i := range 3 {
		go take(i, strings.Repeat("x", i))
		wait(1)
	}
	func() { go take(1, "one line"); wait(1) }()
	go take(1 /* comment */, "comments" /* more */)
	wait(1)
	go func() {
		go func() {
			go take(3, "nested")
		}()
	}()
	wait(1)
	here.Panic(func() {
		var p *value
		go p.tell(
			"nil")
	})
}
