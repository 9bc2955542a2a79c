package orchestrate_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

func TestCountsAreTheSyncpointsPassedPlusOne(t *testing.T) {
	for _, test := range []struct {
		name   string
		counts orchestrate.Counts
	}{
		{"one thread", orchestrate.Counts{3}},
		{"alike", orchestrate.Counts{2, 2}},
		{"a thread without a syncpoint", orchestrate.Counts{1, 2, 1}},
		{"three threads", orchestrate.Counts{2, 3, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var threads []func()
			for _, n := range test.counts {
				threads = append(threads, thread(n))
			}
			if got := orchestrate.Run(t, threads); !slices.Equal(got, test.counts) {
				t.Errorf("got counts %v, want %v", got, test.counts)
			}
		})
	}
}

// counting logs the counts that it is given, in every mode.
var counting = child("TestCounting", func(t *testing.T) {
	t.Log("counts", orchestrate.Run(t, []func(){thread(2), thread(1)}))
	t.Log("counts", orchestrate.Run(t, []func(){thread(1), thread(3)}))
})

func TestCountsInEveryMode(t *testing.T) {
	for name, env := range map[string][]string{
		"explore":                  explore,
		"plan":                     plan,
		"scenario":                 scenario(counting, 0, "1,0,0", "2,1"),
		"scenario of another call": scenario(counting, 1, "1,0,1,1", "1,3"),
		"scenario of another test": scenario("TestOther", 0, "1,0,0", "2,1"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, counting, env)
			r.wantStatus(t, 0)
			r.want(t, `counts \[2 1\]`, `counts \[1 3\]`)
		})
	}
}

func TestNames(t *testing.T) {
	f := func() {
		syncpoint.Here()
		syncpoint.Named("a")
		syncpoint.Named("A")
		syncpoint.Named("a b")
		syncpoint.Named("a")
		syncpoint.Named("")
	}
	for _, test := range []struct {
		name string
		opts []orchestrate.Option
		want int
	}{
		{"without", nil, 3},
		{"of two", []orchestrate.Option{orchestrate.Name("a")}, 3},
		{"another case", []orchestrate.Option{orchestrate.Name("A")}, 2},
		{"a space", []orchestrate.Option{orchestrate.Name("a b")}, 2},
		{"the empty name is none", []orchestrate.Option{orchestrate.Name("")}, 3},
		{"the last one counts", []orchestrate.Option{orchestrate.Name("a b"), orchestrate.Name("a")}, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := orchestrate.Run(t, []func(){f}, test.opts...); got[0] != test.want {
				t.Errorf("got %d turns, want %d", got[0], test.want)
			}
		})
	}
}

func TestGoroutinesOfAThreadAreNotThreads(t *testing.T) {
	scenarios := 0
	counts := orchestrate.Test(t, func(t *orchestrate.T) {
		scenarios++
		for range 2 {
			t.Go("", func() {
				done := make(chan struct{})
				go func() {
					defer close(done)
					syncpoint.Here()
				}()
				<-done
				syncpoint.Here()
			})
		}
	})
	if want := (orchestrate.Counts{2, 2}); !slices.Equal(counts, want) || scenarios != 6 {
		t.Errorf("got counts %v and %d scenarios, want %v and 6", counts, scenarios, want)
	}
}

func TestNobodyElseRunsDuringATurn(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		var running log
		turn := func() {
			running.add("in")
			for range 10 {
				runtime.Gosched()
			}
			if events := running.take(); len(events) != 1 {
				t.Errorf("%d threads ran at once", len(events))
			}
		}
		for range 3 {
			t.Go("", func() {
				turn()
				syncpoint.Here()
				turn()
			})
		}
	})
}

func TestSeveralCalls(t *testing.T) {
	counts := func(turns ...int) func(*testing.T) {
		return func(t *testing.T) {
			var threads []func()
			for _, n := range turns {
				threads = append(threads, thread(n))
			}
			if got := orchestrate.Run(t, threads); !slices.Equal(got, turns) {
				t.Errorf("got counts %v, want %v", got, turns)
			}
		}
	}
	counts(2, 2)(t)
	counts(3, 1)(t)
	t.Run("in a subtest", counts(2, 2))
	for i := range 4 {
		t.Run(fmt.Sprint("in parallel ", i), func(t *testing.T) {
			t.Parallel()
			counts(3, 3)(t)
			counts(2, 2, 1)(t)
		})
	}
}

var severalCalls = child("TestSeveral", func(t *testing.T) {
	orchestrate.Run(t, []func(){thread(2), thread(1)})
	t.Run("sub", func(t *testing.T) {
		orchestrate.Run(t, []func(){thread(2), thread(2)})
	})
	orchestrate.Run(t, []func(){thread(3), thread(1)})
})

