package locks

import (
	"fmt"
	"sync"
	. "sync/atomic"
	"testing"
	"unsafe"

	"example.com/programs/here"
)

type embedded struct {
	sync.Mutex
	n int
}

type deep struct{ *embedded }

type custom struct{ locked int }

func (c *custom) Lock()   { c.locked++; fmt.Println("custom lock") }
func (c *custom) Unlock() { c.locked--; fmt.Println("custom unlock") }

type tryLocker interface {
	sync.Locker
	TryLock() bool
}

type rw interface {
	RLock()
	RUnlock()
}

func with[L sync.Locker](l L, f func()) {
	l.Lock()
	defer l.Unlock()
	f()
}

func withPointer[T any, L interface {
	*T
	Lock()
	Unlock()
}](f func()) {
	var v T
	L(&v).Lock()
	defer L(&v).Unlock()
	f()
}

func TestMutex(t *testing.T) {
	var mu sync.Mutex
	mu.Lock()
	here.Line(mu.TryLock())
	mu.Unlock()
	if mu.TryLock() {
		defer mu.Unlock()
	}
	e := embedded{}
	e.Lock()
	e.Mutex.Unlock()
	d := deep{&e}
	func() {
		d.Lock()
		defer d.Unlock()
		here.Line(d.n)
	}()
	p := &mu
	unlock := p.Unlock
	unlock()
	lock := (*sync.Mutex).Lock
	lock(p)
	(*sync.Mutex).Unlock(p)
	p.
		Lock()
	array := [2]sync.Mutex{}
	array[here.Of(1)].Lock()
	array[1].Unlock()
	m := map[string]*sync.Mutex{"x": {}}
	m["x"].Lock()
	func(unlock func()) { unlock() }(m["x"].Unlock)
	with(&array[0], func() { here.Line("with") })
	withPointer[custom](func() { here.Line("with") })
	var l sync.Locker = &custom{}
	l.Lock()
	l.Unlock()
	var tl tryLocker = &array[0]
	here.Line(tl.TryLock(), tl.TryLock())
	tl.Unlock()
	here.Panic(func() {
		var nobody *deep
		nobody.Lock()
	})
	here.Panic(func() {
		var none sync.Locker
		defer none.Unlock()
	})
}

func TestRWMutex(t *testing.T) {
	var mu sync.RWMutex
	mu.RLock()
	here.Line(mu.TryLock(), mu.TryRLock())
	mu.RUnlock()
	mu.RUnlock()
	l := mu.RLocker()
	l.Lock()
	var r rw = &mu
	r.RLock()
	r.RUnlock()
	l.Unlock()
	mu.RLocker().Lock()
	mu.RLocker().Unlock()
	mu.Lock()
	defer mu.Unlock()
}

func TestCond(t *testing.T) {
	var mu sync.Mutex
	c := sync.NewCond(&mu)
	ready := false
	go func() {
		c.L.Lock()
		ready = true
		c.L.Unlock()
		c.Signal()
		c.Broadcast()
	}()
	mu.Lock()
	for !ready {
		c.Wait()
	}
	mu.Unlock()
	here.Line(ready)
}

func TestOnce(t *testing.T) {
	var once sync.Once
	for range 2 {
		once.Do(func() { here.Line("once") })
	}
	f := sync.OnceFunc(func() { here.Line("once") })
	f()
	f()
	v := sync.OnceValue(func() int { here.Line("once"); return 3 })
	here.Line(v(), v())
	w := sync.OnceValues(func() (string, error) { return "x", nil })
	here.Line(w())
	here.Line(sync.OnceValue[any](func() any { return 4 })())
	g := sync.OnceFunc
	g(func() { here.Line("stored") })()
	here.Panic(sync.OnceFunc(func() {
		panic("in once")
	}))
}

func pair() (any, any) { return "k", "v" }

func TestMap(t *testing.T) {
	var m sync.Map
	m.Store(1, "one")
	m.Store(pair())
	here.Line(m.Load("k"))
	v, ok := m.LoadOrStore(2, nil)
	here.Line(v, ok)
	if v, ok := m.Load(1); ok {
		here.Line(v)
	}
	here.Line(m.Swap(1, "uno"))
	here.Line(m.CompareAndSwap(1, "uno", "eins"))
	here.Line(m.CompareAndDelete(2, nil))
	m.Range(func(k, v any) bool { fmt.Println(k == 1 || k == "k"); return true })
	for k := range m.Range {
		if k == 1 {
			here.Line(k)
		}
	}
	here.Line(m.LoadAndDelete(1))
	m.Delete(1)
	defer m.Clear()
	each := m.Range
	each(func(k, v any) bool { here.Line(k, v); return false })
}

func TestPool(t *testing.T) {
	p := sync.Pool{New: func() any { return 3 }}
	here.Line(p.Get().(int))
	p.Put(4)
}

type number struct {
	Int64
	flag Bool
	ptr  Pointer[string]
	any  Value
	u    uint32
	raw  unsafe.Pointer
}

func TestAtomic(t *testing.T) {
	var n number
	n.Add(2)
	n.Store(int64(n.Load()) + 1)
	here.Line(n.Load(), n.Int64.Swap(9), n.CompareAndSwap(9, 10), n.Or(4), n.And(12))
	n.flag.Store(n.Load() == 12)
	here.Line(n.flag.Load())
	s := "x"
	n.ptr.Store(&s)
	here.Line(*n.ptr.Load(), n.ptr.CompareAndSwap(&s, nil), n.ptr.Swap(nil) == nil)
	n.any.Store("y")
	here.Line(n.any.Load().(string), n.any.CompareAndSwap("y", "z"))
	AddUint32(&n.u, 1<<3)
	StoreUint32(&n.u, LoadUint32(&n.u)+1)
	here.Line(CompareAndSwapUint32(&n.u, 9, 10), SwapUint32(&n.u, 11))
	StorePointer(&n.raw, unsafe.Pointer(&s))
	here.Line(*(*string)(LoadPointer(&n.raw)))
	add := AddUint32
	here.Line(add(&n.u, ^uint32(0)))
	load := n.Load
	n.Add(1)
	here.Line(load(), (*Int64).Load(&n.Int64))
	const delta = 5
	n.Add(delta)
	here.Line(func() int64 { return n.Load() }())
}
