package hunting_test

import (
	"testing"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
)

func report(schedule int, kind, identity string) protocol.HuntReport {
	return protocol.HuntReport{Kind: protocol.HuntFinding, Schedule: schedule, Finding: &protocol.Finding{Kind: kind, Identity: identity}}
}

func TestFindings(t *testing.T) {
	var all hunting.Findings
	a := all.Add(report(3, protocol.FoundLeak, "a"), "")
	b := all.Add(report(5, protocol.FoundLeak, "b"), "")
	all.Add(report(7, protocol.FoundLeak, "a"), "")
	c := all.Add(report(9, protocol.FoundDeadlock, "a"), "")
	d := all.Add(report(11, protocol.FoundPanic, "d"), "")
	all.Confirm(b, report(5, protocol.FoundLeak, "b"), "")
	all.Confirm(c, report(9, protocol.FoundDeadlock, "a"), "")
	all.Confirm(a, report(7, protocol.FoundLeak, "a"), "")
	all.Confirm(a, report(3, protocol.FoundLeak, "a"), "")
	if a.Name != "leak#01" || b.Name != "leak" || c.Name != "deadlock" || d.Name != "" {
		t.Errorf("got the names %q, %q, %q, %q", a.Name, b.Name, c.Name, d.Name)
	}
	if a.Schedule != 7 || a.Times != 2 {
		t.Errorf("got schedule %d, %d times, want the one that was confirmed first, of two", a.Schedule, a.Times)
	}
	if got, want := hunting.Counted(hunting.Seen(all.Confirmed())), "leak#01 (2 times), leak (once), deadlock (once)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := hunting.Counted(hunting.Seen(all.Unconfirmed())), "panic (once)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if e := all.Instead(d, report(11, protocol.FoundLeak, "b"), "text"); e != b || b.Times != 2 || len(all.Unconfirmed()) != 0 {
		t.Errorf("what came in place of a finding is not that: %+v", e)
	}
}

func TestSelection(t *testing.T) {
	for _, test := range []struct{ run, name, want string }{
		{"", "TestA", "^TestA$"},
		{"A", "TestA", "^TestA$"},
		{"^TestB$", "TestA", ""},
		{"TestA/sub/x|y", "TestA", "^TestA$/sub/x"},
		{"TestA/sub|TestA/other|TestB", "TestA", "^TestA$/other|^TestA$/sub"},
		{"Test(A|B)/[|/]x", "TestB", "^TestB$/[|/]x"},
	} {
		selection, err := hunting.ReadSelection(test.run)
		if err != nil {
			t.Fatal(err)
		}
		if got := selection.Pattern(test.name); got != test.want {
			t.Errorf("-run %q: got %q for %s, want %q", test.run, got, test.name, test.want)
		}
	}
	for _, test := range []struct {
		skip, name string
		want       bool
	}{
		{"Slow", "TestSlow", true},
		{"Slow", "TestFast", false},
		{"TestA/sub", "TestA", false},
		{"TestA/sub|^TestB$", "TestB", true},
	} {
		selection, err := hunting.ReadSelection(test.skip)
		if err != nil {
			t.Fatal(err)
		}
		if got := selection.All(test.name); got != test.want {
			t.Errorf("-skip %q: got %v for %s", test.skip, got, test.name)
		}
	}
	if _, err := hunting.ReadSelection("Test("); err == nil {
		t.Error("a pattern that is wrong is accepted")
	}
}

func TestTestNames(t *testing.T) {
	got := hunting.TestNames("some output\nTestA\nBenchmarkB\nTest\nExampleC\nTestD said: hello\nFuzzE\nok\n")
	if len(got) != 2 || got[0] != "TestA" || got[1] != "Test" {
		t.Errorf("got %q", got)
	}
}

func TestTally(t *testing.T) {
	tally := hunting.NewTally(protocol.HuntRequest{First: 10, Stride: 3})
	text := `kind="progress" schedule=16 schedules=2 longest=40 delay="d"
kind="inconclusive" schedule=19 reason="steps"

kind="finding" schedule=22 finding="{\"kind\":\"leak\",\"identity\":\"l\"}"
kind="fin`
	for i := 0; i < len(text); i += 7 {
		tally.Write([]byte(text[i:min(i+7, len(text))]))
	}
	if tally.Ran != 5 || tally.Next != 25 || tally.Longest != 40 || tally.Delay != "d" || tally.Done || tally.Err != nil ||
		len(tally.Findings) != 1 || len(tally.Inconclusive) != 1 {
		t.Errorf("got %+v", tally)
	}
	tally.Write([]byte("\n"))
	if tally.Err == nil {
		t.Error("a line that cannot be read is accepted")
	}
	if tally = hunting.NewTally(protocol.HuntRequest{}); tally.Err != nil {
		t.Fatal(tally.Err)
	}
	if tally.Write([]byte("kind=\"later version\"\n")); tally.Err == nil {
		t.Error("a kind that is not known is accepted")
	}
}
