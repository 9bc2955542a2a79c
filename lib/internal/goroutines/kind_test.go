package goroutines_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
)

// kinds are all the reasons of Go 1.25 and 1.26 to wait, and the statuses.
var kinds = map[string]goroutines.Kind{
	"chan receive (nil chan)":       goroutines.Sync,
	"chan send (nil chan)":          goroutines.Sync,
	"select":                        goroutines.Sync,
	"select (no cases)":             goroutines.Sync,
	"chan receive":                  goroutines.Sync,
	"chan send":                     goroutines.Sync,
	"semacquire":                    goroutines.Sync,
	"sync.Cond.Wait":                goroutines.Sync,
	"sync.Mutex.Lock":               goroutines.Sync,
	"sync.RWMutex.RLock":            goroutines.Sync,
	"sync.RWMutex.Lock":             goroutines.Sync,
	"sync.WaitGroup.Wait":           goroutines.Sync,
	"coroutine":                     goroutines.Sync,
	"synctest.Run":                  goroutines.Sync,
	"synctest.Wait":                 goroutines.Sync,
	"chan receive (durable)":        goroutines.Sync,
	"chan send (durable)":           goroutines.Sync,
	"select (durable)":              goroutines.Sync,
	"sync.WaitGroup.Wait (durable)": goroutines.Sync,

	"":                          goroutines.Active,
	"GC assist marking":         goroutines.Active,
	"IO wait":                   goroutines.Active,
	"dumping heap":              goroutines.Active,
	"garbage collection":        goroutines.Active,
	"garbage collection scan":   goroutines.Active,
	"panicwait":                 goroutines.Active,
	"GC assist wait":            goroutines.Active,
	"GC sweep wait":             goroutines.Active,
	"GC scavenge wait":          goroutines.Active,
	"finalizer wait":            goroutines.Active,
	"force gc (idle)":           goroutines.Active,
	"GOMAXPROCS updater (idle)": goroutines.Active,
	"sleep":                     goroutines.Active,
	"trace reader (blocked)":    goroutines.Active,
	"wait for GC cycle":         goroutines.Active,
	"GC worker (idle)":          goroutines.Active,
	"GC worker (active)":        goroutines.Active,
	"preempted":                 goroutines.Active,
	"debug call":                goroutines.Active,
	"GC mark termination":       goroutines.Active,
	"stopping the world":        goroutines.Active,
	"flushing proc caches":      goroutines.Active,
	"trace goroutine status":    goroutines.Active,
	"trace proc status":         goroutines.Active,
	"page trace flush":          goroutines.Active,
	"GC weak to strong wait":    goroutines.Active,
	"cleanup wait":              goroutines.Active,

	"idle":                     goroutines.Active,
	"runnable":                 goroutines.Active,
	"running":                  goroutines.Active,
	"syscall":                  goroutines.Active,
	"waiting":                  goroutines.Active,
	"dead":                     goroutines.Active,
	"copystack":                goroutines.Active,
	"leaked":                   goroutines.Active,
	"waiting for cgo callback": goroutines.Active,
}

func TestClassify(t *testing.T) {
	for state, want := range kinds {
		for _, decorated := range []string{state, state + " (scan)", state + " (durable)", state + " (leaked) (scan)"} {
			if got := goroutines.Classify(decorated); got != want {
				t.Errorf("%q: got %v, want %v", decorated, got, want)
			}
		}
	}
	for _, state := range []string{"", "some new reason", "selects", "chan receive (new)", "(durable)"} {
		if got := goroutines.Classify(state); got != goroutines.Active {
			t.Errorf("%q: got %v, want active, as it is unknown", state, got)
		}
	}
}

// The installed Go's runtime has no reason or status that we do not know of, and the numbers that we think.
func TestReasonsOfThisGo(t *testing.T) {
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip("there is no go command: ", err)
	}
	source := func(file string) string {
		text, err := os.ReadFile(filepath.Join(string(bytes.TrimSpace(root)), "src", "runtime", file))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	texts := map[string]string{}
	strings := regexp.MustCompile(`(?m)^\t(waitReason\w+|_G\w+): +"(.*)",`)
	for _, file := range []string{"runtime2.go", "traceback.go"} {
		for _, m := range strings.FindAllStringSubmatch(source(file), -1) {
			texts[m[1]] = m[2]
			if _, ok := kinds[m[2]]; !ok {
				t.Errorf("new in %s: %q: decide what it is, in kind.go and here", runtime.Version(), m[2])
			}
		}
	}
	numbers := regexp.MustCompile(`(?m)^\t(waitReason\w+) .*// "`).FindAllStringSubmatch(source("runtime2.go"), -1)
	if len(numbers) < 40 || len(texts) < 50 {
		t.Fatalf("found only %d reasons, and %d texts: the runtime's source is not as expected", len(numbers), len(texts))
	}
	for number, m := range numbers {
		kind, known := goroutines.ReasonKind(uint8(number))
		if want := kinds[texts[m[1]]]; !known || kind != want {
			t.Errorf("reason %d, %q: got %v, known %v; want %v: see reasons.go", number, texts[m[1]], kind, known, want)
		}
	}
	for number := len(numbers); number < 256; number++ {
		if kind, _ := goroutines.ReasonKind(uint8(number)); kind != goroutines.Active {
			t.Errorf("reason %d is not there, but got %v", number, kind)
		}
	}
}
