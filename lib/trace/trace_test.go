package trace_test

import (
	"strings"
	"testing"

	"github.com/orchtest/orchtest/lib/trace"
)

const header = `{"orchtest_trace":1,"test":"TestX","seed":3,"schedule":7}` + "\n"

// TestShrinker leaves out what is not needed: the schedule fails if thread 1 has the second turn.
func TestShrinker(t *testing.T) {
	s, err := trace.NewShrinker(header + "turn 0: *0 1\nturn 0: 0 *1\nturn 1: *0 1\nturn 0: 0 *1\n")
	if err != nil {
		t.Fatal(err)
	}
	if s.Preemptions() != 3 || s.Departures() != 3 {
		t.Errorf("got %d of %d, want 3 of 3", s.Preemptions(), s.Departures())
	}
	for text, ok := s.Next(); ok; text, ok = s.Next() {
		recorded := text
		if lines := strings.Split(text, "\n"); lines[2] == "turn 0: *0 1" {
			recorded = ""
		}
		if err := s.Told(recorded != "", recorded); err != nil {
			t.Fatal(err)
		}
	}
	want := "turn 0: *0 1\nturn 0: 0 *1\nturn 1: 0 *1\nturn 0: *0 1\n"
	if got := s.Best(); !strings.HasSuffix(got, want) || s.Preemptions() != 1 || s.Departures() != 1 {
		t.Errorf("got\n%s", got)
	}
}

func TestReadHeader(t *testing.T) {
	h, err := trace.ReadHeader(header)
	if err != nil || h.Test != "TestX" || h.Seed != 3 || h.Schedule != 7 {
		t.Errorf("got %+v, %v", h, err)
	}
	for _, text := range []string{"", header + "turn\n"} {
		if _, err := trace.ReadHeader(text); err == nil {
			t.Errorf("%q: no error", text)
		}
		if _, err := trace.NewShrinker(text); err == nil {
			t.Errorf("%q: no error", text)
		}
		s, _ := trace.NewShrinker(header)
		if err := s.Told(true, text); (err != nil) != (text != "") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
