package orchestrate_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/internal/registry"
	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// threadsLeft returns the stacks of the threads that exist, once those that have ended are gone. Only
// tests that are not parallel may ask.
func threadsLeft() string {
	var left string
	for range 100_000 {
		buffer := make([]byte, 1<<20)
		left = string(buffer[:runtime.Stack(buffer, true)])
		if !strings.Contains(left, "lib/orchestrate.(*thread)") {
			return ""
		}
		runtime.Gosched()
	}
	return left
}

func TestNoThreadIsLeft(t *testing.T) {
	for _, test := range []struct {
		name string
		f    func(t *orchestrate.T)
	}{
		{"passing", func(t *orchestrate.T) {
			t.Go("", thread(3))
			t.Go("", thread(3))
		}},
		{"failing", func(t *orchestrate.T) {
			t.Go("", thread(3))
			t.Go("", func() {
				syncpoint.Here()
				t.Fatal("failed")
			})
			t.Go("", thread(3))
		}},
		{"panicking", func(t *orchestrate.T) {
			t.Go("", func() {
				syncpoint.Here()
				panic("panicked")
			})
			t.Go("", thread(3))
		}},
		{"skipping", func(t *orchestrate.T) {
			t.Go("", func() { t.SkipNow() })
			t.Go("", thread(3))
		}},
		{"without Wait", func(t *orchestrate.T) {
			t.Go("", thread(3))
			t.FailNow()
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			passed := quietly(t, func() bool {
				return runTest("TestLeak", func(t *testing.T) { orchestrate.Test(t, test.f) })
			})
			if want := test.name == "passing" || test.name == "skipping"; passed != want {
				t.Errorf("passed: %v, want %v", passed, want)
			}
			if left := threadsLeft(); left != "" {
				t.Errorf("still there:\n%s", left)
			}
			strays := registry.Strays()
			syncpoint.Here()
			if registry.Strays() != strays {
				t.Error("there are still threads in the registry")
			}
		})
	}
}

// leaveBehind starts a goroutine that ends when the channel is closed.
func leaveBehind(ch <-chan int) {
	go func() { <-ch }()
}

// leaking is a test of two threads, of counts 2, 1, in which f is called by the first one.
func leaking(f func(t *orchestrate.T), opts ...orchestrate.Option) func(*testing.T) {
	return func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			t.Go("", func() {
				f(t)
				syncpoint.Here()
			})
			t.Go("", thread(1))
		}, opts...)
		t.Log("Test returned")
	}
}

var noLeaks = []orchestrate.Option{orchestrate.NoLeaks(), orchestrate.DeadlockWindow(50 * time.Millisecond)}

// leakWindow is the grace of those for which the environment asks.
var leakWindow = []string{protocol.EnvFailOnLeak + "=1", protocol.EnvDeadlockWindow + "=50ms"}

var leakTests = []struct {
	child string
	env   []string
	leaks string // what is said, after how many
}{
	{child("TestLeakBlocked", leaking(func(*orchestrate.T) { leaveBehind(make(chan int)) }, noLeaks...)), nil,
		`a goroutine behind .*\n *\n *goroutine \d+, chan receive at leak_test\.go:\d+\n(.*\n)+? *created by .*leaveBehind`},
	{child("TestLeakSeveral", leaking(func(*orchestrate.T) {
		leaveBehind(nil)
		go func() { leaveBehind(make(chan int)) }()
	}, noLeaks...)), nil, `2 goroutines behind .*\n *\n *goroutine \d+, chan receive`},
	{child("TestLeakAskedFor", leaking(func(*orchestrate.T) { leaveBehind(make(chan int)) })), leakWindow,
		`a goroutine behind .*\n *\n *goroutine \d+, chan receive at leak_test\.go:\d+\n`},
	{child("TestLeakAsleep", leaking(func(*orchestrate.T) { go time.Sleep(time.Hour) }, noLeaks...)), nil,
		`a goroutine behind .*\n *\n *goroutine \d+, time\.Sleep at leak_test\.go:\d+\n`},
	{child("TestLeakOfScenario", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			leaveBehind(make(chan int))
			t.Go("", thread(2))
			t.Go("", thread(1))
		}, noLeaks...)
	}), nil, `a goroutine behind .*\n *\n *goroutine \d+, chan receive`},
	{child("TestNoLeakNotAskedFor", leaking(func(*orchestrate.T) { leaveBehind(make(chan int)) })), nil, ""},
	{child("TestNoLeakAskedForInVain", leaking(func(*orchestrate.T) { leaveBehind(make(chan int)) })),
		[]string{protocol.EnvFailOnLeak + "=0"}, ""},
	{child("TestNoLeakInTime", leaking(func(*orchestrate.T) {
		ch := make(chan int)
		leaveBehind(ch)
		time.AfterFunc(aMoment, func() { close(ch) })
	}, orchestrate.NoLeaks(), orchestrate.DeadlockWindow(10*time.Second))), nil, ""},
	{child("TestNoLeakFromBefore", func(t *testing.T) {
		ch := make(chan int)
		defer close(ch)
		leaveBehind(ch)
		leaking(func(*orchestrate.T) {}, noLeaks...)(t)
	}), nil, ""},
	{child("TestNoLeakAfterCleanup", leaking(func(t *orchestrate.T) {
		ch := make(chan int)
		t.Cleanup(func() { close(ch) })
		leaveBehind(ch)
	}, noLeaks...)), nil, ""},
	{child("TestNoLeakAfterContext", leaking(func(t *orchestrate.T) {
		ctx := t.Context()
		go func() { <-ctx.Done() }()
	}, noLeaks...)), nil, ""},
}

