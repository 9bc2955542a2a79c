package orchestrate

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/internal/registry"
)

// A T is the [testing.TB] of one scenario, plus the threads.
//
// Every method of testing.TB may be called from the scenario function, from its threads, and from
// goroutines that these start. Cleanup functions, temporary directories, environment variables, the
// working directory and the context are the scenario's own: they end with it, in every mode. An
// artifact directory is the test's, as it is to outlive both.
//
// In a thread, FailNow, Fatal, Fatalf, SkipNow, Skip and Skipf end the thread, as does FailNow or
// SkipNow of the test's own [testing.T]. The remaining threads then run to their ends, in index order
// and without regard to the sequence; what they report is ignored; and Wait does not return but ends
// the test.
type T struct {
	testing.TB

	course    course
	call      *call
	sequence  []int  // nil in the serial run
	expected  Counts // turns that the threads took in the serial run, where it was made
	before    bool   // the test had failed before the scenario began
	waited    bool
	stuckText string      // why the threads did not all end
	stuck     bool        // not every thread came to its end
	telling   *time.Timer // until it tells so by itself
	reported  sync.Once
	leaks     *leakCheck
	owner     int64 // the goroutine of the scenario function

	failed     atomic.Bool
	failedTurn atomic.Int64 // the number of the turn in which it failed first, from 1
	skipped    atomic.Bool
	outcome    atomic.Pointer[string]

	mu       sync.Mutex
	cleanups []func()
	ending   bool // the cleanup functions are being called
	ctx      context.Context
	cancel   context.CancelFunc
}

// Go adds a thread: a goroutine that runs f, in turns. Its index is the number of threads added
// before it; name is what reports call it. The thread takes its first turn in [T.Wait].
//
// Go may be called only by the scenario function, before Wait.
func (t *T) Go(name string, f func()) {
	t.own("Go")
	if t.waited {
		panic("orchestrate: T.Go after T.Wait: add every thread first, then call Wait once")
	}
	if f == nil {
		panic(fmt.Sprintf("orchestrate: T.Go(%q, nil): a thread needs a function", name))
	}
	turns := 0
	if i := len(t.course.threads); i < len(t.expected) {
		turns = t.expected[i]
	}
	t.course.spawn(name, f, turns)
}

// Wait gives the turns. It returns when every thread has ended; what the threads did happens before
// its return. If a thread panicked, or called FailNow or SkipNow (or a method that does), Wait does
// not return but ends the test in the same way.
//
// Wait may be called only by the scenario function. It is implied at that function's end; a second
// call does nothing.
func (t *T) Wait() {
	t.own("Wait")
	if t.waited {
		return
	}
	t.waited = true
	if stuck := t.course.run(); stuck != nil {
		t.isStuck(stuck)
	}
	if t.course.givenUp() {
		if t.skipped.Load() && !t.failed.Load() {
			t.TB.SkipNow()
		}
		t.TB.FailNow()
	}
}

// isStuck fails the scenario, unless it was over before it got stuck.
func (t *T) isStuck(stuck *stuck) {
	t.stuck, t.stuckText = true, stuck.text
	fmt.Fprintf(t.Output(), "%s", stuck.text)
	if stuck.over && !t.failed.Load() {
		return // it was skipped
	}
	t.call.whenStuck(t)
	if !t.failed.Load() {
		t.TB.Fail()
		t.failIn(stuck.turn)
	}
	t.TB.FailNow()
}

// own panics unless it is called by the scenario function's goroutine.
func (t *T) own(method string) {
	if registry.Goroutine() != t.owner {
		panic(fmt.Sprintf("orchestrate: T.%s called from another goroutine than the scenario function's: "+
			"a thread cannot add or await threads", method))
	}
}

// thread returns the thread of this scenario that the calling goroutine is, or nil.
func (t *T) thread() *thread {
	if th, ok := registry.Current().(*thread); ok && th.c == &t.course {
		return th
	}
	return nil
}

// ignored reports whether what is reported now no longer counts: the scenario has failed, and its
// remaining threads are only run to their ends; or it is over, and the thread is not.
func (t *T) ignored() bool {
	if th := t.thread(); th != nil && th.Lost() {
		return true
	}
	return t.course.drained()
}

// fail takes note that the scenario has failed, and in which turn.
func (t *T) fail() {
	if th := t.thread(); th != nil {
		t.failIn(th.Number())
	} else {
		t.failIn(t.course.current())
	}
}

func (t *T) failIn(turn int) {
	if t.failed.CompareAndSwap(false, true) {
		t.failedTurn.Store(int64(turn))
	}
}

// turnEnded implements watcher. It finds out in which turn the test's own T was failed, which nobody
// tells the scenario's.
func (t *T) turnEnded(th *thread) {
	if hasFailed(t.call.t) && !t.before && !t.failed.Load() {
		t.failIn(th.Number())
	}
}

// panicked implements watcher.
func (t *T) panicked(th *thread) {
	if t.ignored() {
		return
	}
	fmt.Fprintf(t.Output(), "thread %q panicked in turn %d\n%s\n", th.name(), th.Number(), th.left.panic)
	t.TB.Fail()
	t.fail()
}

