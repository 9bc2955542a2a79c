package orchestrate

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/orchtest/orchtest/lib/latch"
)

// A world is what the threads of a program share: synchronisations, and beside each what the threads
// said of it. Right before an operation is tried, and right after it returned, the thread that does it says
// so. Nothing here predicts who gets what: it is known from that alone who holds what, who waits for
// what, and so whether a wait can still come to its end.
//
// All that is said is kept in atomics: it orders nothing that the conductor might rely on, and nobody
// waits for it.
type world struct {
	mutexes  []*mutex
	cond     *sync.Cond // its lock is the last mutex
	tickets  atomic.Int64
	signaled atomic.Int64 // tickets below this one were let go
	rw       rwMutex
	channels []*channel
	group    sync.WaitGroup
	undone   atomic.Int64 // the group's counter
	latch    *latch.Latch
	closed   atomic.Int64 // the latch's counter
	places   *semaphore.Weighted
	size     int64
	taken    atomic.Int64          // of the semaphore
	spun     atomic.Pointer[agent] // a lock for which threads spin
	once     sync.Once
	first    atomic.Pointer[agent] // who is in the function of once
	happened atomic.Bool           // once is done

	threads []*agent
	agents  []*agent // the threads, and the goroutines that they start
	alive   atomic.Int64
	over    atomic.Bool // the scenario is: operations do nothing any more
	wrong   atomic.Pointer[string]
}

type mutex struct {
	sync.Mutex
	holder atomic.Pointer[agent]
}

type rwMutex struct {
	sync.RWMutex
	writer  atomic.Pointer[agent]
	readers atomic.Int64
}

type channel struct {
	c      chan int
	in     atomic.Int64 // minus what came out
	closed atomic.Bool
}

// An agent is a thread, or a goroutine that one starts and waits for.
type agent struct {
	w     *world
	name  string
	index int    // among the threads; -1 if it is none
	owner string // the thread that it is, or that started it
	ops   []*op

	state  atomic.Int32
	in     atomic.Pointer[op] // the operation that it is in
	timed  atomic.Bool        // it waits for a timer, or did in this turn: it may move at any time
	ticket atomic.Int64       // in cond.Wait, until it is let go; else -1
}

const (
	resting int32 = iota // not begun, or at a syncpoint
	moving
	done
)

func newWorld(p *program) *world {
	w := &world{latch: latch.New(p.latch), size: int64(p.places)}
	for range p.mutexes {
		w.mutexes = append(w.mutexes, new(mutex))
	}
	w.cond = sync.NewCond(condLock{w})
	for _, size := range p.channels {
		w.channels = append(w.channels, &channel{c: make(chan int, size)})
	}
	w.group.Add(p.group)
	w.undone.Store(int64(p.group))
	w.closed.Store(int64(p.latch))
	w.places = semaphore.NewWeighted(w.size)
	for i, ops := range p.threads {
		w.threads = append(w.threads, w.adopt(ops, i, fmt.Sprint("thread ", i)))
	}
	return w
}

// adopt adds an agent, and those of the goroutines that it starts.
func (w *world) adopt(ops []*op, index int, owner string) *agent {
	a := &agent{w: w, name: owner, index: index, owner: owner, ops: ops}
	if index >= 0 {
		w.alive.Add(1)
	} else {
		a.name = "goroutine of " + owner
	}
	a.ticket.Store(-1)
	w.agents = append(w.agents, a)
	for _, o := range ops {
		if o.kind == opGo {
			o.agent = w.adopt(o.body, -1, owner)
		}
	}
	return a
}

// condLock is the lock of the Cond, as it is used by Wait.
type condLock struct{ w *world }

func (l condLock) last() *mutex { return l.w.mutexes[len(l.w.mutexes)-1] }

func (l condLock) Unlock() {
	m := l.last()
	if a := m.holder.Load(); a != nil && !l.w.over.Load() {
		a.ticket.Store(l.w.tickets.Add(1) - 1)
		m.holder.Store(nil)
	}
	m.Unlock()
}

func (l condLock) Lock() { l.last().Lock() }

// say is called if something is wrong. What was said first is kept.
func (w *world) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	w.wrong.CompareAndSwap(nil, &text)
}

// quiet reports whether the agent is at rest, or its wait cannot come to an end as things are.
func (w *world) quiet(a *agent) (quiet, blocked bool) {
	switch a.state.Load() {
	case resting, done:
		return true, false
	}
	if a.timed.Load() {
		return true, false
	}
	o := a.in.Load()
	blocked = o != nil && w.blocked(a, o)
	return blocked, blocked
}