func TestPlansOfSeveralCalls(t *testing.T) {
	t.Parallel()
	r := runChild(t, severalCalls, plan, "-test.count=2")
	r.wantStatus(t, 0)
	var got []string
	for _, p := range r.plans {
		got = append(got, fmt.Sprint(p.Call, " ", p.Counts))
	}
	run := []string{"0 [2 1]", "0 [2 2]", "1 [3 1]"}
	if want := append(run, run...); !slices.Equal(got, want) {
		t.Errorf("got plans %v, want %v", got, want)
	}
}

func TestScenarioOfOneOfSeveralCalls(t *testing.T) {
	for _, test := range []struct {
		name             string
		test             string
		call             int
		sequence, counts string
	}{
		{"the first", severalCalls, 0, "0,1,0", "2,1"},
		{"the second", severalCalls, 1, "0,0,1,0", "3,1"},
		{"that of the subtest", severalCalls + "/sub", 0, "1,0,1,0", "2,2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, severalCalls, scenario(test.test, test.call, test.sequence, test.counts))
			r.wantStatus(t, 0)
			if len(r.plans) != 0 {
				t.Errorf("got plans %v, want none", r.plans)
			}
			s := r.scenario(t)
			if got := strings.ReplaceAll(fmt.Sprint(s.Executed()), " ", ","); got != "["+test.sequence+"]" {
				t.Errorf("executed %s, want %s", got, test.sequence)
			}
			if s.Call != test.call {
				t.Errorf("got call %d, want %d", s.Call, test.call)
			}
		})
	}
}

// failing returns a test that fails where its second thread comes to its end between the two turns of
// the first: after 0,0,1,1 and 0,1,0,1 in 0,1,1,0.
func failing(fail func(t *testing.T, scenario *orchestrate.T)) func(*testing.T) {
	return func(t *testing.T) {
		scenarios := 0
		orchestrate.Test(t, func(scenario *orchestrate.T) {
			scenarios++
			t.Log("scenario", scenarios)
			var begun, ended, failed atomic.Bool
			scenario.Go("first", func() {
				begun.Store(true)
				syncpoint.Here()
				ended.Store(true)
				if failed.Load() {
					scenario.Error("raised by the rest")
					t.Log("first ran to its end")
				}
			})
			scenario.Go("second", func() {
				syncpoint.Here()
				if begun.Load() && !ended.Load() {
					failed.Store(true)
					fail(t, scenario)
				}
			})
			scenario.Wait()
			t.Log("Wait returned", scenarios)
		})
		t.Log("Test returned")
	}
}

var (
	failsByError         = child("TestError", failing(func(_ *testing.T, s *orchestrate.T) { s.Error("failed") }))
	failsByFatal         = child("TestFatal", failing(func(_ *testing.T, s *orchestrate.T) { s.Fatal("failed") }))
	failsByFailNow       = child("TestFailNow", failing(func(_ *testing.T, s *orchestrate.T) { s.FailNow() }))
	failsByPanic         = child("TestPanic", failing(func(*testing.T, *orchestrate.T) { panic("failed") }))
	failsByOutsideError  = child("TestOutsideError", failing(func(t *testing.T, _ *orchestrate.T) { t.Error("failed") }))
	failsByOutsideFatal  = child("TestOutsideFatal", failing(func(t *testing.T, _ *orchestrate.T) { t.Fatal("failed") }))
	failsByOutsideSkip   = child("TestOutsideSkip", failing(func(t *testing.T, _ *orchestrate.T) { t.Skip("skipped") }))
	failsBySkip          = child("TestSkip", failing(func(_ *testing.T, s *orchestrate.T) { s.Skip("skipped") }))
	failsByExit          = child("TestExit", failing(func(*testing.T, *orchestrate.T) { os.Exit(7) }))
	leavesByItself       = child("TestGoexit", failing(func(*testing.T, *orchestrate.T) { runtime.Goexit() }))
	failsInANewGoroutine = child("TestNewGoroutine", failing(func(_ *testing.T, s *orchestrate.T) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.Fatal("failed")
		}()
		<-done
	}))
)

