package orchestrate

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/orchtest/orchtest/lib/internal/race"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// An op is one operation of a thread.
type op struct {
	kind   opKind
	object int
	body   []*op  // of opGo, opOnce; the cases of opSelect
	agent  *agent // of opGo
}

type opKind int

const (
	opStop opKind = iota // a syncpoint
	opCompute
	opYield
	opSleep
	opLock
	opUnlock
	opRLock
	opRUnlock
	opWLock
	opWUnlock
	opSend
	opReceive
	opSelect
	opClose
	opDone
	opGroupWait
	opCountDown
	opLatchWait
	opAcquire
	opRelease
	opOnce
	opCondWait
	opSignal
	opBroadcast
	opGo
	opSpin
	opUnspin
	opTimer // a wait that a timer ends
	opPanic
	opExit
)

var opNames = [...]string{
	"|", "compute", "yield", "sleep", "lock", "unlock", "rlock", "runlock", "wlock", "wunlock", "send", "receive",
	"select", "close", "done", "wait", "countdown", "latch", "acquire", "release", "once", "condwait", "signal",
	"broadcast", "go", "spin", "unspin", "timer", "panic", "exit",
}

// waitsOn is what a report says of a thread that waits in such an operation.
var waitsOn = map[opKind]string{
	opLock: "sync.Mutex.Lock", opRLock: "sync.RWMutex.RLock", opWLock: "sync.RWMutex.Lock", opSend: "chan send",
	opReceive: "chan receive", opSelect: "select", opGroupWait: "sync.WaitGroup.Wait", opLatchWait: "latch.Latch.Wait",
	opAcquire: "semaphore.Weighted.Acquire", opOnce: "sync.Once.Do", opCondWait: "sync.Cond.Wait", opGo: "chan receive",
	opSpin: "runtime.Gosched",
}

func (o *op) String() string {
	text := opNames[o.kind]
	switch o.kind {
	case opLock, opUnlock, opSend, opReceive, opClose, opCompute, opYield, opSleep:
		text += fmt.Sprint(" ", o.object)
	}
	if o.body != nil {
		text += fmt.Sprint(o.body)
	}
	return text
}

// A program is what the threads of a scenario do, and with what.
type program struct {
	threads  [][]*op
	mutexes  int   // the last one is the Cond's
	channels []int // their capacities
	group    int
	latch    int
	places   int
	settling bool // see newProgram
}

func (p *program) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d mutexes, channels %v, group %d, latch %d, places %d\n",
		p.mutexes, p.channels, p.group, p.latch, p.places)
	for i, ops := range p.threads {
		fmt.Fprintf(&b, "  %d: %v\n", i, ops)
	}
	return b.String()
}

// counts returns how many turns the threads take.
func (p *program) counts() []int {
	counts := make([]int, len(p.threads))
	for i, ops := range p.threads {
		counts[i] = 1
		for _, o := range ops {
			if o.kind == opStop {
				counts[i]++
			}
		}
	}
	return counts
}

// newProgram makes a program.
//
// In a settling one a thread that wakes another one stops right after, and one that may be woken together
// with others does so too. Then what happens does not depend on who is faster, and the same sequence
// always executes in the same way.
func newProgram(r *rand.Rand, settling bool) *program {
	p := &program{mutexes: 2 + r.IntN(3), group: r.IntN(4), latch: r.IntN(3), places: 1 + r.IntN(2), settling: settling}
	for range 1 + r.IntN(2) {
		p.channels = append(p.channels, max(0, r.IntN(5)-2))
	}
	kinds := chosenKinds(r, settling)
	for range 2 + r.IntN(3) {
		g := generator{Rand: r, p: p, kinds: kinds, locked: make([]int, p.mutexes)}
		for range 1 + r.IntN(5) {
			g.step()
		}
		if g.IntN(8) > 0 {
			g.release()
		}
		p.threads = append(p.threads, g.ops)
	}
	return p
}