// settled returns which threads are blocked, a bit for each, and an agent that is neither at rest nor
// blocked, if there is one.
func (w *world) settled() (blocked uint32, moves *agent) {
	for _, a := range w.agents {
		quiet, is := w.quiet(a)
		if !quiet {
			moves = a
		}
		if is && a.index >= 0 {
			blocked |= 1 << a.index
		}
	}
	return blocked, moves
}

// blocked reports whether an operation that was begun and has not returned cannot.
func (w *world) blocked(a *agent, o *op) bool {
	switch o.kind {
	case opLock:
		return w.mutexes[o.object].holder.Load() != nil
	case opCondWait:
		if t := a.ticket.Load(); t >= 0 && t >= w.signaled.Load() {
			return true
		}
		// It was let go, or has not yet unlocked: which it would not wait for.
		m := w.mutexes[len(w.mutexes)-1]
		holder := m.holder.Load()
		return holder != nil && holder != a
	case opRLock:
		return w.rw.writer.Load() != nil || w.waiting(a, func(o *op) bool { return o.kind == opWLock })
	case opWLock:
		return w.rw.writer.Load() != nil || w.rw.readers.Load() > 0
	case opSend:
		return w.cannotSend(a, o.object)
	case opReceive:
		return w.cannotReceive(a, o.object)
	case opSelect:
		for _, c := range o.body {
			if !w.blocked(a, c) {
				return false
			}
		}
		return true
	case opGroupWait:
		return w.undone.Load() > 0
	case opLatchWait:
		return w.closed.Load() > 0
	case opAcquire:
		return w.taken.Load() == w.size
	case opSpin:
		return w.spun.Load() != nil
	case opOnce:
		first := w.first.Load()
		return first != nil && first != a && !w.happened.Load()
	case opGo:
		return o.agent.state.Load() != done // it is looked at by itself whether that one can go on
	}
	return false
}

// waitsOn is what a report says that a blocked agent waits on.
func (w *world) waitsOn(a *agent) string {
	o := a.in.Load()
	if o == nil {
		return ""
	}
	if o.kind == opCondWait && a.ticket.Load() < w.signaled.Load() {
		return waitsOn[opLock]
	}
	return waitsOn[o.kind]
}

// waiting reports whether another agent is in such an operation, or in a select with such a case.
func (w *world) waiting(a *agent, such func(*op) bool) bool {
	for _, other := range w.agents {
		o := other.in.Load()
		if other == a || o == nil {
			continue
		}
		if such(o) {
			return true
		}
		if o.kind == opSelect {
			for _, c := range o.body {
				if such(c) {
					return true
				}
			}
		}
	}
	return false
}

func (w *world) cannotSend(a *agent, i int) bool {
	c := w.channels[i]
	return !c.closed.Load() && c.in.Load() >= int64(cap(c.c)) &&
		!w.waiting(a, func(o *op) bool { return o.kind == opReceive && o.object == i })
}

func (w *world) cannotReceive(a *agent, i int) bool {
	c := w.channels[i]
	return !c.closed.Load() && c.in.Load() <= 0 &&
		!w.waiting(a, func(o *op) bool { return o.kind == opSend && o.object == i })
}

// free lets the threads of a scenario that is over come to their ends, and waits for them.
func (w *world) free() bool {
	w.over.Store(true)
	for _, m := range w.mutexes {
		if m.holder.Load() != nil {
			m.Unlock()
		}
	}
	if w.rw.writer.Load() != nil {
		w.rw.Unlock()
	}
	for range w.rw.readers.Load() {
		w.rw.RUnlock()
	}
	w.cond.Broadcast()
	w.group.Add(-int(w.undone.Load()))
	for range w.closed.Load() {
		w.latch.CountDown()
	}
	w.places.Release(w.taken.Load())
	for start := time.Now(); w.alive.Load() > 0; time.Sleep(20 * time.Microsecond) {
		if time.Since(start) > 30*time.Second {
			return false
		}
		for _, c := range w.channels {
			c.exchange()
		}
	}
	return true
}

// exchange lets go who sends and who receives. To close the channel would be a data race with who sends.
func (c *channel) exchange() {
	if c.closed.Load() {
		return
	}
	select {
	case <-c.c:
	default:
	}
	select {
	case c.c <- 0:
	default:
	}
}

// acquired is called after a lock was taken. It reports false, and gives it back, if the scenario is over.
func (a *agent) acquired(note, back func()) {
	if a.w.over.Load() {
		back()
		return
	}
	note()
}

