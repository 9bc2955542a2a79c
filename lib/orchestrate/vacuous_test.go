package orchestrate_test

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// stray is a thread whose syncpoint is passed by a goroutine that is none.
func stray() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		syncpoint.Here()
		syncpoint.Named("x")
	}()
	<-done
}

func named(names ...string) func() {
	return func() {
		for _, name := range names {
			syncpoint.Named(name)
		}
	}
}

// vacuousTests prove nothing, as there is but one order. A failure is in explore and in plan mode, unless
// skipped is what explore mode says.
var vacuousTests = []struct {
	child   string
	want    string
	skipped string
}{
	{
		child: child("TestNothing", func(t *testing.T) {
			orchestrate.Run(t, []func(){func() {}, func() {}})
			t.Error("Run returned")
		}),
		want: "vacuous_test.go:[0-9]+: orchestrate: no thread reached a syncpoint without a name, so there is only one order to run: " +
			"put `// pragma: " + "SYNCPOINT` in the code",
		skipped: "vacuous_test.go:[0-9]+: orchestrate: no thread reached a syncpoint: .*; run it with orchtest\n",
	},
	{
		child: child("TestNothingOfThatName", func(t *testing.T) {
			orchestrate.Run(t, []func(){func() {}, func() {}}, orchestrate.Name("x"))
			t.Error("Run returned")
		}),
		want:    `orchestrate: no thread reached a syncpoint of the name "x", so there .* put .// pragma: ` + "SYNCPOINT x` in",
		skipped: "run it with orchtest\n",
	},
	{
		child: child("TestOtherNames", func(t *testing.T) {
			orchestrate.Run(t, []func(){named("b", "a", "b"), named("", "a")}, orchestrate.Name("x"))
			t.Error("Run returned")
		}),
		want: `no thread reached a syncpoint of the name "x"; reached were: syncpoints without a name, "a", "b"\n`,
	},
	{
		child: child("TestOnlyNames", func(t *testing.T) {
			orchestrate.Run(t, []func(){named("b"), named("a")})
			t.Error("Run returned")
		}),
		want: `no thread reached a syncpoint without a name; reached were: "a", "b"\n`,
	},
	{
		child: child("TestStray", func(t *testing.T) {
			orchestrate.Run(t, []func(){stray, stray})
			t.Error("Run returned")
		}),
		want:    "no thread reached a syncpoint without a name, though a goroutine did that is not a thread",
		skipped: "run it with orchtest\n",
	},
	{
		child: child("TestStrayBefore", func(t *testing.T) {
			orchestrate.Run(t, []func(){stray, thread(2)})
			orchestrate.Run(t, []func(){func() {}, func() {}})
			t.Error("Run returned")
		}),
		want:    "no thread reached a syncpoint without a name, so there is only one order",
		skipped: "run it with orchtest\n",
	},
	{
		child: child("TestNoThreads", func(t *testing.T) {
			orchestrate.Test(t, func(t *orchestrate.T) {})
			t.Error("Test returned")
		}),
		want: "vacuous_test.go:[0-9]+: orchestrate: the scenario has no threads: add two at least",
	},
	{
		child: child("TestRunOfNoThreads", func(t *testing.T) {
			orchestrate.Run(t, nil)
			t.Error("Run returned")
		}),
		want: "vacuous_test.go:[0-9]+: orchestrate: the scenario has no threads",
	},
}

func TestVacuous(t *testing.T) {
	for _, test := range vacuousTests {
		t.Run(test.child+"/explore", func(t *testing.T) {
			t.Parallel()
			r := runChild(t, test.child, explore)
			if test.skipped != "" {
				r.wantStatus(t, 0)
				r.want(t, test.skipped, "--- SKIP")
			} else {
				r.wantStatus(t, 1)
				r.want(t, test.want, "--- FAIL")
			}
			r.wantNot(t, "returned")
		})
		t.Run(test.child+"/plan", func(t *testing.T) {
			t.Parallel()
			r := runChild(t, test.child, plan)
			r.wantStatus(t, 1)
			r.want(t, test.want, "--- FAIL")
			r.wantNot(t, "returned")
		})
	}
}

// One syncpoint is enough, and a scenario that failed or was skipped has said what it had to say.
var notVacuousTests = []struct {
	child  string
	status int
	want   string
}{
	{child("TestOneSyncpoint", func(t *testing.T) { orchestrate.Run(t, []func(){thread(1), thread(2)}) }), 0, "--- PASS"},
	{child("TestOneThread", func(t *testing.T) { orchestrate.Run(t, []func(){thread(2)}) }), 0, "--- PASS"},
	{child("TestFailsEarly", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) { t.Fatal("early") })
	}), 1, "early"},
	{child("TestSkipsEarly", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) { t.Skip("early") })
	}), 0, "--- SKIP"},
	{child("TestFailsWithoutEnd", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) { t.Go("", func() { t.Error("early") }) })
	}), 1, "early"},
}

func TestNotVacuous(t *testing.T) {
	for _, test := range notVacuousTests {
		for mode, env := range map[string][]string{"explore": explore, "plan": plan} {
			t.Run(test.child+"/"+mode, func(t *testing.T) {
				t.Parallel()
				r := runChild(t, test.child, env)
				r.wantStatus(t, test.status)
				r.want(t, test.want)
				r.wantNot(t, "orchestrate: ")
			})
		}
	}
}
