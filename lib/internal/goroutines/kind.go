package goroutines

// A Kind is what a goroutine's state means for the others.
type Kind uint8

const (
	// Active goroutines run, or will by themselves: they are running, runnable, in a system call, asleep
	// for a time, waiting for input, or held up by the garbage collector. So is every state unknown.
	Active Kind = iota
	// Sync is parked in a synchronisation: it goes on only if another goroutine lets it.
	Sync
)

func (k Kind) String() string {
	if k == Sync {
		return "sync"
	}
	return "active"
}

// syncStates are the states, without the runtime's decorations, that are Sync.
var syncStates = [...]string{
	"chan receive",
	"select",
	"sync.Mutex.Lock",
	"chan send",
	"sync.WaitGroup.Wait",
	"sync.Cond.Wait",
	"sync.RWMutex.RLock",
	"sync.RWMutex.Lock",
	"select (no cases)",
	"chan receive (nil chan)",
	"chan send (nil chan)",
	"semacquire",
	"coroutine",
	"synctest.Run",
	"synctest.Wait",
}

// Classify tells what a state means, as the header of a stack or [Goroutine.State] has it. Of a goroutine in
// a snapshot, [Goroutine.Kind] knows more.
func Classify(state string) Kind {
	_, kind := known(undecorated(state))
	return kind
}

// ReasonKind is [Classify] for a reason in the runtime's numbers. It is not known for a Go version later than
// those that this package was tested with.
//
// The reason "semacquire" is Sync, but the runtime gives it also to goroutines that wait for the garbage
// collector or for the world to be stopped.
func ReasonKind(reason uint8) (kind Kind, known bool) {
	if syncReasons>>reason&1 != 0 {
		return Sync, true
	}
	return Active, syncReasons != 0
}

// known returns the state's kind, and the state as a string that is there for good if it is a frequent one.
func known(state string) (string, Kind) {
	for _, s := range syncStates {
		if s == state {
			return s, Sync
		}
	}
	return state, Active
}
