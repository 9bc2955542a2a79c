package goroutines

import (
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"unsafe"
)

// Parked returns the goroutine that is parked receiving from a channel; ok is false while there is none, and
// where it cannot be found out. It needs no assembly: a channel knows who waits for it. One goroutine at a time
// may call it.
//
//go:norace
func Parked(ch chan struct{}) (g G, ok bool) {
	if !FindsParked() {
		return G{}, false
	}
	record := receiver(ch)
	if record == nil {
		return G{}, false
	}
	return G{record, *(*int64)(unsafe.Add(record, statusAt+idAfterStatus))}, true
}

// The layout of a channel and of who waits for it, from the runtime's chan.go and runtime2.go: among the first
// words of a channel stand the first and the last of those who receive from it, and the first word of
// such a one is the goroutine's record.
const (
	firstWord = 2 * unsafe.Sizeof(uintptr(0))
	lastWord  = 12 * unsafe.Sizeof(uintptr(0))
)

// receiversAt is where in a channel its receivers stand; notYet and nowhere as of [statusAt].
var receiversAt uintptr

// FindsParked tells whether [Parked] works here. The first call finds out, and starts a goroutine.
//
//go:norace
func FindsParked() bool {
	if receiversAt == notYet {
		receiversAt = findReceivers()
	}
	return receiversAt != nowhere && !Blind
}

//go:norace
func receiver(ch chan struct{}) unsafe.Pointer {
	waiting := *(*unsafe.Pointer)(unsafe.Add(channel(ch), receiversAt))
	if waiting == nil {
		return nil
	}
	return *(*unsafe.Pointer)(waiting)
}

// channel returns the runtime's record of a channel.
func channel(ch chan struct{}) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&ch)) }

// A probe is what a goroutine that parks tells of itself.
type probe struct {
	id    int64
	stack atomic.Uintptr // an address on its stack
}

// findReceivers looks for the words of a channel that are set once a goroutine is parked receiving from it, and
// checks that they lead to that one's record.
//
//go:norace
func findReceivers() uintptr {
	ch := make(chan struct{})
	defer close(ch)
	var p probe
	go p.park(ch)
	for range 1 << 16 {
		runtime.Gosched()
		if p.stack.Load() == 0 {
			continue
		}
		for at := firstWord; at < lastWord; at += unsafe.Sizeof(at) {
			first := *(*unsafe.Pointer)(unsafe.Add(channel(ch), at))
			last := *(*unsafe.Pointer)(unsafe.Add(channel(ch), at+unsafe.Sizeof(at)))
			if first == nil || first != last {
				continue
			}
			record := *(*unsafe.Pointer)(first)
			if (G{record: record}).Holds(p.stack.Load()) && hasStatus(G{record, p.id}) {
				return at
			}
		}
	}
	return nowhere
}

func (p *probe) park(ch chan struct{}) {
	var text [64]byte
	header := strings.Fields(string(text[:runtime.Stack(text[:], false)])) // goroutine 17 [running]:
	if len(header) > 1 {
		p.id, _ = strconv.ParseInt(header[1], 10, 64)
	}
	var here byte
	p.stack.Store(uintptr(unsafe.Pointer(&here)))
	<-ch
}

// hasStatus tells whether the record of a goroutine that is parked has the layout that is known, and sets
// statusAt if that was not looked for yet.
//
//go:norace
func hasStatus(g G) bool {
	const from, to = 64, 400
	if statusAt == nowhere {
		return false
	}
	for at := uintptr(from); at < to-reasonAfterStatus; at += 8 {
		if statusAt != notYet && at != statusAt || *(*int64)(unsafe.Add(g.record, at+idAfterStatus)) != g.id {
			continue
		}
		status, reason := g.read(at)
		kind, known := ReasonKind(reason)
		if status == Waiting && (kind == Sync || !known && reason != 0) {
			statusAt = at
			return true
		}
	}
	return false
}

// Holds tells whether an address lies on the goroutine's stack. The goroutine is the one that runs, or is
// parked: a stack moves, though not by this call.
//
//go:norace
//go:nosplit
func (g G) Holds(address uintptr) bool {
	stack := (*[2]uintptr)(g.record) // its bounds are what a record begins with
	return g.record != nil && stack[0] <= address && address < stack[1]
}

// Lives tells whether the record is still that of this goroutine.
//
//go:norace
func (g G) Lives() bool {
	return g.record != nil && *(*int64)(unsafe.Add(g.record, statusAt+idAfterStatus)) == g.id
}
