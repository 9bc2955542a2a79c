package goroutines_test

import (
	"context"
	"math"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
)

func TestWaitsIn(t *testing.T) {
	const frame = "(...)\n\t/src/a.go:1\n"
	for stack, want := range map[string]string{
		"": "",
		"example.com/a/b%2ec.(*T).f[...]" + frame + "main.main" + frame:                                  "example.com/a/b%2ec",
		"sync.runtime_Semacquire" + frame + "sync.(*WaitGroup).Wait" + frame + "example.com/a.F" + frame: "example.com/a",
		"reflect.rselect" + frame + "reflect.Select" + frame + "example.com/a.F" + frame:                 "example.com/a",
		"sync.(*Mutex).Lock" + frame: "",
	} {
		if got := goroutines.Parse([]byte("goroutine 7 [select]:\n" + stack)).Goroutines[0].WaitsIn(); got != want {
			t.Errorf("%q: got %q, want %q", stack, got, want)
		}
	}
}

func TestHeader(t *testing.T) {
	const sync, active = goroutines.Sync, goroutines.Active
	for _, test := range []struct {
		header string
		want   goroutines.Goroutine
		kind   goroutines.Kind
	}{
		{"goroutine 1 [running]:", goroutines.Goroutine{ID: 1, State: "running"}, active},
		{"goroutine 4711 [chan receive]:", goroutines.Goroutine{ID: 4711, State: "chan receive"}, sync},
		{"goroutine 7 [chan receive, 1 minutes]:", goroutines.Goroutine{ID: 7, State: "chan receive", Minutes: 1}, sync},
		{"goroutine 7 [syscall, 123 minutes, locked to thread]:",
			goroutines.Goroutine{ID: 7, State: "syscall", Minutes: 123, Locked: true}, active},
		{"goroutine 7 [select (no cases)]:", goroutines.Goroutine{ID: 7, State: "select (no cases)"}, sync},
		{"goroutine 7 [chan send (nil chan)]:", goroutines.Goroutine{ID: 7, State: "chan send (nil chan)"}, sync},
		{"goroutine 7 [select (no cases) (durable), synctest bubble 2]:",
			goroutines.Goroutine{ID: 7, State: "select (no cases)", Durable: true, Bubble: 2}, sync},
		{"goroutine 7 [chan receive (durable), 3 minutes, locked to thread, synctest bubble 12]:",
			goroutines.Goroutine{ID: 7, State: "chan receive", Durable: true, Minutes: 3, Locked: true, Bubble: 12}, sync},
		{"goroutine 7 [runnable (scan)]:", goroutines.Goroutine{ID: 7, State: "runnable"}, active},
		{"goroutine 7 [select (scan), locked to thread]:", goroutines.Goroutine{ID: 7, State: "select", Locked: true}, sync},
		{"goroutine 7 [chan send (leaked)]:", goroutines.Goroutine{ID: 7, State: "chan send", Leaked: true}, sync},
		{"goroutine 7 [sync.Cond.Wait (leaked) (scan) (durable), synctest bubble 1]:",
			goroutines.Goroutine{ID: 7, State: "sync.Cond.Wait", Leaked: true, Durable: true, Bubble: 1}, sync},
		{"goroutine 7 gp=0xc000002380 m=0 mp=0x5f3e20 [syscall]:", goroutines.Goroutine{ID: 7, State: "syscall"}, active},
		{"goroutine 7 gp=0xc000002380 m=nil [select, 2 minutes]:",
			goroutines.Goroutine{ID: 7, State: "select", Minutes: 2}, sync},
		{"goroutine 7 [force gc (idle)]:", goroutines.Goroutine{ID: 7, State: "force gc (idle)"}, active},
		{"goroutine 7 [???]:", goroutines.Goroutine{ID: 7, State: "???"}, active},
		{"goroutine 7 [a new (strange) state]:", goroutines.Goroutine{ID: 7, State: "a new (strange) state"}, active},
		{"goroutine 7 [select, something new, 2 minutes]:", goroutines.Goroutine{ID: 7, State: "select", Minutes: 2}, sync},
		{"goroutine 7 []:", goroutines.Goroutine{ID: 7}, active},
		{`goroutine 7 [select labels:{"k": "v"}]:`, goroutines.Goroutine{ID: 7, State: "select"}, sync},
		{`goroutine 7 [select, synctest bubble 3 labels:{"k]: [a": ", 5 minutes, locked to thread]:"}]:`,
			goroutines.Goroutine{ID: 7, State: "select", Bubble: 3}, sync},
		{`goroutine 7 [select] {"k": "v"}:`, goroutines.Goroutine{ID: 7, State: "select"}, sync},
		{"goroutine 9223372036854775807 [running]:", goroutines.Goroutine{ID: math.MaxInt64, State: "running"}, active},
	} {
		text := test.header + "\nmain.main()\n\t/a/main.go:7 +0x1d\n"
		got := goroutines.Parse([]byte(text)).Goroutines
		if len(got) != 1 {
			t.Errorf("%s: got %d goroutines, want one", test.header, len(got))
			continue
		}
		if diff := cmp.Diff(test.want, got[0], cmpopts.IgnoreUnexported(goroutines.Goroutine{})); diff != "" {
			t.Errorf("%s: %s", test.header, diff)
		}
		if kind := got[0].Kind(); kind != test.kind {
			t.Errorf("%s: got %v, want %v", test.header, kind, test.kind)
		}
	}
}

