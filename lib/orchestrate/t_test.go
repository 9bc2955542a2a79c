package orchestrate_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// A use is a call of one method of testing.TB. It raises an error if what the method does is wrong.
type use struct {
	method string
	f      func(t *orchestrate.T)
	ends   bool   // the thread, or the scenario function, that calls it
	fails  bool   // the test
	skips  bool   // the test
	output string // what is printed
	logs   bool   // output comes with the line of the caller, as "said on line N"
}

func said() string { return fmt.Sprintf("said on line %d", callerLine()) }

var uses = []use{
	{method: "ArtifactDir", f: func(t *orchestrate.T) {
		// From Go 1.26 on.
		if tb, ok := any(t).(interface{ ArtifactDir() string }); ok {
			mustExist(t, tb.ArtifactDir())
		}
	}},
	{method: "Attr", f: func(t *orchestrate.T) { t.Attr("key", "some value") }, output: `=== ATTR  \S+ key some value\n`},
	{method: "Cleanup", f: func(t *orchestrate.T) { t.Cleanup(func() { t.Log("cleaned up") }) }, output: "cleaned up\n"},
	{method: "Error", f: func(t *orchestrate.T) { t.Error(said()) }, fails: true, logs: true},
	{method: "Errorf", f: func(t *orchestrate.T) { t.Errorf("%s", said()) }, fails: true, logs: true},
	{method: "Fail", f: func(t *orchestrate.T) { t.Fail() }, fails: true},
	{method: "FailNow", f: func(t *orchestrate.T) { t.FailNow() }, fails: true, ends: true},
	{method: "Failed", f: func(t *orchestrate.T) {
		if t.Failed() {
			t.Error("failed too early")
		}
		t.Fail()
		if !t.Failed() {
			panic("failed, and does not know it")
		}
	}, fails: true},
	{method: "Fatal", f: func(t *orchestrate.T) { t.Fatal(said()) }, fails: true, ends: true, logs: true},
	{method: "Fatalf", f: func(t *orchestrate.T) { t.Fatalf("%s", said()) }, fails: true, ends: true, logs: true},
	{method: "Helper", f: func(t *orchestrate.T) { help(t, said()) }, logs: true},
	{method: "Log", f: func(t *orchestrate.T) { t.Log(said()) }, logs: true},
	{method: "Logf", f: func(t *orchestrate.T) { t.Logf("%s", said()) }, logs: true},
	{method: "Name", f: func(t *orchestrate.T) { fmt.Fprintf(t.Output(), "the name is %s\n", t.Name()) }, output: `the name is TestUse\w+\n`},
	{method: "Setenv", f: func(t *orchestrate.T) {
		t.Setenv("ORCHESTRATE_USE", "set")
		if got := os.Getenv("ORCHESTRATE_USE"); got != "set" {
			t.Errorf("got %q", got)
		}
	}},
	{method: "Chdir", f: func(t *orchestrate.T) {
		t.Chdir(os.TempDir())
		want, _ := filepath.EvalSymlinks(os.TempDir())
		if got, _ := os.Getwd(); got != want && got != os.TempDir() {
			t.Errorf("got %s, want %s", got, want)
		}
	}},
	{method: "Skip", f: func(t *orchestrate.T) { t.Skip(said()) }, skips: true, ends: true, logs: true},
	{method: "SkipNow", f: func(t *orchestrate.T) { t.SkipNow() }, skips: true, ends: true},
	{method: "Skipf", f: func(t *orchestrate.T) { t.Skipf("%s", said()) }, skips: true, ends: true, logs: true},
	{method: "Skipped", f: func(t *orchestrate.T) {
		if t.Skipped() {
			t.Error("skipped too early")
		}
		defer func() {
			if !t.Skipped() {
				t.Error("skipped, and does not know it")
			}
		}()
		t.SkipNow()
	}, skips: true, ends: true},
	{method: "TempDir", f: func(t *orchestrate.T) { mustExist(t, t.TempDir()) }},
	{method: "Context", f: func(t *orchestrate.T) {
		if err := t.Context().Err(); err != nil {
			t.Error(err)
		}
		t.Cleanup(func() {
			if t.Context().Err() == nil {
				t.Error("the context is not cancelled before the cleanup functions are called")
			}
		})
	}},
	{method: "Output", f: func(t *orchestrate.T) { fmt.Fprintln(t.Output(), "put out") }, output: "put out\n"},
}

func mustExist(t testing.TB, dir string) {
	t.Helper()
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Errorf("%q is no directory: %v", dir, err)
	}
}

func help(t testing.TB, text string) {
	t.Helper()
	t.Log(text)
}

// callerLine returns the line of the caller of the function that calls it.
func callerLine() int { return lineAt(3) }

