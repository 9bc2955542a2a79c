package traces_test

import (
	"strings"
	"testing"

	"github.com/orchtest/orchtest/lib/traces"
)

const header = `{"orchtest_trace":1,"test":"TestX","seed":3,"schedule":7}` + "\n"

// TestSimplifier leaves out what is not needed: the schedule fails if thread 1 has the second turn.
func TestSimplifier(t *testing.T) {
	s, err := traces.NewSimplifier(header + "turn 0: *0 1\nturn 0: 0 *1\nturn 1: *0 1\nturn 0: 0 *1\n")
	if err != nil {
		t.Fatal(err)
	}
	if s.Test() != "TestX" {
		t.Errorf("got %s", s.Test())
	}
	best := ""
	for text, ok := s.Next(); ok; text, ok = s.Next() {
		fails := strings.Split(text, "\n")[2] != "turn 0: *0 1"
		better, err := s.Told(fails, text)
		if err != nil {
			t.Fatal(err)
		}
		if better {
			best = text
		}
	}
	want := "turn 0: *0 1\nturn 0: 0 *1\nturn 1: 0 *1\nturn 0: *0 1\n"
	if !strings.HasSuffix(best, want) || s.Preemptions() != 1 {
		t.Errorf("got %d in\n%s", s.Preemptions(), best)
	}
}

// TestSimplifierAnywhere has a schedule that needs two departures, and fails with a single one, too, at a decision that only
// the usual schedule comes to.
func TestSimplifierAnywhere(t *testing.T) {
	s, err := traces.NewSimplifier(header + "turn 0: 0 *1\nturn 1: *0 1\nturn 0: *0 1\n")
	if err != nil {
		t.Fatal(err)
	}
	const usual, simple = "turn 0: *0 1\nturn 0: *0 1\nturn 0: *0 1 2\n", "turn 0: *0 1\nturn 0: *0 1\nturn 0: 0 1 *2\n"
	found := false
	for text, ok := s.Next(); ok; text, ok = s.Next() {
		fails := strings.HasSuffix(text, simple)
		recorded := header + usual
		if fails {
			recorded = text
		}
		better, err := s.Told(fails, recorded)
		if err != nil {
			t.Fatal(err)
		}
		found = found || better
	}
	if !found || s.Preemptions() != 1 {
		t.Errorf("found: %v; %d preemptions", found, s.Preemptions())
	}
}

func TestNoTrace(t *testing.T) {
	for _, text := range []string{"", header + "turn\n"} {
		if _, err := traces.NewSimplifier(text); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
