package rewrite

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// used is what an expression stands for that is called, or whose value is taken: a function or a method.
type used struct {
	object    types.Object
	selection *types.Selection // nil of what is no method and no field
	receiver  string           // the name of the method's type, "" of a function
}

// use finds out what an expression stands for; its object is nil where that is no function with a name.
func (r *rewriter) use(x ast.Expr) used {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		return used{object: r.info.Uses[x]}
	case *ast.SelectorExpr:
		if s := r.info.Selections[x]; s != nil {
			return used{object: s.Obj(), selection: s, receiver: receiver(s.Obj())}
		}
		return used{object: r.info.Uses[x.Sel]}
	case *ast.IndexExpr:
		return r.use(x.X)
	case *ast.IndexListExpr:
		return r.use(x.X)
	default:
		return used{}
	}
}

func receiver(o types.Object) string {
	f, ok := o.(*types.Func)
	if !ok || f.Signature().Recv() == nil {
		return ""
	}
	t := types.Unalias(f.Signature().Recv().Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Name()
	}
	return ""
}

// path is the import path of the package of what is used, and whether it is a function or method.
func (u used) path() (path string, ok bool) {
	f, ok := u.object.(*types.Func)
	if !ok || f.Pkg() == nil {
		return "", false
	}
	return f.Pkg().Path(), true
}

func (u used) name() string { return u.object.Name() }

// full is the name with the import path: "runtime.Gosched" or, of a method, "time.Timer.Stop".
func (u used) full() (name string, ok bool) {
	path, ok := u.path()
	if !ok {
		return "", false
	}
	if u.receiver != "" {
		return path + "." + u.receiver + "." + u.name(), true
	}
	return path + "." + u.name(), true
}

func (u used) builtin(name string) bool {
	b, ok := u.object.(*types.Builtin)
	return ok && b.Name() == name
}

// operation is the name that sites have for a function or method that synchronises; "" for any other.
func (u used) operation() string {
	path, ok := u.path()
	if !ok {
		return ""
	}
	switch path {
	case "sync":
		if u.receiver != "" && u.name() != "RLocker" {
			return "sync." + u.receiver + "." + u.name()
		}
		return u.locking()
	case "sync/atomic":
		return strings.Join(strings.FieldsFunc("atomic|"+u.receiver+"|"+u.name(), func(r rune) bool { return r == '|' }), ".")
	case "runtime":
		if u.name() == "Gosched" {
			return "runtime.Gosched"
		}
		return ""
	case "context":
		if u.receiver == "Context" && u.name() == "Err" {
			return "context.Context.Err"
		}
		return ""
	case "testing":
		if u.receiver == "T" && u.name() == "Parallel" {
			return "testing.T.Parallel"
		}
		return ""
	default:
		return u.locking()
	}
}

// locking is the operation of a method of an interface where what it is called of has both the methods of a lock.
func (u used) locking() string {
	f, ok := u.object.(*types.Func)
	if !ok || f.Signature().Recv() == nil {
		return ""
	}
	if !types.IsInterface(f.Signature().Recv().Type()) {
		return ""
	}
	var partner string
	switch u.name() {
	case "Lock", "TryLock":
		partner = "Unlock"
	case "Unlock":
		partner = "Lock"
	case "RLock", "TryRLock":
		partner = "RUnlock"
	case "RUnlock":
		partner = "RLock"
	default:
		return ""
	}
	if !plain(f) {
		return ""
	}
	found, _, _ := types.LookupFieldOrMethod(u.selection.Recv(), true, f.Pkg(), partner)
	if other, ok := found.(*types.Func); ok && plain(other) {
		return "sync.Locker." + u.name()
	}
	return ""
}

// plain tells whether a method is called as those of a lock are: without arguments, for nothing or a bool.
func plain(f *types.Func) bool {
	s := f.Signature()
	switch s.Results().Len() {
	case 0:
		return s.Params().Len() == 0
	case 1:
		b, ok := s.Results().At(0).Type().(*types.Basic)
		return s.Params().Len() == 0 && ok && b.Kind() == types.Bool
	default:
		return false
	}
}