// The uses as children: from the scenario function, and from a thread in its second turn.
func init() {
	for _, u := range uses {
		child("TestUse"+u.method, func(t *testing.T) {
			orchestrate.Test(t, func(t *orchestrate.T) {
				t.Go("first", thread(2))
				t.Go("second", thread(2))
				u.f(t)
				t.Log("went on")
			})
		})
		child("TestUseInThread"+u.method, func(t *testing.T) {
			orchestrate.Test(t, func(t *orchestrate.T) {
				t.Go("first", func() {
					syncpoint.Here()
					u.f(t)
					t.Log("went on")
				})
				t.Go("second", func() {
					syncpoint.Here()
					t.Log("second ended")
				})
				t.Wait()
				t.Log("Wait returned")
			})
		})
	}
}

func TestEveryMethodOfTB(t *testing.T) {
	tb := reflect.TypeFor[testing.TB]()
	for i := range tb.NumMethod() {
		method := tb.Method(i)
		if method.IsExported() && !slices.ContainsFunc(uses, func(u use) bool { return u.method == method.Name }) {
			t.Errorf("testing.TB has a method %s that is not tested", method.Name)
		}
	}
	for _, u := range uses {
		t.Run(u.method, func(t *testing.T) {
			t.Parallel()
			u.test(t, "TestUse"+u.method, false)
		})
		t.Run(u.method+" in a thread", func(t *testing.T) {
			t.Parallel()
			u.test(t, "TestUseInThread"+u.method, true)
		})
	}
}

// test runs a child in the three modes.
func (u use) test(t *testing.T, child string, inThread bool) {
	for mode, env := range map[string][]string{
		"explore":  explore,
		"plan":     plan,
		"scenario": scenario(child, 0, "1,0,0,1", "2,2"),
	} {
		t.Run(mode, func(t *testing.T) {
			r := runChild(t, child, env)
			u.check(t, r, inThread)
			if mode == "explore" {
				return
			}
			s := r.scenario(t)
			if s.Failed != u.fails || s.Skipped != u.skips {
				t.Errorf("got failed %v, skipped %v; want %v, %v", s.Failed, s.Skipped, u.fails, u.skips)
			}
			if inThread {
				u.checkTurns(t, s, mode)
			}
		})
	}
}

func (u use) check(t *testing.T, r ran, inThread bool) {
	result := "--- PASS: TestUse"
	switch {
	case u.fails:
		r.wantStatus(t, 1)
		result = "--- FAIL: TestUse"
	case u.skips:
		result = "--- SKIP: TestUse"
		fallthrough
	default:
		r.wantStatus(t, 0)
	}
	r.want(t, result)
	if u.output != "" {
		r.want(t, u.output)
	}
	if u.ends {
		r.wantNot(t, "went on", "Wait returned")
	} else {
		r.want(t, "went on")
	}
	if inThread {
		r.want(t, "second ended")
	}
	if u.logs {
		lines := regexp.MustCompile(`(?m)^ +t_test\.go:(\d+): said on line (\d+)$`).FindStringSubmatch(r.output)
		if lines == nil || lines[1] != lines[2] {
			t.Errorf("not said in the line of the caller:\n%s", r.output)
		}
	}
}

// checkTurns checks how the turns came to their ends, and in which one the scenario failed.
func (u use) checkTurns(t *testing.T, s protocol.Scenario, mode string) {
	want, turn := "0 0:end 1 1:end", 1
	switch {
	case u.ends && mode == "plan":
		want = "0 0:exit 1 1:end"
	case u.ends:
		want, turn = "1 0 0:exit 1:end", 2
	case mode == "scenario":
		want, turn = "1 0 0:end 1:end", 2
	}
	if got := ends(s); got != want {
		t.Errorf("got turns %s, want %s", got, want)
	}
	if !u.fails {
		turn = -1
	}
	if s.FailedTurn != turn {
		t.Errorf("got failed turn %d, want %d", s.FailedTurn, turn)
	}
	if !u.ends {
		return
	}
	at := s.Turns[max(turn, slices.IndexFunc(s.Turns, func(turn protocol.Turn) bool { return turn.End == protocol.Exited }))]
	if !strings.HasSuffix(at.File, "/t_test.go") || at.Line == 0 {
		t.Errorf("got %s:%d as the place of the exit, want the line of the call", at.File, at.Line)
	}
}