func TestLeaks(t *testing.T) {
	for _, test := range leakTests {
		for mode, env := range map[string][]string{
			"explore": explore, "plan": plan, "scenario": scenario(test.child, 0, "0,1,0", "2,1"),
		} {
			t.Run(test.child+"/"+mode, func(t *testing.T) {
				t.Parallel()
				r := runChild(t, test.child, append(env, test.env...))
				if test.leaks == "" {
					r.wantStatus(t, 0)
					r.wantNot(t, "leak:")
					return
				}
				r.wantStatus(t, 1)
				r.want(t, `^ *leak: the scenario left `+test.leaks, "--- FAIL")
				r.wantNot(t, `testing\.tRunner`)
				if mode == "explore" {
					r.want(t, "scenario 0,0,1 failed")
					return
				}
				if s := r.scenario(t); !s.Failed || s.FailedTurn != -1 {
					t.Errorf("got failed %v in turn %d, want true in none", s.Failed, s.FailedTurn)
				}
			})
		}
	}
}

// Where the scenario has failed, a goroutine that is left is no wonder. It is also not waited for.
var leaksAndFails = child("TestLeaksAndFails", leaking(func(t *orchestrate.T) {
	leaveBehind(make(chan int))
	t.Error("the failure")
}, orchestrate.NoLeaks(), orchestrate.DeadlockWindow(time.Hour)))

var leaksAndIsStuck = child("TestLeaksAndIsStuck", leaking(func(t *orchestrate.T) {
	leaveBehind(make(chan int))
	select {}
}, noLeaks...))

func TestFailedScenarioDoesNotLeak(t *testing.T) {
	for _, name := range []string{leaksAndFails, leaksAndIsStuck} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, name, scenario(name, 0, "0,1,0", "2,1"))
			r.wantStatus(t, 1)
			r.wantNot(t, "leak:")
		})
	}
}

// Goroutines of another test, which come and go at the same time, are not its leaks.
var leaksBeside = child("TestLeaksBeside", func(t *testing.T) {
	begin, end := make(chan int), make(chan int)
	t.Run("group", func(t *testing.T) {
		t.Run("orchestrated", func(t *testing.T) {
			t.Parallel()
			defer close(end)
			leaking(func(*orchestrate.T) {
				begin <- 1
				<-begin
			}, append(noLeaks, orchestrate.TurnTimeout(time.Minute))...)(t)
		})
		t.Run("other", func(t *testing.T) {
			t.Parallel()
			for range 3 {
				<-begin
				leaveBehind(end)
				begin <- 1
			}
			<-end
		})
	})
})

func TestGoroutinesOfAnotherTestAreNoLeaks(t *testing.T) {
	t.Parallel()
	r := runChild(t, leaksBeside, explore, "-test.parallel=2")
	r.wantStatus(t, 0)
	r.want(t, "Test returned")
}

// In one process a leak of one scenario is not that of the next.
func TestEachScenarioHasItsOwnLeaks(t *testing.T) {
	ended := make(chan int)
	passed := quietly(t, func() bool {
		return runTest("TestLeakOfOne", func(t *testing.T) {
			orchestrate.Test(t, func(t *orchestrate.T) {
				t.Go("", thread(2))
				t.Go("", thread(1))
				t.Wait()
				leaveBehind(ended)
			}, noLeaks...)
		})
	})
	close(ended)
	if passed {
		t.Error("a leak was not found")
	}
	if !runTest("TestNoLeakAfterwards", func(t *testing.T) {
		orchestrate.Test(t, twoThreads, noLeaks...)
	}) {
		t.Error("a leak was found where there is none")
	}
}

func twoThreads(t *orchestrate.T) {
	t.Go("", thread(2))
	t.Go("", thread(1))
}