// cancelling is the operation of calling a function by which a context is cancelled.
func cancelling(t types.Type) string {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != "context" {
		return ""
	}
	switch name := named.Obj().Name(); name {
	case "CancelFunc", "CancelCauseFunc":
		return "context." + name
	default:
		return ""
	}
}

// wrapper is the function of lib/hunt for functions of a type: F0, R1 …; "" where there is none.
func wrapper(t types.Type) string {
	s, ok := t.Underlying().(*types.Signature)
	if !ok || s.Variadic() || s.Params().Len() > 3 || s.Results().Len() > 2 {
		return ""
	}
	return fmt.Sprintf("%c%d", "FRP"[s.Results().Len()], s.Params().Len())
}

// standIns are functions for which lib/hunt has one of the same type.
var standIns = map[string]string{
	"time.Sleep": "Sleep", "time.After": "After", "time.Tick": "Tick",
	"time.NewTimer": "NewTimer", "time.NewTicker": "NewTicker", "time.AfterFunc": "AfterFunc",
	"time.Now": "Now", "time.Since": "Since", "time.Until": "Until",
	"context.WithTimeout": "WithTimeout", "context.WithTimeoutCause": "WithTimeoutCause",
	"context.WithDeadline": "WithDeadline", "context.WithDeadlineCause": "WithDeadlineCause",
	"context.AfterFunc":  "ContextAfterFunc",
	"runtime.GOMAXPROCS": "GOMAXPROCS", "runtime.NumGoroutine": "NumGoroutine",
}

// sited are functions for which lib/hunt has one that takes the site and then the same arguments.
var sited = map[string]string{
	"runtime.Gosched": "Gosched",
	"sync.OnceFunc":   "OnceFunc", "sync.OnceValue": "OnceValue", "sync.OnceValues": "OnceValues",
}

// methods are methods for which lib/hunt has a function that takes the site, a pointer to the receiver, and then
// the same arguments.
var methods = map[string]string{
	"sync.WaitGroup.Go": "WaitGroupGo",
	"time.Timer.Stop":   "TimerStop", "time.Timer.Reset": "TimerReset",
	"time.Ticker.Stop": "TickerStop", "time.Ticker.Reset": "TickerReset",
	"testing.T.Run": "Run",
}

// leakChecks are functions of goleak for which lib/hunt has one that takes it, and goleak.IgnoreCurrent.
var leakChecks = map[string]string{
	"go.uber.org/goleak.VerifyNone": "VerifyNone", "go.uber.org/goleak.Find": "FindLeaks",
	"go.uber.org/goleak.VerifyTestMain": "VerifyTestMain",
}

// notHuntable says of functions why what they do cannot be hunted.
var notHuntable = map[string]string{
	"testing/synctest.Test":                             "synctest gives the turns itself",
	"testing/synctest.Run":                              "synctest gives the turns itself",
	"github.com/orchtest/orchtest/lib/orchestrate.Test": "orchestrate gives the turns itself",
	"github.com/orchtest/orchtest/lib/orchestrate.Run":  "orchestrate gives the turns itself",
	"os/exec.Cmd.Start":                                 "it starts a process",
	"os/exec.Cmd.Run":                                   "it starts a process",
	"os/exec.Cmd.Output":                                "it starts a process",
	"os/exec.Cmd.CombinedOutput":                        "it starts a process",
	"os.StartProcess":                                   "it starts a process",
	"syscall.StartProcess":                              "it starts a process",
	"syscall.ForkExec":                                  "it starts a process",
	"syscall.Exec":                                      "it becomes another program",
}

// references are what keeps an import in use whose functions have been replaced.
var references = map[string]string{
	"time": "Nanosecond", "context": "Background", "runtime": "Gosched", "sync": "NewCond",
}
