package runner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// rerunEvents reads "fail TestA" of package p, "fail" of the package, "plan TestA", "again" and "build-fail".
func rerunEvents(text string) (events []parse.Event) {
	for step := range strings.SplitSeq(text, ", ") {
		action, name, _ := strings.Cut(step, " ")
		e := parse.Event{Action: action, Package: "p", Test: name}
		switch action {
		case "plan":
			e.Action, e.Key = parse.ActionAttr, protocol.AttrPlan
		case "again":
			e.Action, e.Key, e.Value = parse.ActionAttr, protocol.AttrRerun, "1"
		case "panic":
			e.Action, e.Output = parse.ActionOutput, "panic: oh\n"
		}
		events = append(events, e)
	}
	return events
}

func TestReruns(t *testing.T) {
	for _, test := range []struct{ name, events, failed, unfit string }{
		{"a test", "pass A, fail B, fail", "B", ""},
		{"repeated", "fail B, fail B, fail", "B", ""},
		{"a subtest for its parent", "fail A/b, fail A, fail", "A/b", ""},
		{"scenarios", "plan A, fail A/0,1, fail A, fail B, fail", "B", ""},
		{"below an orchestrated one", "plan A, fail A/sub, fail A/sub/x, fail A, fail", "", ""},
		{"a scenario that panics", "plan A, panic A/0,1, fail A/0,1, fail A, fail", "", ""},
		{"a parent of an orchestrated one", "plan A/b, fail A/b/0,1, fail A/b, fail A, fail", "", ""},
		{"a benchmark", "fail BenchmarkA, fail", "", ""},
		{"a panic", "panic A, fail A, fail", "A", "a test seems to have panicked, and others may not have run"},
		{"the package alone", "pass A, fail", "", "p failed, and no test of it did"},
		{"a build", "build-fail, fail A, fail", "A", "a package was not built"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newReruns()
			for _, e := range rerunEvents(test.events) {
				s.event(e, false)
			}
			var failed []string
			for _, name := range s.failed {
				failed = append(failed, name.test)
			}
			if diff := cmp.Diff([]string{test.failed, test.unfit}, []string{strings.Join(failed, " "), s.unfit}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestVerdict(t *testing.T) {
	for _, test := range []struct {
		events string
		failed bool
	}{
		{"pass A, pass", false},
		{"fail A, pass A, pass", true}, // with -count=2
		{"fail A, fail, again, pass A, pass", false},
		{"fail A, fail, again, skip A, pass", true},
		{"fail A, fail B, fail, again, pass A, pass", true},
		{"fail A, fail, again, pass A, fail", true},
		{"build-fail, fail A, fail, again, pass A, pass", true},
		{"fail A, fail, again, fail A, fail, again, pass A, pass", false},
	} {
		v := &verdictSink{}
		for _, e := range rerunEvents(test.events) {
			v.event(e, false)
		}
		if v.failed.Load() != test.failed {
			t.Errorf("%s: got failed %v", test.events, v.failed.Load())
		}
	}
}
