package html

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/junit"
	"github.com/orchtest/orchtest/lib/protocol"
)

// TestLanes: whatever the scenario, each part of it is a block in the lane of its thread, behind the one before, all
// are in the picture, and one of them is shown.
func TestLanes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScenario(t)
		l := checkLanes(t, sceneOf(s, "/src", anyCode))
		if len(l.Threads) != len(s.Threads) {
			t.Fatalf("%d lanes of %d threads", len(l.Threads), len(s.Threads))
		}
		failed := 0
		for _, b := range l.Blocks {
			failed += btoi(b.Failed)
		}
		if want := btoi(s.FailedTurn >= 0); failed != want {
			t.Fatalf("%d blocks failed, want %d", failed, want)
		}
		if (l.Mark != nil) != s.Failed {
			t.Fatalf("failed is %v, and the mark %v", s.Failed, l.Mark)
		}
	})
}

func anyCode(_ string, first, last int) []string { return make([]string, last-first+1) }

// checkLanes checks what holds of whatever is drawn.
func checkLanes(t *rapid.T, c scene) *lanes {
	l := newLanes(c)
	l.name("f1")
	if want := min(len(c.rows), longest); len(l.Blocks) != want || len(l.Steps) != want {
		t.Fatalf("%d blocks and %d steps of %d parts", len(l.Blocks), len(l.Steps), len(c.rows))
	}
	if want := len(c.rows) > longest || c.turns > len(c.rows) || len(l.Threads) < len(c.threads); (l.Left != "") != want {
		t.Fatalf("%d parts, %d lanes of %d threads, and it says %q", len(c.rows), len(l.Threads), len(c.threads), l.Left)
	}
	inLane := func(y, height int) bool {
		return slices.ContainsFunc(l.Threads, func(at lane) bool {
			return y < at.Y && at.Y < y+height && y > at.Y-l.Lane/2 && y+height < at.Y+l.Lane/2
		})
	}
	edge, on := 0, 0
	for i, b := range l.Blocks {
		if b.X < edge || b.X+b.Width > l.Width || !inLane(b.Y, b.Height) {
			t.Fatalf("block %d is at %d,%d: %+v", i, b.X, b.Y, l)
		}
		edge = b.X + b.Width
		on += btoi(b.On)
		if b.ID != l.Steps[i].ID || b.On != l.Steps[i].On {
			t.Fatalf("block %+v has step %+v", b, l.Steps[i])
		}
		if same := l.Steps[i].Same; same != nil && (same.Code == nil || same.ID == b.ID) {
			t.Fatalf("step %d has the code of %+v", i, same)
		}
	}
	for _, w := range l.Stretches {
		if w.Width <= 0 || w.X < 0 || w.X+w.Width > l.Width || !inLane(w.Y, w.Height) {
			t.Fatalf("a thread is blocked from %d on, for %d, of %d", w.X, w.Width, l.Width)
		}
		for i, b := range l.Blocks {
			if b.Y < w.Y && w.Y < b.Y+b.Height && w.X < b.X+b.Width && b.X < w.X+w.Width {
				t.Fatalf("a thread is blocked in %+v, and has the turn of block %d, %+v", w, i, b)
			}
		}
	}
	if on != btoi(len(c.rows) > 0) {
		t.Fatalf("%d blocks are shown", on)
	}
	return l
}

func drawScenario(t *rapid.T) protocol.Scenario {
	s := protocol.Scenario{Threads: []string{"first", "", "x\ny", "第一"}[:rapid.IntRange(1, 4).Draw(t, "threads")], FailedTurn: -1}
	turns := rapid.OneOf(rapid.IntRange(1, 12), rapid.IntRange(1, 2*longest)).Draw(t, "turns")
	for i := range turns {
		turn := protocol.Turn{
			Thread: rapid.IntRange(0, len(s.Threads)-1).Draw(t, "thread"),
			End:    rapid.SampledFrom([]protocol.End{protocol.AtSyncpoint, protocol.Returned, protocol.Panicked, protocol.StillBlocked}).Draw(t, "end"),
			File:   rapid.SampledFrom([]string{"", "/src/a.go", "/elsewhere/a_very_long_name_of_a_file.go"}).Draw(t, "file"),
			Line:   rapid.IntRange(0, 40).Draw(t, "line"),
		}
		if rapid.IntRange(0, 3).Draw(t, "waits") == 0 {
			wait := protocol.Wait{On: "sync.Mutex.Lock", File: "/src/a.go", Line: 22}
			if until := rapid.IntRange(0, turns-i).Draw(t, "until"); until > 0 && turn.End != protocol.StillBlocked {
				wait.Until = i + until
			}
			turn.Waits = append(turn.Waits, wait)
		}
		s.Turns = append(s.Turns, turn)
	}
	if s.Failed = rapid.Bool().Draw(t, "failed"); s.Failed {
		s.FailedTurn = rapid.IntRange(-1, turns-1).Draw(t, "failed turn")
	}
	return s
}