func TestNoHeader(t *testing.T) {
	for _, text := range []string{
		"", "\n", "goroutine", "goroutine ", "goroutine 1", "goroutine 1 [", "goroutine 1 [running]", "goroutine x [running]:",
		"goroutine 0 [idle]:", "goroutine 1 running:", "goroutine -1 [running]:", " goroutine 1 [running]:",
		"goroutine 1 [running:", "goroutine 99999999999999999999 [running]:",
	} {
		if got := goroutines.Parse([]byte(text)).Goroutines; len(got) != 0 {
			t.Errorf("%q: got %+v", text, got)
		}
	}
}

const oddStacks = `panic: with a text
goroutine as it may be

goroutine 5 [running]:
panic({0x4a5b20?, 0x4dd0d8?})
	/usr/local/go/src/runtime/panic.go:785 +0x132
main.(*T[...]).Do-fm(0xc00001a0d8, {0x0, 0x1?, ...}, _)
	/src/my: "project" (new) +0x12:3/main.go:17 +0x1d
main.F[...](...)
	C:/go src/main.go:18
non-Go function at pc=0x7f0000001234
c_function
	/src/c.c:12 pc=0x7f0000001234
non-Go function
	pc=0x7f0000001235
operator()(int)
	/src/c.cc:13 pc=0x7f0000001236
...12 frames elided...
main.last({{}})
	/src/last.go:19 +0x20 fp=0xc000012 sp=0xc000010 pc=0x47
created by example.com/a%2eb/main.(*T).Start.func1 in goroutine 3
	/src/start it.go:20 +0x4c5
[originating from goroutine 3]:
main.parent(...)
	/src/parent.go:21 +0x1
...additional frames elided...
created by main.grandparent
	/src/grandparent.go:22 +0x1

goroutine 6 [running]:
	goroutine running on other thread; stack unavailable
created by main.other in goroutine 5
	/src/other.go:1 +0x1

goroutine 8 [select]:
main.hidden()
	/src/hidden.go:1 +0x1
[originating from goroutine 7]:
main.parent(...)
	/src/parent.go:21 +0x1
created by main.grandparent
	/src/grandparent.go:22 +0x1

goroutine 9 [waiting]:

goroutine 10 [runnable]:
runtime: g 10: unexpected return pc for main.f called from 0x1
stack: frame={sp:0xc000, fp:0xc000} stack=[0xc000,0xd000)
main.f()
	/src/f.go:1 +0x1
`

