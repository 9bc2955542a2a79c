package goroutines

import (
	"strconv"
	"strings"
	"unsafe"
)

// Wait tells what a parked goroutine waits on, and where. on is the outermost exported function or method of
// those of synchronisation libraries that stand on top of the stack, as users write it, such as
// "sync.Mutex.Lock", "semaphore.Weighted.Acquire" or "latch.Latch.Wait". Where there is none it is the state:
// "chan receive", "select (no cases)". The place is the first one outside of those libraries; or the go
// statement, if all of the stack is inside. Of a thread of an orchestrated test there is none then.
//
// Also a sleep, input and output, and system calls are called by a function: "time.Sleep", "os.File.Read". For
// a goroutine that runs, on is its state.
func (g *Goroutine) Wait() (on, file string, line int) {
	on = g.State
	names := g.kind == Sync || g.State == "sleep" || g.waitsOutside()
	var last Frame
	for f := range g.Frames() {
		if !g.inLibrary(f) {
			return strings.Clone(on), strings.Clone(f.File), f.Line
		}
		if name := userName(f); name != "" && names && !isOurs(packageOf(f.Function)) {
			on = name
		}
		last = f
	}
	if c := g.Creator(); c.Function != "" && !g.inLibrary(c) {
		last = c
	}
	if packageOf(last.Function) == orchestrate {
		return strings.Clone(on), "", 0 // a thread whose function is the library's: t.Go("", mu.Lock)
	}
	return strings.Clone(on), strings.Clone(last.File), last.Line
}

// WaitsIn returns the import path of the package in which the goroutine waits: that of the innermost frame that is not of
// the standard library's synchronisation.
func (g *Goroutine) WaitsIn() string {
	for f := range g.Frames() {
		switch path := packageOf(f.Function); path {
		case "runtime", "sync", "internal/sync", "reflect":
		default:
			return path
		}
	}
	return ""
}

func (g *Goroutine) waitsOutside() bool { return g.State == "IO wait" || g.State == "syscall" }

const (
	orchestrate = "github.com/orchtest/orchtest/lib/orchestrate"
	hunt        = "github.com/orchtest/orchtest/lib/hunt"
	conductor   = "github.com/orchtest/orchtest/lib/internal/conductor"
)

// isOurs tells whether a package waits on behalf of a thread, which knows nothing of it.
func isOurs(path string) bool { return path == hunt || path == conductor }

// inLibrary tells whether a frame on top of the stack is part of how the goroutine waits.
func (g *Goroutine) inLibrary(f Frame) bool {
	path := packageOf(f.Function)
	switch path {
	case "runtime", "sync", "internal/sync", "context", "iter", "time",
		"internal/synctest", "testing/synctest",
		"github.com/orchtest/orchtest/lib/latch":
		return true
	case "os", "net", "syscall", "internal/poll", "internal/syscall/unix", "internal/syscall/windows":
		return g.waitsOutside()
	}
	return isOurs(path) || strings.HasPrefix(path, "golang.org/x/sync/") || isOnceFunc(f) ||
		strings.HasPrefix(f.Function, orchestrate+".(*thread).") || strings.HasPrefix(f.Function, orchestrate+".(*course).")
}

// isOnceFunc tells whether a frame is of a function that sync.OnceFunc or one like it made. Where the compiler
// puts OnceFunc into its caller, the name is of the caller's package: main.main.OnceFunc.func1.
func isOnceFunc(f Frame) bool {
	return strings.HasSuffix(f.File, "sync/oncefunc.go") && strings.Contains(f.Function, ".Once")
}

// userName returns what a user of its package calls the function of a frame, "" if it is not for users.
func userName(f Frame) string {
	path, name := cutFunction(f.Function)
	if isOnceFunc(f) {
		path, name = "sync", f.Function[strings.LastIndex(f.Function, ".Once")+1:]
	}
	// What a function contains waits on its behalf.
	name = name[:ownName(name)]
	// What is left is Name, Type.Name or (*Type).Name, and has [...] where it is generic.
	name = strings.ReplaceAll(name, "[...]", "")
	name = strings.Replace(strings.TrimPrefix(name, "(*"), ")", "", 1)
	parts := strings.Split(name, ".")
	for i, part := range parts {
		if part == "" || part[0] < 'A' || part[0] > 'Z' {
			// The types of connections are hidden behind interfaces: net.conn.Read.
			if last := i == len(parts)-1; last || path != "net" {
				return ""
			}
		}
	}
	return path[strings.LastIndexByte(path, '/')+1:] + "." + name
}

// ownName returns where in a function's name that of a function inside of it begins: .func2, .func2.1, .2,
// .gowrap1, .deferwrap2, -range1, -fm.
func ownName(name string) int {
	for i := 0; i < len(name); i++ {
		if name[i] == '-' {
			return i
		}
		for _, mark := range [...]string{".func", ".gowrap", ".deferwrap", "."} {
			if n, _ := number(strings.TrimPrefix(name[i:], mark)); n > 0 && strings.HasPrefix(name[i:], mark) {
				return i
			}
		}
	}
	return len(name)
}

// Object returns the address of what a goroutine waits on, if that is a sync.Mutex, RWMutex, WaitGroup or Cond
// and the stack shows it. For a sync.Once it is that of the mutex inside.
//
// It does for a Mutex, a WaitGroup and a Cond, and for an RWMutex that a writer holds or waits for, when
// another writer waits. A reader, and a writer that waits for readers, leave the address in a register when
// the code is optimised; with -race or -gcflags=-l it is on the stack.
func (g *Goroutine) Object() (address uintptr, ok bool) {
	for f := range g.Frames() {
		offset := uintptr(0)
		switch f.Function {
		case "internal/sync.(*Mutex).lockSlow", "internal/sync.(*Mutex).Lock",
			"sync.(*Mutex).Lock", "sync.(*Mutex).lockSlow",
			"sync.(*RWMutex).Lock", "sync.(*RWMutex).RLock", "sync.(*WaitGroup).Wait", "sync.(*Cond).Wait":
		case "sync.runtime_notifyListWait":
			offset = unsafe.Sizeof(any(nil)) // a Cond's list stands below its Locker, an interface
		default:
			if !strings.HasPrefix(f.Function, "sync.runtime_") && !strings.HasPrefix(f.Function, "internal/sync.runtime_") {
				return 0, false
			}
			continue
		}
		if address, ok := firstArg(f.Args); ok {
			return address - offset, true
		}
	}
	return 0, false
}

// firstArg returns the first argument, if the runtime is certain about it.
func firstArg(args string) (uintptr, bool) {
	arg, _, _ := strings.Cut(args, ",")
	hex, ok := strings.CutPrefix(arg, "0x")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(hex, 16, strconv.IntSize) // which also fails for 0xc0000140a0?
	return uintptr(n), err == nil && n != 0
}