// chosenKinds returns what a program is made of: one that has everything in it hardly ever gets far.
func chosenKinds(r *rand.Rand, settling bool) []opKind {
	kinds := []opKind{opLock, opRLock, opSend, opDone, opCountDown, opAcquire, opOnce, opCondWait}
	r.Shuffle(len(kinds), func(i, k int) { kinds[i], kinds[k] = kinds[k], kinds[i] })
	kinds = append(kinds[:1+r.IntN(4)], opLock, opCompute)
	if !settling {
		kinds = append(kinds, opYield)
		if slices.Contains(kinds, opSend) {
			kinds = append(kinds, opSelect)
		}
		if r.IntN(2) == 0 {
			kinds = append(kinds, opGo)
		}
		if r.IntN(10) == 0 {
			kinds = append(kinds, opSleep)
		}
		if r.IntN(20) == 0 {
			kinds = append(kinds, opSpin)
		}
		if r.IntN(10) == 0 {
			kinds = append(kinds, opTimer)
		}
	}
	if r.IntN(20) == 0 {
		kinds = append(kinds, opPanic, opExit)
	}
	return kinds
}

// A generator makes the operations of one thread.
type generator struct {
	*rand.Rand
	p      *program
	kinds  []opKind
	ops    []*op
	inner  bool // it is no thread, or in a once
	locked []int
	reads  int
	writes int
	places int
}

func (g *generator) add(kind opKind, object int, body ...*op) {
	g.ops = append(g.ops, &op{kind: kind, object: object, body: body})
	switch kind {
	case opLock, opWLock, opCondWait, opCompute:
		g.maybeStop()
	default:
		if g.p.settling {
			g.stop()
		} else {
			g.maybeStop()
		}
	}
}

func (g *generator) stop() {
	if last := len(g.ops) - 1; last < 0 || g.ops[last].kind != opStop {
		g.ops = append(g.ops, &op{kind: opStop})
	}
}

func (g *generator) maybeStop() {
	if g.IntN(2) == 0 {
		g.stop()
	}
}

// step adds an operation, or a few that belong together.
func (g *generator) step() {
	kind := g.kinds[g.IntN(len(g.kinds))]
	object := 0
	switch kind {
	case opLock:
		g.lock(g.IntN(len(g.locked)))
		return
	case opRLock:
		g.shared()
		return
	case opSend, opSelect:
		g.communicate(kind)
		return
	case opDone:
		kind = []opKind{opDone, opDone, opGroupWait}[g.IntN(3)]
	case opCountDown:
		kind = []opKind{opCountDown, opCountDown, opLatchWait}[g.IntN(3)]
	case opAcquire:
		if g.places > 0 && g.IntN(3) > 0 {
			g.places--
			kind = opRelease
		} else {
			g.places++
		}
	case opTimer:
		if !g.inner {
			g.add(opTimer, 0)
			g.stop()
		}
		return
	case opSpin:
		if g.inner {
			return // only threads are seen to spin
		}
		// It waits for nobody while it holds the lock: those who spin are never taken for a part of a deadlock.
		g.add(opSpin, 0)
		g.stop()
		g.add(opUnspin, 0)
		return
	case opOnce, opGo:
		g.nest(kind)
		return
	case opCondWait:
		g.cond()
		return
	}
	if g.inner && (kind == opPanic || kind == opExit) {
		return
	}
	if kind == opCompute || kind == opSleep || kind == opYield {
		object = []int{0, 0, 0, 0, 0, 0, 0, 1}[g.IntN(8)]
	}
	g.add(kind, object)
}

// lock locks a mutex, or unlocks it if the thread has it; hardly ever it locks one twice.
func (g *generator) lock(i int) {
	if g.locked[i] > 0 && g.IntN(30) > 0 {
		g.locked[i]--
		g.add(opUnlock, i)
		return
	}
	g.locked[i]++
	g.add(opLock, i)
}

func (g *generator) shared() {
	switch {
	case g.writes > 0:
		g.writes--
		g.add(opWUnlock, 0)
	case g.reads > 0 && g.IntN(4) > 0:
		g.reads--
		g.add(opRUnlock, 0)
	case g.IntN(2) == 0 && (g.reads == 0 || g.IntN(10) == 0):
		g.writes++
		g.add(opWLock, 0)
	default:
		g.reads++
		g.add(opRLock, 0)
	}
}

