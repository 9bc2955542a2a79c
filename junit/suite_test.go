package junit

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/parse"
)

func TestVerdicts(t *testing.T) {
	t.Parallel()
	finished := ended("pass", "")
	broke := ended("fail", "")
	for _, test := range []struct {
		name   string
		events []parse.Event
		want   []string
	}{
		{"nothing ran", stream(finished), []string{}},
		{"pass", stream(begin("TestA"), ended("pass", "TestA"), finished), []string{"TestA passed"}},
		{"fail", stream(begin("TestA"), ended("fail", "TestA"), broke), []string{"TestA failure: Failed"}},
		{
			"skip", stream(begin("TestA"), said("TestA", "    a_test.go:1: later\n"), ended("skip", "TestA"), finished),
			[]string{"TestA skipped: a_test.go:1: later"},
		},
		{
			"pause and cont",
			stream(begin("TestA"), ended("pause", "TestA"), ended("cont", "TestA"), ended("pass", "TestA"), finished),
			[]string{"TestA passed"},
		},
		{"no end of the test", stream(begin("TestA"), broke), []string{"TestA error: did not finish"}},
		{"no end of the test in a package that passed", stream(begin("TestA"), finished), []string{"TestA error: did not finish"}},
		{
			"no end of a subtest whose parent passed",
			stream(begin("TestA"), begin("TestA/x"), begin("TestA/x/y"), ended("pass", "TestA"), finished),
			[]string{"TestA passed", "TestA/x passed", "TestA/x/y passed"},
		},
		{
			"no end of a subtest whose parent failed",
			stream(begin("TestA"), begin("TestA/x"), ended("fail", "TestA"), broke),
			[]string{"TestA failure: Failed", "TestA/x error: did not finish"},
		},
		{"no run", stream(ended("fail", "TestA"), broke), []string{"TestA failure: Failed"}},
		{
			"repeated",
			stream(begin("TestA"), ended("pass", "TestA"), begin("TestA"), ended("fail", "TestA"), broke),
			[]string{"TestA passed", "TestA failure: Failed"},
		},
		{
			"package failed", stream(begin("TestA"), ended("pass", "TestA"), broke),
			[]string{"TestA passed", "[package failed] error: the package failed, and no test of it did"},
		},
		{
			"no end of the package", stream(begin("TestA"), ended("pass", "TestA")),
			[]string{"TestA passed", "[package did not finish] error: did not finish"},
		},
		{
			"no end of anything", stream(begin("TestA")), []string{"TestA error: did not finish"},
		},
		{
			"package failed once of two times",
			stream(begin("TestA"), ended("pass", "TestA"), broke, begin("TestA"), ended("pass", "TestA"), finished),
			[]string{"TestA passed", "TestA passed", "[package failed] error: the package failed, and no test of it did"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := written(t, Config{}, test.events...).suite(t).verdicts()
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("cases (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOutput(t *testing.T) {
	t.Parallel()
	s := written(t, Config{}, stream(
		begin("TestA"), said("TestA", "half a "), begin("TestB"), said("TestB", "of B\n"), said("TestA", "line\n"),
		ended("fail", "TestA"), said("TestA", "too late\n"), ended("pass", "TestB"),
		said("", "FAIL\n"), said("", "panic: outside\n"), said("", "exit status 2\n"), said("", "FAIL\t"+pkg+"\t0.1s\n"), ended("fail", ""),
	)...).suite(t)
	if got, want := s.named(t, "TestA").Failure.Text, "half a line\n"; got != want {
		t.Errorf("text of the failure %q, want %q", got, want)
	}
	if got, want := s.SystemOut, "too late\npanic: outside\n"; got != want {
		t.Errorf("system-out %q, want what was printed outside of a running test: %q", got, want)
	}
}

func TestOutputOfPackageThatPassed(t *testing.T) {
	t.Parallel()
	s := written(t, Config{}, stream(
		said("", "starting\n"), begin("TestA"), said("TestA", "noise\n"), ended("pass", "TestA"), ended("pass", ""),
	)...).suite(t)
	if s.SystemOut != "" {
		t.Errorf("system-out %q, want none of a package that passed", s.SystemOut)
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 5, 4, 3, 2, 1, 0, time.FixedZone("", 2*60*60))
	at := func(seconds float64, e parse.Event) parse.Event {
		moment := start.Add(time.Duration(seconds * float64(time.Second)))
		e.Time = &moment
		return e
	}
	took := func(seconds float64, e parse.Event) parse.Event {
		e.Elapsed = &seconds
		return e
	}
	events := stream(
		at(0, parse.Event{Action: "start", Package: pkg}),
		at(1, begin("TestElapsed")), at(9, took(0.25, ended("pass", "TestElapsed"))),
		at(10, begin("TestNoElapsed")), at(12.5, parse.Event{Action: "fail", Package: pkg, Test: "TestNoElapsed"}),
		at(13, begin("TestUnfinished")), at(20, said("TestUnfinished", "")),
	)
	s := written(t, Config{}, events...).suite(t)
	for name, want := range map[string]string{"TestElapsed": "0.250", "TestNoElapsed": "2.500", "TestUnfinished": "7.000"} {
		if got := s.named(t, name).Time; got != want {
			t.Errorf("time of %s: %s, want %s", name, got, want)
		}
	}
	if want := "20.000"; s.Time != want {
		t.Errorf("time of a suite without an end: %s, want %s", s.Time, want)
	}
	if want := "2026-05-04T03:02:01+02:00"; s.Timestamp != want {
		t.Errorf("timestamp %s, want %s", s.Timestamp, want)
	}
	d := written(t, Config{}, append(events, at(21, took(30, ended("fail", ""))))...)
	if got, want := d.suite(t).Time, "30.000"; got != want {
		t.Errorf("time of a suite with an end: %s, want %s", got, want)
	}
	if want := "30.000"; d.Time != want {
		t.Errorf("time of all suites: %s, want %s", d.Time, want)
	}
}

func TestImplausibleTimes(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[float64]string{-1: "0.000", 1e300: "3153600000.000", 0.0004: "0.000"} {
		e := ended("pass", "TestA")
		e.Elapsed = &seconds
		if got := written(t, Config{}, begin("TestA"), e).suite(t).named(t, "TestA").Time; got != want {
			t.Errorf("time of %v seconds: %s, want %s", seconds, got, want)
		}
	}
}

func TestEventsWithoutPackage(t *testing.T) {
	t.Parallel()
	s := written(t, Config{}, parse.Event{Action: "fail", Test: "\x1b[1m"}).suite(t)
	if want := []string{"[no name] failure: Failed"}; !cmp.Equal(s.verdicts(), want) || s.Name != "[no package]" {
		t.Errorf("suite %q has cases %q, want [no package] with %q", s.Name, s.verdicts(), want)
	}
}
