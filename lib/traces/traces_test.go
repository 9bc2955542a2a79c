package traces_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/lib/traces"
)

const header = `{"orchtest_trace":1,"test":"TestX","strategy":"pct","seed":3,"schedule":7}` + "\n"

// TestSimplifier leaves out what is not needed: the schedule fails if thread 1 has the second turn.
func TestSimplifier(t *testing.T) {
	s, err := traces.NewSimplifier(header + "turn 0: *0 1\nturn 0: 0 *1\nturn 1: *0 1\nturn 0: 0 *1\n")
	if err != nil {
		t.Fatal(err)
	}
	if s.Test() != "TestX" || s.Schedule() != 7 || s.Strategy() != "pct" || s.Seed() != 3 || s.Preemptions() != 3 {
		t.Errorf("got %s, schedule %d (%s), seed %d, %d preemptions", s.Test(), s.Schedule(), s.Strategy(), s.Seed(), s.Preemptions())
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

// TestSkip: the search of schedules of three decisions has three with one delay; that of the first of them is not known.
func TestSkip(t *testing.T) {
	state := "1.0.DA" // the usual schedule, which has three decisions
	for i := range 3 {
		next, more, err := traces.Skip(state)
		if err != nil || more != (i < 2) || !strings.HasPrefix(next, fmt.Sprintf("%d.%d.", i+2, i+1)) {
			t.Fatalf("got %q, %v, %v", next, more, err)
		}
		state = next
	}
	if next, more, err := traces.Skip(state); next != state || more || err != nil {
		t.Errorf("a search without any schedules left goes on: got %q, %v, %v", next, more, err)
	}
	if next, more, err := traces.Skip(""); !strings.HasPrefix(next, "1.0.") || more || err != nil {
		t.Errorf("got %q, %v, %v", next, more, err)
	}
	if _, _, err := traces.Skip("1.0.*"); err == nil {
		t.Error("a state that is none is accepted")
	}
}