func TestFrames(t *testing.T) {
	s := goroutines.Parse([]byte(oddStacks))
	var ids []int64
	for _, g := range s.Goroutines {
		ids = append(ids, g.ID)
	}
	if want := []int64{5, 6, 8, 9, 10}; !slices.Equal(ids, want) {
		t.Fatalf("got goroutines %v, want %v", ids, want)
	}
	for _, test := range []struct {
		id      int64
		frames  []goroutines.Frame
		creator goroutines.Frame
		parent  int64
	}{
		{5, []goroutines.Frame{
			{"panic", "{0x4a5b20?, 0x4dd0d8?}", "/usr/local/go/src/runtime/panic.go", 785},
			{"main.(*T[...]).Do-fm", "0xc00001a0d8, {0x0, 0x1?, ...}, _", `/src/my: "project" (new) +0x12:3/main.go`, 17},
			{"main.F[...]", "...", "C:/go src/main.go", 18},
			{"non-Go function at pc=0x7f0000001234", "", "", 0},
			{"c_function", "", "/src/c.c", 12},
			{"non-Go function", "", "", 0},
			{"operator()", "int", "/src/c.cc", 13},
			{"main.last", "{{}}", "/src/last.go", 19},
		}, goroutines.Frame{"example.com/a%2eb/main.(*T).Start.func1", "", "/src/start it.go", 20}, 3},
		{6, nil, goroutines.Frame{"main.other", "", "/src/other.go", 1}, 5},
		{8, []goroutines.Frame{{"main.hidden", "", "/src/hidden.go", 1}}, goroutines.Frame{}, 0},
		{9, nil, goroutines.Frame{}, 0},
		{10, []goroutines.Frame{{"main.f", "", "/src/f.go", 1}}, goroutines.Frame{}, 0},
	} {
		g := s.Goroutine(test.id)
		if diff := cmp.Diff(test.frames, slices.Collect(g.Frames())); diff != "" {
			t.Errorf("goroutine %d: frames: %s", test.id, diff)
		}
		if diff := cmp.Diff(test.creator, g.Creator()); diff != "" {
			t.Errorf("goroutine %d: creator: %s", test.id, diff)
		}
		if g.Parent != test.parent {
			t.Errorf("goroutine %d: got parent %d, want %d", test.id, g.Parent, test.parent)
		}
		for f := range g.Frames() { // breaks off
			if f != test.frames[0] {
				t.Errorf("goroutine %d: got %v first", test.id, f)
			}
			break
		}
	}
	if g := s.Goroutine(4711); g != nil {
		t.Errorf("got %v, which is not there", g)
	}
}

// The frames of the one that looks are those that runtime.Callers tells.
func TestFramesAreThoseOfTheRuntime(t *testing.T) {
	type place struct {
		file string
		line int
	}
	var got, want []place
	var looker goroutines.Looker
	oddlyNamed(func() {
		s := looker.Look()
		var pcs [100]uintptr
		frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
		for more := true; more; {
			var f runtime.Frame
			if f, more = frames.Next(); !strings.HasPrefix(f.Function, "runtime.") {
				want = append(want, place{f.File, f.Line})
			}
		}
		for f := range s.Goroutines[0].Frames() {
			got = append(got, place{f.File, f.Line})
		}
	})
	// The innermost is Look, and then the place of the call.
	if diff := cmp.Diff(want[1:], got[2:], cmp.AllowUnexported(place{})); diff != "" {
		t.Error(diff)
	}
	if odd := want[1].file; !strings.HasSuffix(odd, "(more): and.go") {
		t.Errorf("the file's name, %s, is not odd", odd)
	}
}