func (g *generator) communicate(kind opKind) {
	object := g.IntN(len(g.p.channels))
	either := func() opKind { return []opKind{opSend, opReceive}[g.IntN(2)] }
	switch {
	case g.IntN(8) == 0 && !race.Enabled: // to close a channel is a data race with who sends
		g.add(opClose, object)
	case kind == opSelect:
		g.add(opSelect, 0, &op{kind: either(), object: object}, &op{kind: either(), object: g.IntN(len(g.p.channels))})
	default:
		g.add(either(), object)
	}
}

// cond does something with the Cond, with its lock taken.
func (g *generator) cond() {
	last := len(g.locked) - 1
	if g.locked[last] == 0 {
		g.locked[last]++
		g.add(opLock, last)
	}
	kinds := []opKind{opCondWait, opSignal, opSignal, opBroadcast}
	if g.p.settling {
		kinds = kinds[:3]
	}
	g.add(kinds[g.IntN(len(kinds))], 0)
	g.locked[last]--
	g.add(opUnlock, last)
}

// nest adds what a goroutine does that the thread starts, or a function that is called once. It ends
// holding nothing.
func (g *generator) nest(kind opKind) {
	if g.inner {
		return
	}
	in := generator{Rand: g.Rand, p: g.p, kinds: g.kinds, inner: true, locked: make([]int, len(g.locked))}
	if kind == opGo && g.IntN(2) == 0 {
		in.kinds = []opKind{opCompute, opYield, opSleep}
	}
	for range g.IntN(3) {
		in.step()
	}
	in.release()
	if kind == opOnce {
		// Turns are counted as if nobody else got there first.
		in.ops = slices.DeleteFunc(in.ops, func(o *op) bool { return o.kind == opStop })
		if g.p.settling && len(in.ops) > 1 {
			in.ops = nil
		}
	}
	g.add(kind, 0, in.ops...)
}

// release releases everything.
func (g *generator) release() {
	for i, n := range g.locked {
		for range n {
			g.add(opUnlock, i)
		}
		g.locked[i] = 0
	}
	for ; g.writes > 0; g.writes-- {
		g.add(opWUnlock, 0)
	}
	for ; g.reads > 0; g.reads-- {
		g.add(opRUnlock, 0)
	}
	for ; g.places > 0; g.places-- {
		g.add(opRelease, 0)
	}
}

// thread is the function of a thread.
func (a *agent) thread() {
	defer func() {
		a.state.Store(done)
		a.w.alive.Add(-1)
	}()
	a.turn()
	a.run(a.ops)
}

// turn is called when a turn begins. Nobody else is to run then.
func (a *agent) turn() {
	if a.w.over.Load() {
		return
	}
	a.timed.Store(false)
	for _, other := range a.w.agents {
		if quiet, _ := a.w.quiet(other); !quiet && other != a {
			a.w.say("%s has a turn, and %s is still moving, in %v", a.name, other.name, other.in.Load())
		}
	}
	if a.state.Swap(moving) != resting {
		a.w.say("%s has a turn and has not come to rest before", a.name)
	}
}

var computed atomic.Int64

func (a *agent) run(ops []*op) {
	for _, o := range ops {
		switch o.kind {
		case opStop:
			a.stop()
		case opCompute:
			for i := range []int{1000, 30_000}[o.object] {
				computed.Store(int64(i))
			}
			syncpoint.Named("no part in it")
		case opYield:
			for range []int{1, 50}[o.object] {
				runtime.Gosched()
			}
		case opSleep:
			if !a.w.over.Load() {
				time.Sleep([]time.Duration{50 * time.Microsecond, 3 * soakLimits.window}[o.object])
			}
		case opTimer:
			if !a.w.over.Load() {
				a.timed.Store(true)
				<-time.After(300 * time.Microsecond)
			}
		case opPanic:
			if !a.w.over.Load() {
				panic("as planned")
			}
		case opExit:
			runtime.Goexit()
		default:
			a.do(o)
		}
	}
}

func (a *agent) stop() {
	if a.index < 0 {
		syncpoint.Here()
		return
	}
	over := a.w.over.Load()
	if !over {
		a.state.Store(resting)
	}
	syncpoint.Here()
	a.turn()
}
