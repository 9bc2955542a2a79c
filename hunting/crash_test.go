package hunting_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/hunting"
)

// The outputs are those of real processes, of a module at /src/shop.
func TestClassify(t *testing.T) {
	for _, test := range []struct {
		name, status string
		kind         string // of the finding; "tool" and "unknown" of the others
		says         string // a part of its identity, or of what is said
	}{
		{"nilmap", "exit status 2", "panic", "panic: assignment to entry in nil map at example.com/shop.(*Shop).Sell shop.go:11"},
		{"concurrentmap", "exit status 2", "panic", "concurrent map writes at example.com/shop.(*Shop).Sell shop.go:11"},
		{"closedtwice", "exit status 2", "panic", "close of closed channel at example.com/shop.TestClosedTwice shop_test.go:37"},
		{"unlock", "exit status 2", "panic", "fatal error: sync: unlock of unlocked mutex at example.com/shop.TestUnlock"},
		{"negativewaitgroup", "exit status 2", "panic", "sync: negative WaitGroup counter at example.com/shop.TestNegativeWaitGroup"},
		{"error", "exit status 2", "panic", "no tea left, at … at example.com/shop.TestError"},
		{"overflow", "exit status 2", "panic", "stack overflow at example.com/shop.f shop_test.go:"},
		{"ours", "exit status 2", "tool", "invalid memory address or nil pointer dereference in example.com/shop/zz_orchtest/lib/hunt.Broken"},
		{"exit0", "exit status 2", "panic", "unexpected call to os.Exit(0) during test at example.com/shop.TestExit shop_test.go:131"},
		{"asleepinours", "exit status 2", "tool", "all goroutines are asleep"},
		{"asleep", "exit status 2", "deadlock", "deadlock: sync.Mutex.Lock shop_test.go:"},
		{"exit", "exit status 1", "failure", "exit: exit status 1"},
		{"exit", "", "unknown", "the process ended before its schedules did"},
		{"exit", "signal: killed", "unknown", "the process ended: signal: killed"},
	} {
		t.Run(test.name+" "+test.status, func(t *testing.T) {
			crash := hunting.Classify(recorded(t, test.name), test.status, "/src/shop")
			kind, says := "unknown", crash.Unknown
			switch {
			case crash.Finding != nil:
				kind, says = crash.Finding.Kind, crash.Finding.Identity
			case crash.ToolError != "":
				kind, says = "tool", crash.ToolError
			}
			if kind != test.kind || !strings.Contains(says, test.says) {
				t.Errorf("got %s %q, want %s with %q", kind, says, test.kind, test.says)
			}
		})
	}
}

func recorded(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "crash", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A process that runs out of memory is nobody's bug.
func TestClassifyOutOfMemory(t *testing.T) {
	crash := hunting.Classify("fatal error: runtime: out of memory\n\nruntime stack:\n\ngoroutine 1 [running]:\nmain.f()\n\t/x.go:1 +0x1\n", "exit status 2", "")
	if crash.Unknown == "" {
		t.Errorf("got %+v, want nobody to know", crash)
	}
}

func TestRaces(t *testing.T) {
	races := hunting.Races(recorded(t, "race"), "/src/shop")
	var got []string
	for _, r := range races {
		got = append(got, r.Identity)
	}
	want := []string{
		"race: example.com/shop.TestRace shop_test.go:77, example.com/shop.TestRace.func1 shop_test.go:73",
		"race: example.com/shop.(*Shop).Sell shop.go:11, example.com/shop.(*Shop).Sell shop.go:11",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := races[0].Text; got != "data race: read at shop_test.go:73, write at shop_test.go:77" {
		t.Errorf("got the text %q", got)
	}
	if hunting.Races(recorded(t, "failed"), "") != nil {
		t.Error("got a race where there is none")
	}
}