func TestStackIsTheRuntimes(t *testing.T) {
	s := goroutines.Parse([]byte(oddStacks))
	for i := range s.Goroutines {
		g := &s.Goroutines[i]
		if stack := g.Stack(); !strings.Contains(oddStacks, stack) || strings.Contains(stack, "originating") && g.ID != 5 {
			t.Errorf("got %s", stack)
		}
	}
	const frames = "main.f()\n\t/src/f.go:1 +0x1\nmain.g(...)\n\t/src/g.go:2\n"
	const run = "github.com/orchtest/orchtest/lib/orchestrate.(*thread).run(0xc00007e000)\n\t/src/lib/orchestrate/conductor.go:156 +0x7c\n" +
		"created by github.com/orchtest/orchtest/lib/orchestrate.(*conductor).start in goroutine 7\n\t/src/lib/orchestrate/conductor.go:99 +0x1\n"
	for _, test := range []struct{ name, stack, want string }{
		{"an ordinary one", frames + "created by main.h in goroutine 3\n\t/src/h.go:3 +0x1\n", frames + "created by main.h in goroutine 3\n\t/src/h.go:3 +0x1\n"},
		{"a thread", frames + run, frames},
		{"a thread in nothing", run, ""},
		{"with a similar function", "main.run(0x1)\n\t/src/a:github.com/orchtest/orchtest/lib/orchestrate.(*thread).run(.go:1 +0x1\n", "main.run(0x1)\n\t/src/a:github.com/orchtest/orchtest/lib/orchestrate.(*thread).run(.go:1 +0x1\n"},
	} {
		for _, after := range []string{"", "\ngoroutine 9 [running]:\nmain.main()\n\t/src/main.go:1 +0x1\n"} {
			s := goroutines.Parse([]byte("goroutine 8 [select]:\n" + test.stack + after))
			if got := s.Goroutine(8).Stack(); got != test.want {
				t.Errorf("%s: got\n%swant\n%s", test.name, got, test.want)
			}
		}
	}
}

// start starts goroutines that are parked deep in their stacks.
func start(tb testing.TB, n, depth int) (stop func()) {
	var looker goroutines.Looker
	end := make(chan struct{})
	ids := map[int64]bool{}
	s := make(spots)
	for range n {
		go deep(depth, func() { s.here(); <-end })
		ids[(<-s).g.ID()] = true
	}
	for parked := 0; parked < n; runtime.Gosched() {
		parked = 0
		snapshot := looker.Look()
		for i := range snapshot.Goroutines {
			if g := &snapshot.Goroutines[i]; ids[g.ID] && g.State == "chan receive" {
				parked++
			}
		}
	}
	return func() {
		close(end)
		for left := 1; left > 0; runtime.Gosched() {
			left = 0
			snapshot := looker.Look()
			for i := range snapshot.Goroutines {
				if ids[snapshot.Goroutines[i].ID] {
					left++
				}
			}
		}
	}
}

//go:noinline
func deep(n int, f func()) {
	if n == 0 {
		f()
		return
	}
	deep(n-1, f)
}

func TestLookAtMany(t *testing.T) {
	const n = 150
	defer start(t, n, 10)() // more than the first buffer takes
	for _, limit := range []int{0, 1 << 20, 1 << 30} {
		s := (&goroutines.Looker{Limit: limit}).Look()
		parked := 0
		for i := range s.Goroutines {
			g := &s.Goroutines[i]
			if on, _, line := g.Wait(); g.State == "chan receive" && on == "chan receive" && line > 0 {
				parked++
			}
		}
		if s.Truncated || parked < n {
			t.Errorf("limit %d: got %d, want %d; truncated: %v", limit, parked, n, s.Truncated)
		}
	}
	if got := (&goroutines.Looker{}).Look().Goroutines[0].ID; got != goroutines.Self().ID() {
		t.Errorf("got %d first, want the one that looks, %d", got, goroutines.Self().ID())
	}
	for limit := 1; limit < 20_000; limit += 1 + limit/10 {
		looker := goroutines.Looker{Limit: limit}
		s := looker.Look()
		if !s.Truncated {
			t.Errorf("limit %d: got %d goroutines, and not that there are more", limit, len(s.Goroutines))
		}
		for i := range s.Goroutines {
			use(s, &s.Goroutines[i])
		}
	}
}

func TestGoroutineIsOfTheLatestLook(t *testing.T) {
	var looker goroutines.Looker
	for range 3 {
		stop := start(t, 50, 0)
		s := looker.Look()
		for i := range s.Goroutines {
			if g := &s.Goroutines[i]; s.Goroutine(g.ID) != g {
				t.Errorf("goroutine %d is not found", g.ID)
			}
		}
		stop()
	}
}