// exited implements watcher. A thread that has called FailNow or SkipNow of the test's own T has
// ended the scenario, just as with ours. Where the scenario had failed before, that cannot be told from
// a thread that calls runtime.Goexit: it is over in either case.
func (t *T) exited(th *thread) {
	if th.left.fatal {
		return
	}
	th.left.place = callerIn(t.call.folder)
	switch {
	case t.ignored():
	case t.Failed():
		t.fail()
		th.left.fatal = true
	case t.Skipped():
		t.skipped.Store(true)
		th.left.fatal = true
	}
}

// exit ends the calling thread; the scenario is not to go on.
func (t *T) exit(th *thread) {
	th.left.fatal = true
	th.left.place = callerIn(t.call.folder)
	runtime.Goexit()
}

// Fail marks the scenario and its test as having failed.
func (t *T) Fail() {
	if t.ignored() {
		return
	}
	t.TB.Fail()
	t.fail()
}

// FailNow is Fail, and ends the thread or the scenario that calls it.
func (t *T) FailNow() {
	th := t.thread()
	if th == nil {
		t.fail()
		t.TB.FailNow()
	}
	t.Fail()
	t.exit(th)
}

// Error is Log and then Fail.
func (t *T) Error(args ...any) {
	t.Helper()
	if t.ignored() {
		return
	}
	t.TB.Error(args...)
	t.fail()
}

// Errorf is Logf and then Fail.
func (t *T) Errorf(format string, args ...any) {
	t.Helper()
	if t.ignored() {
		return
	}
	t.TB.Errorf(format, args...)
	t.fail()
}

// Fatal is Log and then FailNow.
func (t *T) Fatal(args ...any) {
	t.Helper()
	if !t.ignored() {
		t.TB.Log(args...)
	}
	t.FailNow()
}

// Fatalf is Logf and then FailNow.
func (t *T) Fatalf(format string, args ...any) {
	t.Helper()
	if !t.ignored() {
		t.TB.Logf(format, args...)
	}
	t.FailNow()
}

// Failed reports whether the scenario has failed: on its T, on the test's own t, or by a data race.
func (t *T) Failed() bool {
	return t.failed.Load() || (!t.before && t.TB.Failed())
}

// SkipNow marks the test as skipped, and ends the thread or the scenario that calls it.
func (t *T) SkipNow() {
	th := t.thread()
	if th == nil {
		t.skipped.Store(true)
		t.TB.SkipNow()
	}
	if !t.ignored() {
		t.skipped.Store(true)
	}
	t.exit(th)
}

// Skip is Log and then SkipNow.
func (t *T) Skip(args ...any) {
	t.Helper()
	if !t.ignored() {
		t.TB.Log(args...)
	}
	t.SkipNow()
}

// Skipf is Logf and then SkipNow.
func (t *T) Skipf(format string, args ...any) {
	t.Helper()
	if !t.ignored() {
		t.TB.Logf(format, args...)
	}
	t.SkipNow()
}

// Skipped reports whether the scenario was skipped.
func (t *T) Skipped() bool { return t.skipped.Load() || t.TB.Skipped() }

// Cleanup registers a function to be called when the scenario ends, last added first called.
func (t *T) Cleanup(f func()) {
	if f == nil {
		panic("orchestrate: T.Cleanup(nil): a cleanup needs a function")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cleanups = append(t.cleanups, f)
}

// Context returns a context that is canceled just before the scenario's Cleanup functions are called.
func (t *T) Context() context.Context {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ctx == nil {
		t.ctx, t.cancel = context.WithCancel(t.TB.Context())
		if t.ending {
			t.cancel()
		}
	}
	return t.ctx
}

// TempDir returns a new temporary directory that is removed when the scenario ends.
func (t *T) TempDir() string {
	t.Helper()
	dir := t.TB.TempDir()
	// The test removes it too, at its own end, and reports there what cannot be removed.
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// Setenv sets an environment variable until the scenario ends.
func (t *T) Setenv(key, value string) {
	t.Helper()
	restore := restoreEnv(key)
	t.TB.Setenv(key, value)
	t.Cleanup(restore)
}

func restoreEnv(key string) func() {
	if previous, ok := os.LookupEnv(key); ok {
		return func() { os.Setenv(key, previous) }
	}
	return func() { os.Unsetenv(key) }
}

// Chdir changes the working directory until the scenario ends.
func (t *T) Chdir(dir string) {
	t.Helper()
	previous, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	restore := restoreEnv("PWD")
	t.TB.Chdir(dir)
	t.Cleanup(func() {
		restore()
		if err := os.Chdir(previous); err != nil {
			panic("orchestrate: T.Chdir: " + err.Error())
		}
	})
}

// end cancels the context and then calls the cleanup functions: also those that a cleanup function
// adds, and also after one that panicked or ended the test.
func (t *T) end() {
	f := t.nextCleanup()
	if f == nil {
		return
	}
	defer t.end()
	f()
}

func (t *T) nextCleanup() func() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ending {
		t.ending = true
		if t.cancel != nil {
			return t.cancel
		}
	}
	last := len(t.cleanups) - 1
	if last < 0 {
		return nil
	}
	f := t.cleanups[last]
	t.cleanups = t.cleanups[:last]
	return f
}
