package orchestrate_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// explode panics in its second turn.
func explode(value any) {
	syncpoint.Here()
	panic(value)
}

type complaint struct{ code int }

func (c *complaint) Error() string { return fmt.Sprintf("complaint %d", c.code) }

// panicking is a test whose first thread is f, to which the counts 2, 2 fit.
func panicking(f func()) func(*testing.T) {
	return func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			t.Go("first", f)
			t.Go("second", func() {
				syncpoint.Here()
				t.Log("second ended")
			})
			t.Wait()
			t.Log("Wait returned")
		})
	}
}

var panicTests = []struct {
	child string
	want  []string // what is said, beginning with the value
}{
	{
		child("TestPanicOfString", panicking(func() { explode("boom\nand more") })),
		[]string{`panic: boom\n *and more\n *\n`, `orchestrate_test\.explode\(`, `panic_test\.go:`, `orchestrate_test\.init\.func\d+\(\)\n`},
	},
	{
		child("TestPanicOfError", panicking(func() { explode(fmt.Errorf("wrapped: %w", &complaint{7})) })),
		[]string{`panic: wrapped: complaint 7\n`, `orchestrate_test\.explode\(`},
	},
	{
		child("TestPanicOfErrorType", panicking(func() { explode(&complaint{8}) })),
		[]string{`panic: complaint 8\n`, `orchestrate_test\.explode\(`},
	},
	{
		child("TestPanicOfNil", panicking(func() { explode(nil) })),
		[]string{`panic: panic called with nil argument`, `orchestrate_test\.explode\(`},
	},
	{
		child("TestPanicInNilMap", panicking(func() {
			syncpoint.Here()
			var m map[string]int
			m["a"] = 1 //lint:ignore SA5000 it is to panic
		})),
		[]string{`panic: assignment to entry in nil map\n`, `orchestrate_test\.init\.func\d+\(\)\n`, `panic_test\.go:`},
	},
	{
		child("TestPanicInNilPointer", panicking(func() {
			syncpoint.Here()
			var c *complaint
			c.code++
		})),
		[]string{`panic: runtime error: invalid memory address or nil pointer dereference\n`, `panic_test\.go:`},
	},
	{
		child("TestPanicAnew", panicking(func() {
			defer func() { panic(fmt.Sprint("anew: ", recover())) }()
			explode("at first")
		})),
		[]string{`panic: anew: at first\n`, `orchestrate_test\.init\.func\d+\.\d+\(\)\n`, `\bpanic\(`, `orchestrate_test\.explode\(`},
	},
	{
		child("TestPanicWhileExiting", panicking(func() {
			defer explode("on the way out")
			runtime.Goexit()
		})),
		[]string{`panic: on the way out\n`, `orchestrate_test\.explode\(`},
	},
	{
		child("TestPanicDeep", panicking(func() { deep(1000) })),
		[]string{`panic: deep down\n`, `orchestrate_test\.deep\(`, `orchestrate_test\.init\.func\d+\(\)\n`},
	},
}

//go:noinline
func deep(n int) {
	if n == 0 {
		explode(errors.New("deep down"))
	}
	deep(n - 1)
}

func TestPanicInAThread(t *testing.T) {
	for _, test := range panicTests {
		for mode, env := range map[string][]string{
			"explore": explore, "plan": plan, "scenario": scenario(test.child, 0, "0,1,0,1", "2,2"),
		} {
			t.Run(test.child+"/"+mode, func(t *testing.T) {
				t.Parallel()
				r := runChild(t, test.child, env)
				r.wantStatus(t, 1)
				r.want(t, append([]string{`thread "first" panicked in turn \d+\n`}, test.want...)...)
				r.want(t, "second ended", "--- FAIL: "+test.child)
				r.wantNot(t, "Wait returned", `lib/orchestrate\.`, `lib/internal`, `conductor\.go`, `debug\.Stack`, "created by")
				if mode == "scenario" {
					if got, want := ends(r.scenario(t)), "0 1 0:panic 1:end"; got != want {
						t.Errorf("got turns %s, want %s", got, want)
					}
					at := r.scenario(t).Turns[2]
					if !strings.HasSuffix(at.File, "/panic_test.go") || at.Line == 0 {
						t.Errorf("got %s:%d as the place of the panic, want one in panic_test.go", at.File, at.Line)
					}
				}
			})
		}
	}
}

var panicOutside = child("TestPanicOutside", func(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		t.Cleanup(func() { t.Log("cleaned up") })
		t.Go("first", thread(2))
		t.Wait()
		panic("in the scenario function")
	})
})

func TestPanicInTheScenarioFunction(t *testing.T) {
	for mode, env := range map[string][]string{
		"explore": explore, "plan": plan, "scenario": scenario(panicOutside, 0, "0,0", "2"),
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, panicOutside, env)
			r.wantStatus(t, 2)
			r.want(t, "cleaned up", "--- FAIL: TestPanicOutside", "^panic: in the scenario function", `panic_test\.go:`)
			if mode == "explore" {
				return
			}
			if s := r.scenario(t); !s.Failed || s.FailedTurn != -1 {
				t.Errorf("got failed %v in turn %d, want true in none", s.Failed, s.FailedTurn)
			}
		})
	}
}

// assertions stands for the assertion libraries, which need no more of a T than this.
type assertions interface {
	Errorf(format string, args ...any)
	FailNow()
}

func requireEqual(t assertions, got, want int) {
	if h, ok := t.(interface{ Helper() }); ok {
		h.Helper()
	}
	if got != want {
		t.Errorf("not equal: %d and %d", got, want)
		t.FailNow()
	}
}

var requires = child("TestRequire", func(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		t.Go("first", func() {
			syncpoint.Here()
			requireEqual(t, 1, 2)
			t.Log("went on")
		})
		t.Go("second", func() {
			syncpoint.Here()
			requireEqual(t, 3, 4)
			t.Log("went on")
		})
		t.Wait()
		t.Log("Wait returned")
	})
})

func TestRequireInAThread(t *testing.T) {
	for mode, env := range map[string][]string{
		"explore": explore, "plan": plan, "scenario": scenario(requires, 0, "1,0,1,0", "2,2"),
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, requires, env)
			r.wantStatus(t, 1)
			r.wantNot(t, "went on", "Wait returned")
			first, second := "not equal: 1 and 2", "not equal: 3 and 4"
			if mode == "scenario" {
				first, second = second, first
				if got, want := r.scenario(t), "1 0 1:exit 0:exit"; ends(got) != want || got.FailedTurn != 2 {
					t.Errorf("got turns %s, failed in %d; want %s, failed in 2", ends(got), got.FailedTurn, want)
				}
			}
			r.want(t, `^ *panic_test\.go:\d+: `+first)
			r.wantNot(t, second)
		})
	}
}

func TestGoexitOfAThreadIsItsEnd(t *testing.T) {
	returned := 0
	orchestrate.Test(t, func(t *orchestrate.T) {
		for range 2 {
			t.Go("", func() {
				syncpoint.Here()
				runtime.Goexit()
			})
		}
		t.Wait()
		returned++
	})
	if returned != 6 {
		t.Errorf("Wait returned %d times, want 6", returned)
	}
}