func TestWhatIsTheScenariosOwn(t *testing.T) {
	t.Setenv("ORCHESTRATE_SET", "before")
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	scenarios := 0
	var dirs []string
	var contexts []context.Context
	orchestrate.Test(t, func(t *orchestrate.T) {
		scenarios++
		for i, dir := range dirs {
			if _, err := os.Stat(dir); !os.IsNotExist(err) {
				t.Errorf("the temporary directory of scenario %d is still there: %v", i+1, err)
			}
		}
		for i, ctx := range contexts {
			if ctx.Err() == nil {
				t.Errorf("the context of scenario %d is not cancelled", i+1)
			}
		}
		if got := os.Getenv("ORCHESTRATE_SET"); got != "before" {
			t.Errorf("got %q in the environment", got)
		}
		if _, ok := os.LookupEnv("ORCHESTRATE_NOT_SET"); ok {
			t.Error("what was not set before a scenario is set after it")
		}
		if got, _ := os.Getwd(); got != folder {
			t.Errorf("got working directory %s, want %s", got, folder)
		}
		for range 2 {
			t.Go("", func() {
				dir := t.TempDir()
				t.Cleanup(func() { dirs = append(dirs, dir) })
				if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
					t.Error(err)
				}
				t.Setenv("ORCHESTRATE_SET", "during")
				syncpoint.Here()
				t.Setenv("ORCHESTRATE_NOT_SET", "during")
				t.Chdir(dir)
			})
		}
		contexts = append(contexts, t.Context())
	})
	if scenarios != 6 {
		t.Errorf("got %d scenarios, want 6", scenarios)
	}
	if got, _ := os.Getwd(); got != folder {
		t.Errorf("got working directory %s, want %s", got, folder)
	}
}

func TestCleanupOrder(t *testing.T) {
	var l log
	inPlanMode(t, func(t *testing.T) {
		t.Cleanup(func() { l.add("outside") })
		orchestrate.Test(t, func(t *orchestrate.T) {
			ctx := t.Context()
			t.Cleanup(func() {
				l.add("1")
				t.Cleanup(func() { l.add("later") })
			})
			t.Cleanup(func() {
				l.add("2")
				if ctx.Err() == nil {
					l.add("the context is not cancelled")
				}
			})
			t.Go("", func() {
				syncpoint.Here()
				t.Cleanup(func() { l.add("threads") })
				if ctx.Err() != nil {
					l.add("the context is cancelled")
				}
			})
		})
	})
	if got, want := strings.Join(l.take(), " "), "threads 2 1 later outside"; got != want {
		t.Errorf("got cleanups %s, want %s", got, want)
	}
}

func TestContextOfACleanupIsCancelled(t *testing.T) {
	inPlanMode(t, func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			t.Cleanup(func() {
				if t.Context().Err() == nil {
					t.Error("the context that a cleanup function asks for first is not cancelled")
				}
			})
			t.Go("", thread(2))
		})
	})
}

func TestCleanupNeedsAFunction(t *testing.T) {
	inPlanMode(t, func(t *testing.T) {
		defer func() {
			if got, want := fmt.Sprint(recover()), "orchestrate: T.Cleanup(nil)"; !strings.Contains(got, want) {
				t.Errorf("got panic %q, want %q", got, want)
			}
		}()
		orchestrate.Test(t, func(t *orchestrate.T) { t.Cleanup(nil) })
	})
}

// cleanups is a scenario whose second of three cleanup functions is f.
func cleanups(f func(t *orchestrate.T)) func(*testing.T) {
	return func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			t.Cleanup(func() { t.Log("cleanup 1") })
			t.Cleanup(func() { f(t) })
			t.Cleanup(func() { t.Log("cleanup 3") })
			t.Go("", thread(2))
			t.Go("", thread(2))
		})
		t.Log("Test returned")
	}
}

var cleanupTests = []struct {
	child  string
	status int
	want   []string
	not    []string
}{
	{child("TestCleanupErrors", cleanups(func(t *orchestrate.T) { t.Error("wrong") })), 1,
		[]string{"cleanup 3", "wrong", "cleanup 1", "Test returned"}, nil},
	{child("TestCleanupIsFatal", cleanups(func(t *orchestrate.T) { t.Fatal("wrong") })), 1,
		[]string{"cleanup 3", "wrong", "cleanup 1"}, []string{"Test returned"}},
	{child("TestCleanupPanics", cleanups(func(*orchestrate.T) { panic("wrong") })), 2,
		[]string{"cleanup 3", "cleanup 1", "panic: wrong"}, []string{"Test returned"}},
	{child("TestCleanupOfAFatalThread", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			t.Cleanup(func() { t.Error("still counts") })
			defer t.Log("deferred")
			t.Go("", func() {
				syncpoint.Here()
				t.SkipNow()
			})
			t.Go("", thread(2))
		})
	}), 1, []string{"deferred", "still counts"}, nil},
}

func TestFailingCleanups(t *testing.T) {
	for _, test := range cleanupTests {
		for mode, env := range map[string][]string{
			"explore": explore, "plan": plan, "scenario": scenario(test.child, 0, "0,1,0,1", "2,2"),
		} {
			t.Run(test.child+"/"+mode, func(t *testing.T) {
				t.Parallel()
				r := runChild(t, test.child, env)
				r.wantStatus(t, test.status)
				r.want(t, test.want...)
				r.wantNot(t, test.not...)
				if mode != "explore" && !r.scenario(t).Failed {
					t.Error("the report says that the scenario did not fail")
				}
			})
		}
	}
}
