package html

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
)

// TestLanesOfFindings: whatever was found, what holds of lanes holds, and every thread that is blocked at the end has
// a lane in which one sees it.
func TestLanesOfFindings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFinding(t)
		c := sceneOfFinding(f, hunting.Telling{Folder: "/src", File: func(site string) string { return "/src/" + site }}, anyCode)
		l := checkLanes(t, c)
		if l.Mark == nil {
			t.Fatal("there is no mark")
		}
		names := hunting.ThreadNames(f.Threads)
		for i, thread := range f.Threads {
			if thread.On == "" {
				continue
			}
			seen := false
			for _, at := range l.Threads {
				for _, w := range l.Stretches {
					seen = seen || at.Name == names[i] && w.Y < at.Y && at.Y < w.Y+w.Height && w.X+w.Width == l.Width
				}
			}
			if !seen {
				t.Fatalf("one does not see that %s is blocked: %+v", names[i], l)
			}
		}
	})
}

func drawFinding(t *rapid.T) protocol.Finding {
	site := rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf("%s\texample.com/shop/%s.go:%d:2", rapid.SampledFrom([]string{"sync.Mutex.Lock", "chan send", "a\x00b", "select"}).Draw(t, "op"),
			rapid.SampledFrom([]string{"a", "b", "a_very_long_name_of_a_file"}).Draw(t, "file"), rapid.IntRange(1, 60).Draw(t, "line"))
	})
	f := protocol.Finding{Kind: protocol.FoundDeadlock, Skipped: rapid.SampledFrom([]int{0, 0, 1700}).Draw(t, "skipped")}
	n := rapid.OneOf(rapid.IntRange(1, 4), rapid.IntRange(1, 30)).Draw(t, "threads")
	blocked := make([]bool, n)
	for range rapid.OneOf(rapid.IntRange(0, 12), rapid.IntRange(0, 2*longest)).Draw(t, "turns") {
		turn := protocol.HuntTurn{Thread: rapid.IntRange(-1, n-1).Draw(t, "thread"), From: site.Draw(t, "from"), Blocked: rapid.IntRange(0, 3).Draw(t, "blocked") == 0}
		if turn.Blocked = turn.Blocked && turn.Thread >= 0; !turn.Blocked {
			turn.To = site.Draw(t, "to")
		}
		if turn.Thread >= 0 {
			blocked[turn.Thread] = turn.Blocked
		}
		f.Turns = append(f.Turns, turn)
	}
	for i := range n {
		thread := protocol.HuntThread{Number: i, Parent: i - 1}
		if i > 0 {
			thread.Started = fmt.Sprintf("go\texample.com/shop/a.go:%d:2", i)
		}
		took := false
		for _, turn := range f.Turns {
			took = took || turn.Thread == i
		}
		if blocked[i] || !took && f.Skipped > 0 {
			thread.On, thread.At, thread.Since = "sync.Mutex.Lock", "example.com/shop/a.go:7", 3
		}
		f.Threads = append(f.Threads, thread)
	}
	return f
}

// TestSizeOfLongFindings: many turns of many threads make a page that is small and has each piece of code once.
func TestSizeOfLongFindings(t *testing.T) {
	f := protocol.Finding{Kind: protocol.FoundLeak}
	for i := range 30 {
		f.Threads = append(f.Threads, protocol.HuntThread{Number: i, Started: fmt.Sprintf("go\texample.com/shop/a.go:%d:2", i+1)})
	}
	for i := range 2000 {
		at := func(n int) string { return fmt.Sprintf("sync.Mutex.Lock\texample.com/shop/a.go:%d:2", n%20+1) }
		f.Turns = append(f.Turns, protocol.HuntTurn{Thread: i / 3 % 30, From: at(i), To: at(i + 1)})
	}
	telling := hunting.Telling{File: func(site string) string { return site }}
	drawn := failure{ID: "f1", Lanes: newLanes(sceneOfFinding(f, telling, anyCode))}
	if size := drawn.draw(); size > 300<<10 {
		t.Errorf("%d bytes", size)
	}
	if got := strings.Count(string(drawn.Drawing), "<pre class=\"code\""); got != 20 {
		t.Errorf("%d pieces of code, want 20", got)
	}
	if want := "1,700 of 2,000 turns are not drawn"; !strings.Contains(drawn.Lanes.Left, want) {
		t.Errorf("it says %q, want %q", drawn.Lanes.Left, want)
	}
}