// do does one operation, and says so.
func (a *agent) do(o *op) {
	w := a.w
	if w.over.Load() {
		return
	}
	a.in.Store(o)
	switch o.kind {
	case opLock:
		m := w.mutexes[o.object]
		m.Lock()
		a.acquired(func() { m.holder.Store(a) }, m.Unlock)
	case opUnlock:
		m := w.mutexes[o.object]
		if holder := m.holder.Swap(nil); holder != a {
			w.say("%s unlocks what is held by %v", a.name, holder)
		}
		m.Unlock()
	case opRLock:
		w.rw.RLock()
		a.acquired(func() { w.rw.readers.Add(1) }, w.rw.RUnlock)
	case opRUnlock:
		w.rw.readers.Add(-1)
		w.rw.RUnlock()
	case opWLock:
		w.rw.Lock()
		a.acquired(func() { w.rw.writer.Store(a) }, w.rw.Unlock)
	case opWUnlock:
		w.rw.writer.Store(nil)
		w.rw.Unlock()
	case opSend, opReceive, opSelect:
		a.communicate(o)
	case opClose:
		if c := w.channels[o.object]; c.closed.CompareAndSwap(false, true) {
			close(c.c)
		}
	case opDone:
		if n := w.undone.Load(); n > 0 && w.undone.CompareAndSwap(n, n-1) {
			w.group.Done()
		}
	case opGroupWait:
		w.group.Wait()
	case opLatchWait:
		w.latch.Wait()
	case opCountDown:
		if n := w.closed.Load(); n > 0 && w.closed.CompareAndSwap(n, n-1) {
			w.latch.CountDown()
		}
	case opAcquire:
		w.places.Acquire(context.Background(), 1)
		a.acquired(func() { w.taken.Add(1) }, func() { w.places.Release(1) })
	case opRelease:
		w.taken.Add(-1)
		w.places.Release(1)
	case opSpin:
		for !w.spun.CompareAndSwap(nil, a) && !w.over.Load() {
			runtime.Gosched()
		}
	case opUnspin:
		w.spun.Store(nil)
	case opOnce:
		w.once.Do(func() {
			w.first.Store(a)
			a.in.Store(nil)
			a.run(o.body)
			w.happened.Store(true)
		})
	case opGo:
		a.start(o)
	default:
		a.doCond(o)
	}
	a.in.Store(nil)
}

// doCond does what is to be done with the last mutex locked.
func (a *agent) doCond(o *op) {
	w := a.w
	switch o.kind {
	case opCondWait:
		w.cond.Wait()
		a.acquired(func() { w.mutexes[len(w.mutexes)-1].holder.Store(a) }, w.mutexes[len(w.mutexes)-1].Unlock)
		a.ticket.Store(-1)
	case opSignal:
		if n := w.signaled.Load(); n < w.tickets.Load() {
			w.signaled.Store(n + 1)
		}
		w.cond.Signal()
	case opBroadcast:
		w.signaled.Store(w.tickets.Load())
		w.cond.Broadcast()
	}
}

// communicate sends, receives, or does one of two such operations.
func (a *agent) communicate(o *op) {
	defer func() {
		if v := recover(); v != nil && fmt.Sprint(v) != "send on closed channel" {
			panic(v)
		}
	}()
	w := a.w
	switch o.kind {
	case opSend:
		c := w.channels[o.object]
		c.c <- 1
		c.in.Add(1)
	case opReceive:
		c := w.channels[o.object]
		if _, ok := <-c.c; ok {
			c.in.Add(-1)
		}
	case opSelect:
		var to, from [2]chan int
		var of [2]*channel
		for i, c := range o.body {
			of[i] = w.channels[c.object]
			if c.kind == opSend {
				to[i] = of[i].c
			} else {
				from[i] = of[i].c
			}
		}
		select {
		case to[0] <- 1:
			of[0].in.Add(1)
		case to[1] <- 1:
			of[1].in.Add(1)
		case _, ok := <-from[0]:
			if ok {
				of[0].in.Add(-1)
			}
		case _, ok := <-from[1]:
			if ok {
				of[1].in.Add(-1)
			}
		}
	}
}

// start starts a goroutine and waits for it.
func (a *agent) start(o *op) {
	end := make(chan struct{})
	o.agent.state.Store(moving)
	go func() {
		defer close(end)
		defer o.agent.state.Store(done)
		o.agent.run(o.body)
	}()
	<-end
}