func TestFirstFailingScenarioStopsTheExploration(t *testing.T) {
	for _, test := range []struct {
		child  string
		status int
		want   []string
		not    []string
	}{
		{failsByError, 1, []string{"scenario 3", "failed", "raised by the rest", "Wait returned 3", "Test returned"}, nil},
		{failsByFatal, 1, []string{"failed", "first ran to its end"}, []string{"raised", "Wait returned 3", "Test returned"}},
		{failsByFailNow, 1, []string{"first ran to its end"}, []string{"raised", "Wait returned 3", "Test returned"}},
		{failsByPanic, 1, []string{"panic: failed", "first ran to its end"}, []string{"raised", "Wait returned 3", "Test returned"}},
		{failsByOutsideError, 1, []string{"failed", "raised by the rest", "Wait returned 3", "Test returned"}, nil},
		{failsByOutsideFatal, 1, []string{"failed", "first ran to its end"}, []string{"raised", "Wait returned 3", "Test returned"}},
		{failsByOutsideSkip, 0, []string{"skipped", "first ran to its end", "--- SKIP"}, []string{"raised", "Wait returned 3", "Test returned"}},
		{failsBySkip, 0, []string{"skipped", "first ran to its end", "--- SKIP"}, []string{"raised", "Wait returned 3", "Test returned"}},
		{failsByExit, 7, []string{"scenario 3"}, []string{"first ran to its end", "Wait returned 3"}},
		{failsInANewGoroutine, 1, []string{"failed", "raised by the rest", "Wait returned 3", "Test returned"}, nil},
	} {
		t.Run(test.child, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, test.child, explore)
			r.wantStatus(t, test.status)
			r.want(t, "scenario 2", "Wait returned 2")
			r.want(t, test.want...)
			r.wantNot(t, append(test.not, "scenario 4")...)
			if test.status == 1 {
				r.want(t, "^ *scenario 0,1,1,0 failed\n", "^ *turn +thread +from +to\n",
					"^ *3 +second .*<- failed here\n", "^ *4 +first .*end",
					`^ *replay: orchtest --run '\^`+test.child+`\$' --sequence '0,1,1,0' github.com/orchtest/orchtest/lib/orchestrate\n`, "--- FAIL")
			}
		})
	}
}

// giveUp returns a test in which a thread ends the scenario in the first of its three turns, with f.
func giveUp(f func(*orchestrate.T)) func(*testing.T) {
	return func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			t.Go("", thread(3))
			t.Go("", func() { f(t) })
			t.Go("", thread(3))
		})
	}
}

var givenUp = []string{
	child("TestGiveUpFatal", giveUp(func(t *orchestrate.T) { t.Fatal() })),
	child("TestGiveUpSkip", giveUp(func(t *orchestrate.T) { t.Skip() })),
	child("TestGiveUpPanic", giveUp(func(t *orchestrate.T) { panic("") })),
}

func TestRemainingThreadsEndInIndexOrder(t *testing.T) {
	for _, name := range givenUp {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, name, scenario(name, 0, "2,0,1,2,0,2,0,1,1", "3,3,3"))
			end := "1:exit"
			if name == givenUp[2] {
				end = "1:panic"
			}
			if got, want := ends(r.scenario(t)), "2 0 "+end+" 0 0:end 2 2:end"; got != want {
				t.Errorf("got turns %s, want %s", got, want)
			}
		})
	}
}

func TestThreadThatLeavesByItself(t *testing.T) {
	t.Parallel()
	r := runChild(t, leavesByItself, explore)
	r.wantStatus(t, 1) // the other thread's error
	r.want(t, "scenario 3", "raised by the rest", "Wait returned 3", "3 +second .*exit rules_test.go", "4 +first .*<- failed here")
}

func TestFailedScenarioInItsReport(t *testing.T) {
	for _, test := range []struct {
		child           string
		ends            string
		turn            int
		failed, skipped bool
	}{
		{failsByError, "0 1 1:end 0:end", 2, true, false},
		{failsByFatal, "0 1 1:exit 0:end", 2, true, false},
		{failsByPanic, "0 1 1:panic 0:end", 2, true, false},
		{failsByOutsideFatal, "0 1 1:exit 0:end", 2, true, false},
		{failsByOutsideSkip, "0 1 1:exit 0:end", -1, false, true},
		{failsBySkip, "0 1 1:exit 0:end", -1, false, true},
	} {
		t.Run(test.child, func(t *testing.T) {
			t.Parallel()
			s := runChild(t, test.child, scenario(test.child, 0, "0,1,1,0", "2,2")).scenario(t)
			if got := ends(s); got != test.ends || s.FailedTurn != test.turn {
				t.Errorf("got turns %s, failed in %d; want %s, failed in %d", got, s.FailedTurn, test.ends, test.turn)
			}
			if s.Failed != test.failed || s.Skipped != test.skipped {
				t.Errorf("got failed %v, skipped %v; want %v, %v", s.Failed, s.Skipped, test.failed, test.skipped)
			}
			if test.turn >= 0 && test.child != failsByError {
				if at := s.Turns[2]; !strings.HasSuffix(at.File, "rules_test.go") || at.Line == 0 {
					t.Errorf("got %s:%d as the place of its end, want one in rules_test.go", at.File, at.Line)
				}
			}
		})
	}
}
