package orchestrate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

func TestMisusePanics(t *testing.T) {
	nothing := func() {}
	for _, test := range []struct {
		name string
		f    func(t *testing.T)
		want string
	}{
		{"Test without a function", func(t *testing.T) { orchestrate.Test(t, nil) },
			"orchestrate: Test(t, nil): a scenario function is needed"},
		{"Run without a function", func(t *testing.T) { orchestrate.Run(t, []func(){nothing, nil}) },
			"orchestrate: Run: function 1 is nil: a thread needs a function"},
		{"Go without a function", func(t *testing.T) {
			orchestrate.Test(t, func(t *orchestrate.T) { t.Go("name", nil) })
		}, `orchestrate: T.Go("name", nil): a thread needs a function`},
		{"Go after Wait", func(t *testing.T) {
			orchestrate.Test(t, func(t *orchestrate.T) {
				t.Go("", nothing)
				t.Wait()
				t.Go("", nothing)
			})
		}, "orchestrate: T.Go after T.Wait: add every thread first, then call Wait once"},
		{"Go after the scenario", func(t *testing.T) {
			var kept *orchestrate.T
			orchestrate.Test(t, func(t *orchestrate.T) {
				kept = t
				t.Go("", thread(2))
			})
			kept.Go("", nothing)
		}, "orchestrate: T.Go after T.Wait"},
		{"Go from another goroutine", func(t *testing.T) {
			orchestrate.Test(t, func(t *orchestrate.T) { elsewhere(func() { t.Go("", nothing) }) })
		}, "orchestrate: T.Go called from another goroutine than the scenario function's"},
		{"Wait from another goroutine", func(t *testing.T) {
			orchestrate.Test(t, func(t *orchestrate.T) { elsewhere(t.Wait) })
		}, "orchestrate: T.Wait called from another goroutine than the scenario function's"},
	} {
		t.Run(test.name, func(t *testing.T) {
			// One scenario is enough.
			inPlanMode(t, func(t *testing.T) {
				defer func() {
					if got := fmt.Sprint(recover()); !strings.HasPrefix(got, test.want) {
						t.Errorf("got panic %q, want %q", got, test.want)
					}
				}()
				test.f(t)
			})
		})
	}
}

// elsewhere calls f in another goroutine, and panics as it does.
func elsewhere(f func()) {
	panicked := make(chan any)
	go func() {
		defer func() { panicked <- recover() }()
		f()
	}()
	if v := <-panicked; v != nil {
		panic(v)
	}
}

var misuseByThreads = []struct {
	child string
	want  string
}{
	{child("TestGoByAThread", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			t.Go("first", func() { t.Go("second", syncpoint.Here) })
		})
	}), `panic: orchestrate: T\.Go called from another goroutine than the scenario function's: a thread cannot add`},
	{child("TestWaitByAThread", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) { t.Go("first", t.Wait) })
	}), `panic: orchestrate: T\.Wait called from another goroutine than the scenario function's: a thread cannot`},
	{child("TestTestByAThread", func(outside *testing.T) {
		orchestrate.Test(outside, func(t *orchestrate.T) {
			t.Go("first", func() { orchestrate.Run(outside, []func(){syncpoint.Here}) })
		})
	}), `panic: orchestrate: Test or Run called by a thread`},
}

func TestMisuseByAThread(t *testing.T) {
	for _, test := range misuseByThreads {
		t.Run(test.child, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, test.child, plan)
			r.wantStatus(t, 1)
			r.want(t, `thread "first" panicked`, test.want)
		})
	}
}

func TestWaitTwice(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		var l log
		t.Go("", logged(&l, 0, 2))
		t.Go("", logged(&l, 1, 2))
		t.Wait()
		t.Wait()
		if got := len(l.take()); got != 4 {
			t.Errorf("got %d turns, want 4", got)
		}
	})
}

func TestWrongEnvironment(t *testing.T) {
	right := scenario(counting, 0, "1,0,0", "2,1")
	for name, test := range map[string]struct {
		env  []string
		want string
	}{
		"mode":         {[]string{protocol.EnvMode + "=other"}, `ORCHTEST_MODE="other": it is to be "plan", "scenario" or not set`},
		"call":         {append(right, protocol.EnvCall+"=x"), `ORCHTEST_CALL: .*"x"`},
		"sequence":     {append(right, protocol.EnvSequence+"=0,,1"), `ORCHTEST_SEQUENCE: sequence "0,,1": a comma at character 3`},
		"no sequence":  {append(right, protocol.EnvSequence+"="), `ORCHTEST_SEQUENCE is not set, which ORCHTEST_MODE=scenario needs`},
		"counts":       {append(right, protocol.EnvCounts+"=2;1"), `ORCHTEST_COUNTS: sequence "2;1": ';' at character 2`},
		"no counts":    {append(right, protocol.EnvCounts+"="), `ORCHTEST_COUNTS is not set`},
		"in a subtest": {append(right, protocol.EnvTest+"=TestOther", protocol.EnvSequence+"=0,"), `ORCHTEST_SEQUENCE: `},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, counting, test.env)
			r.wantStatus(t, 1)
			r.want(t, `^ *rules_test\.go:\d+: orchestrate: `+test.want)
		})
	}
}