func TestVeryDeepStack(t *testing.T) {
	defer start(t, 1, 1000)()
	var looker goroutines.Looker
	s := looker.Look()
	n := 0
	for i := range s.Goroutines {
		g := &s.Goroutines[i]
		frames := slices.Collect(g.Frames())
		if len(frames) < 100 || g.State != "chan receive" {
			continue
		}
		n++
		if !strings.Contains(g.Stack(), "frames elided") {
			t.Error("the runtime prints all of it")
		}
		if f := frames[len(frames)-1]; !strings.HasSuffix(f.Function, ".deep") || g.Creator().Function == "" {
			t.Errorf("got %v as the outermost, created by %v", f, g.Creator())
		}
	}
	if n != 1 {
		t.Errorf("found %d, want 1", n)
	}
}

func TestLockedAndLabelled(t *testing.T) {
	s := make(spots)
	end := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		labels := pprof.Labels("a]: b", "\n\ngoroutine 1000000 [running]:\n", "c", ", 7 minutes, synctest bubble 3]:")
		pprof.Do(context.Background(), labels, func(context.Context) { s.here(); <-end })
	}()
	var looker goroutines.Looker
	g := awaitState(t, &looker, (<-s).g, "chan receive")
	if !g.Locked || g.Bubble != 0 || g.Minutes != 0 {
		t.Errorf("got %+v", g)
	}
	close(end)
}

// With every option of the runtime that changes stacks, all is the same.
func TestWithDebugOptions(t *testing.T) {
	const mark = "GOROUTINES_TEST_CHILD"
	if os.Getenv(mark) != "" {
		t.Skip("this is the child")
	}
	for _, env := range []string{"GODEBUG=tracebackancestors=20,tracebacklabels=1", "GOTRACEBACK=system", "GOMAXPROCS=1"} {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^Test", "-test.timeout=60s")
		child.Env = append(os.Environ(), mark+"=1", env)
		if out, err := child.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", env, err, out)
		}
	}
}

// use asks a goroutine everything.
func use(s *goroutines.Snapshot, g *goroutines.Goroutine) {
	for range g.Frames() {
	}
	g.Creator()
	g.Kind()
	g.Wait()
	g.Object()
	g.Stack()
	g.System()
	s.MayWake(1, g)
}

func FuzzParse(f *testing.F) {
	stop := start(f, 5, 3)
	dump := make([]byte, 1<<20)
	f.Add(dump[:runtime.Stack(dump, true)])
	stop()
	f.Add([]byte(oddStacks))
	f.Add([]byte(process))
	f.Add([]byte("goroutine 7 [select (durable) labels:{\"a\": \"b\"}]:\ncreated by a in goroutine 7\n\ngoroutine 7 [running]:\n\nb"))
	f.Fuzz(func(t *testing.T, dump []byte) {
		s := goroutines.Parse(dump)
		for i := range s.Goroutines {
			g := &s.Goroutines[i]
			if g.ID <= 0 || g.Parent < 0 || g.Bubble < 0 || g.Minutes < 0 {
				t.Errorf("got %+v", g)
			}
			use(s, g)
			for f := range g.Frames() {
				if f.Function == "" || f.Line < 0 {
					t.Errorf("got %+v", f)
				}
			}
		}
		for range s.Wakers(7, goroutines.Remote) {
		}
		for range s.Since(nil, 7) {
		}
	})
}

func BenchmarkLook(b *testing.B) {
	for _, n := range []int{5, 20, 100} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			defer start(b, n, 3)()
			self := goroutines.Self().ID()
			var looker goroutines.Looker
			b.Run("Look", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					looker.Look()
				}
			})
			b.Run("Stack", func(b *testing.B) { // what the runtime takes of it
				buffer := make([]byte, 64<<10)
				for b.Loop() {
					runtime.Stack(buffer, true)
				}
			})
			b.Run("Wakers", func(b *testing.B) {
				b.ReportAllocs()
				s := looker.Look()
				for b.Loop() {
					for range s.Wakers(self, goroutines.Remote) {
					}
				}
			})
		})
	}
}