// TestExcerpt: which lines of code are shown.
func TestExcerpt(t *testing.T) {
	source := func(file string, first, last int) (lines []string) {
		for n := first; n <= min(last, 50) && file != ""; n++ {
			lines = append(lines, fmt.Sprint(n))
		}
		return lines
	}
	for name, test := range map[string]struct {
		from, to                place
		first, last, from1, to1 int // 0 is none
	}{
		"from the start":   {place{}, place{"a.go", 10}, 8, 12, 0, 10},
		"at the beginning": {place{}, place{"a.go", 1}, 1, 3, 0, 1},
		"between":          {place{"a.go", 10}, place{"a.go", 14}, 9, 16, 10, 14},
		"round a loop":     {place{"a.go", 14}, place{"a.go", 10}, 8, 12, 0, 10},
		"far":              {place{"a.go", 10}, place{"a.go", 40}, 38, 42, 0, 40},
		"to another file":  {place{"b.go", 10}, place{"a.go", 11}, 9, 13, 0, 11},
		"to the end":       {place{"a.go", 10}, place{}, 9, 14, 10, 0},
		"the same line":    {place{"a.go", 10}, place{"a.go", 10}, 9, 12, 10, 10},
		"beyond the file":  {place{}, place{"a.go", 90}, 0, 0, 0, 0},
		"nowhere":          {place{}, place{}, 0, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := excerpt(test.from, test.to, source)
			first, last, from, to := 0, 0, 0, 0
			for _, line := range got.lines {
				if first == 0 {
					first = line.Number
				}
				last = line.Number
				if line.From {
					from = line.Number
				}
				if line.To {
					to = line.Number
				}
			}
			if first != test.first || last != test.last || from != test.from1 || to != test.to1 {
				t.Errorf("lines %d to %d, from %d to %d; want %d to %d, from %d to %d", first, last, from, to, test.first, test.last, test.from1, test.to1)
			}
		})
	}
}

// TestExplained: the output of a scenario is taken apart, and nothing of it is lost.
func TestExplained(t *testing.T) {
	const added = "\n    scenario 0,1 failed: it took too long\n    it diverged\n    threads: 0 \"a\" 1 \"b\"\n\n    a table\n\n    replay: orchtest --sequence 0,1 .\n"
	for name, test := range map[string]struct {
		output string
		want   explanation
	}{
		"behind": {"    x_test.go:1: no\n" + added, explanation{
			"    x_test.go:1: no\n", "it took too long\nit diverged",
			"scenario 0,1 failed: it took too long\nit diverged\nthreads: 0 \"a\" 1 \"b\"\n\na table\n\nreplay: orchtest --sequence 0,1 .",
		}},
		"before stacks": {"out\n" + added + "\ngoroutine 1:\n", explanation{
			"out\ngoroutine 1:\n", "it took too long\nit diverged",
			"scenario 0,1 failed: it took too long\nit diverged\nthreads: 0 \"a\" 1 \"b\"\n\na table\n\nreplay: orchtest --sequence 0,1 .",
		}},
		"none":           {"just output\n", explanation{output: "just output\n"}},
		"broken off":     {"out\n    scenario 0,1 failed\n    threads: 0", explanation{output: "out\n    scenario 0,1 failed\n    threads: 0"}},
		"of another one": {"    scenario 1,0 failed\n    replay: orchtest --sequence 0,1 .\n", explanation{output: "    scenario 1,0 failed\n    replay: orchtest --sequence 0,1 .\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := junit.Case{Output: test.output, Scenario: &junit.Scenario{Label: "0,1", Replay: [2]string{"orchtest --sequence ", " ."}}}
			if got := explained(&c); got != test.want {
				t.Errorf("got %#v\nwant %#v", got, test.want)
			}
			// What is said of the switches that it needs stands elsewhere.
			c.Output = strings.Replace(c.Output, "failed: it took", "failed: it took\n    needs 1 switch: a\n   ", 1)
			c.Scenario.Turns = &protocol.Scenario{Needs: "needs 1 switch: a"}
			if got := explained(&c); strings.Contains(got.reason, "switch") {
				t.Errorf("the reason is %q", got.reason)
			}
		})
	}
}

// TestMessage: the line that stands for a failure is what says most about it.
func TestMessage(t *testing.T) {
	for name, test := range map[string]struct{ output, want string }{
		"said by the test":    {"    x_test.go:1: no\n\n    scenario 0,1 failed\n", "x_test.go:1: no"},
		"with a note":         {"    x_test.go:1: no\n\n    scenario 0,1 failed\n    it failed in a batch, too\n", "x_test.go:1: no"},
		"said by the verdict": {"    x_test.go:1: hello\n\n    scenario 0,1 failed: it took too long\n    it diverged\n", "it took too long"},
		"just a note":         {"\n    scenario 0,1 failed\n    it was part of the plan run\n", "it was part of the plan run"},
	} {
		t.Run(name, func(t *testing.T) {
			c := junit.Case{Output: test.output + "    threads: 0 \"a\"\n\n    replay: orchtest --sequence 0,1 .\n",
				Scenario: &junit.Scenario{Label: "0,1", Replay: [2]string{"orchtest --sequence ", " ."}}}
			if got := message(&c, explained(&c)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
