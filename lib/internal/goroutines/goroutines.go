package goroutines

import (
	"math"
	"runtime"
	"strings"
	"unsafe"
)

// A Looker looks at all goroutines. It keeps its buffers from one look to the next. The zero Looker is ready
// for use, by one goroutine at a time.
type Looker struct {
	// Limit is how many bytes of stacks are looked at, 64 MiB if it is 0.
	Limit int

	buffer   []byte
	snapshot Snapshot
}

const (
	firstBuffer  = 64 << 10
	defaultLimit = 64 << 20
)

// Look returns all goroutines of the process but the runtime's own. The snapshot is valid until the next
// Look of this Looker.
func (l *Looker) Look() *Snapshot {
	limit := l.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	if l.buffer == nil {
		l.buffer = make([]byte, min(firstBuffer, limit))
	}
	n := runtime.Stack(l.buffer, true)
	// The runtime does not say how much is missing. Each try stops the world, so let them be few.
	for n == len(l.buffer) && n < limit {
		l.buffer = make([]byte, min(4*n, limit))
		n = runtime.Stack(l.buffer, true)
	}
	l.snapshot.Truncated = n == len(l.buffer)
	l.snapshot.parse(unsafe.String(unsafe.SliceData(l.buffer), n))
	return &l.snapshot
}

// A Snapshot is what all goroutines were doing at one moment. It is for one goroutine at a time.
type Snapshot struct {
	// Goroutines is in no particular order, except that the one that looked comes first.
	Goroutines []Goroutine
	// Truncated tells that there are more goroutines than could be looked at, and that the last stack is
	// perhaps not complete.
	Truncated bool

	place map[int64]int // empty until it is needed
}

// Goroutine returns the goroutine with an id, nil if there is none.
func (s *Snapshot) Goroutine(id int64) *Goroutine {
	const few = 32
	if len(s.Goroutines) > few {
		if i, ok := s.places()[id]; ok {
			return &s.Goroutines[i]
		}
		return nil
	}
	for i := range s.Goroutines {
		if s.Goroutines[i].ID == id {
			return &s.Goroutines[i]
		}
	}
	return nil
}

// places returns where in Goroutines each one stands.
func (s *Snapshot) places() map[int64]int {
	if s.place == nil {
		s.place = make(map[int64]int, len(s.Goroutines))
	}
	if len(s.place) == 0 {
		for i := range s.Goroutines {
			s.place[s.Goroutines[i].ID] = i
		}
	}
	return s.place
}

// A Goroutine is what one goroutine was doing when it was looked at.
type Goroutine struct {
	ID int64
	// State is what the runtime calls it: "running", "chan receive", "sync.Mutex.Lock". The runtime's
	// decorations are in the following fields.
	State   string
	Minutes int   // for how long it has been parked, 0 if that is not known
	Locked  bool  // to its thread of the operating system
	Durable bool  // parked, and only another goroutine of its bubble can wake it
	Leaked  bool  // parked on something that no other goroutine can reach
	Bubble  int   // the number of its bubble of testing/synctest, 0 if it is in none
	Parent  int64 // the goroutine that started it, 0 if that is not known

	kind    Kind
	text    string // its stack, without the header
	creator int    // where in text the frames end, and "created by" begins
}

// Parse reads what runtime.Stack writes. It takes any text, and finds in it what goroutines there are. The
// snapshot is valid as long as dump is left as it is.
func Parse(dump []byte) *Snapshot {
	s := new(Snapshot)
	s.parse(unsafe.String(unsafe.SliceData(dump), len(dump)))
	return s
}

const goroutineLine = "goroutine "

func (s *Snapshot) parse(dump string) {
	s.Goroutines = s.Goroutines[:0]
	clear(s.place)
	if !strings.HasPrefix(dump, goroutineLine) {
		_, dump, _ = cutBefore(dump, "\n"+goroutineLine)
	}
	for dump != "" {
		var stack string
		stack, dump, _ = cutBefore(dump, "\n\n"+goroutineLine)
		dump = strings.TrimPrefix(dump, "\n")
		if dump == "" && s.Truncated {
			stack = stack[:strings.LastIndexByte(stack, '\n')+1]
		}
		header, text, _ := strings.Cut(stack, "\n")
		var g Goroutine
		if g.header(header) {
			g.body(text)
			s.Goroutines = append(s.Goroutines, g)
		}
	}
}

// cutBefore cuts s after the first byte, a line's end, of the first mark in it.
func cutBefore(s, mark string) (before, after string, found bool) {
	if i := strings.Index(s, mark); i >= 0 {
		return s[:i+1], s[i+1:], true
	}
	return s, "", false
}

// header reads the line above a stack, which has many forms:
//
//	goroutine 7 [running]:
//	goroutine 7 gp=0xc000002380 m=0 mp=0x5f3e20 [syscall]:
//	goroutine 7 [select (no cases) (durable), 3 minutes, locked to thread, synctest bubble 2]:
//	goroutine 7 [chan receive (leaked) (scan) labels:{"key": "any [text]:"}]:
func (g *Goroutine) header(line string) bool {
	rest, ok := strings.CutPrefix(line, goroutineLine)
	if !ok || !strings.HasSuffix(line, ":") {
		return false
	}
	var n int64
	if n, rest = number(rest); n <= 0 {
		return false
	}
	g.ID = n
	_, rest, ok = strings.Cut(rest, "[")
	if !ok {
		return false
	}
	rest, _, ok = strings.Cut(rest, "]")
	if !ok {
		return false
	}
	rest, _, _ = strings.Cut(rest, " labels:{")
	state, rest, _ := strings.Cut(rest, ", ")
	g.Leaked = strings.Contains(state, " (leaked)")
	g.Durable = strings.Contains(state, " (durable)")
	g.State, g.kind = known(undecorated(state))
	for rest != "" {
		var what string
		what, rest, _ = strings.Cut(rest, ", ")
		switch n, unit := number(what); {
		case what == "locked to thread":
			g.Locked = true
		case unit == " minutes":
			g.Minutes = int(n)
		case strings.HasPrefix(what, "synctest bubble "):
			n, _ := number(what[len("synctest bubble "):])
			g.Bubble = int(n)
		}
	}
	return true
}

// undecorated returns a state without what the runtime adds to it.
func undecorated(state string) string {
	for strings.HasSuffix(state, ")") {
		before := state
		state = strings.TrimSuffix(state, " (durable)")
		state = strings.TrimSuffix(state, " (scan)")
		state = strings.TrimSuffix(state, " (leaked)")
		if state == before {
			break
		}
	}
	return state
}

// number reads the digits at the beginning of s. It is 0 if there are none, or too many.
func number(s string) (n int64, rest string) {
	for i := 0; i < len(s); i++ {
		digit := int64(s[i] - '0')
		if digit > 9 {
			return n, s[i:]
		}
		if n > (math.MaxInt64-digit)/10 {
			return 0, s
		}
		n = 10*n + digit
	}
	return n, ""
}

// Kind is [Classify] for the goroutine. It is not fooled by the state "semacquire" of one that waits inside
// the runtime: for the garbage collector, or for the world to be stopped.
func (g *Goroutine) Kind() Kind {
	if g.kind == Sync && g.State == "semacquire" {
		top, _ := g.top()
		switch packageOf(top.Function) {
		case "sync", "internal/sync", "internal/poll":
		default:
			return Active
		}
	}
	return g.kind
}
