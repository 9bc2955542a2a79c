package timeline_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/timeline"
)

var update = flag.Bool("update", false, "write the golden files")

var source = map[int]string{
	14: "if a.balance < amount {",
	17: "a.balance -= amount",
	22: "a.mu.Lock()",
	30: `log.Printf("残高は %d 円です 💰", a.balance) // 這一行很長, 因為它必須被截斷才能放進一個欄位`,
}

func sourceLine(_ string, line int) string { return source[line] }

const file = "/src/bank/account.go"

func at(thread, line int) protocol.Turn {
	return protocol.Turn{Thread: thread, File: file, Line: line}
}

func ends(thread int) protocol.Turn { return protocol.Turn{Thread: thread, End: protocol.Returned} }

// scenarios are drawn in golden files.
var scenarios = map[string]protocol.Scenario{
	"lost update": {
		Threads: []string{"first", "second"}, FailedTurn: 3, Failed: true,
		Turns: []protocol.Turn{at(0, 14), at(1, 14), at(0, 17), ends(0), ends(1)},
	},
	"blocked": {
		Threads: []string{"holder", "waiter"}, FailedTurn: -1,
		Turns: []protocol.Turn{
			at(0, 14),
			{Thread: 1, End: protocol.Returned, Waits: []protocol.Wait{{On: "sync.Mutex.Lock", File: file, Line: 22, Until: 4}}},
			{Thread: 0, File: file, Line: 17, Blocked: []int{1}},
			{Thread: 0, End: protocol.Returned, Blocked: []int{1}},
		},
	},
	"deadlock": {
		Threads: []string{"a to b", "b to a"}, FailedTurn: 3, Failed: true,
		Turns: []protocol.Turn{
			at(0, 14), at(1, 14),
			{Thread: 0, End: protocol.StillBlocked, Waits: []protocol.Wait{{On: "sync.Mutex.Lock", File: file, Line: 22}}},
			{Thread: 1, End: protocol.StillBlocked, Blocked: []int{0}, Waits: []protocol.Wait{{On: "sync.Mutex.Lock", File: file, Line: 22}}},
		},
	},
	"wide names": {
		Threads: []string{"振込 первый", "👩‍👩‍👧 家族", "tab\there"}, FailedTurn: 2, Failed: true,
		Turns: []protocol.Turn{at(0, 30), at(1, 30), {Thread: 2, End: protocol.Panicked, File: file, Line: 17}, ends(0), ends(1)},
	},
	"many threads": manyThreads(20),
	"one":          {Threads: []string{"only"}, FailedTurn: -1, Turns: []protocol.Turn{ends(0)}},
}

func manyThreads(n int) protocol.Scenario {
	s := protocol.Scenario{FailedTurn: n, Failed: true}
	for i := range n {
		s.Threads = append(s.Threads, fmt.Sprintf("worker %d", i))
		s.Turns = append(s.Turns, at(i, 14))
	}
	for i := range n {
		s.Turns = append(s.Turns, ends(i))
	}
	return s
}

func TestDraw(t *testing.T) {
	for name, s := range scenarios {
		for _, o := range []timeline.Options{{Width: 60}, {}, {Width: 200}, {Width: 80, Color: true}} {
			file := fmt.Sprintf("%s-%d", strings.ReplaceAll(name, " ", "-"), o.Width)
			t.Run(file, func(t *testing.T) {
				o.Folder, o.Source = "/src", sourceLine
				got := timeline.Draw(s, o)
				path := filepath.Join("testdata", file+".golden")
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

// TestDrawFits: whatever the scenario, no line is wider than asked for, each divider stands below the one of the
// line before, and nothing but a sequence for colour differs where there is colour.
func TestDrawFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScenario(t)
		o := timeline.Options{Width: rapid.IntRange(1, 200).Draw(t, "width"), Folder: "/src", Source: sourceLine}
		text := timeline.Draw(s, o)
		if !utf8.ValidString(text) {
			t.Fatalf("not UTF-8: %q", text)
		}
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		columns := dividers(lines[0])
		for _, line := range lines {
			if strings.HasPrefix(line, "▸ another") {
				continue // the legend
			}
			if w := uniseg.StringWidth(line); w > max(o.Width, 40) {
				t.Fatalf("%d wide, want %d at most: %q\n%s", w, o.Width, line, text)
			}
			if got := dividers(line); fmt.Sprint(got) != fmt.Sprint(columns[:min(len(columns), len(got))]) {
				t.Fatalf("dividers at %v, want %v: %q\n%s", got, columns, line, text)
			}
		}
		for i := range s.Turns {
			if number := fmt.Sprint(i + 1); !strings.Contains(text, number) {
				t.Fatalf("turn %s is missing\n%s", number, text)
			}
		}
		if failed := strings.Count(text, "✗ failed here"); failed != btoi(s.FailedTurn >= 0) {
			t.Fatalf("%d turns failed, want FailedTurn %d\n%s", failed, s.FailedTurn, text)
		}
		o.Color = true
		if got := plain(timeline.Draw(s, o)); got != text {
			t.Fatalf("in colour\n%s\nand without\n%s", got, text)
		}
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// dividers are the columns at which a line has one.
func dividers(line string) (at []int) {
	column := 0
	for g := uniseg.NewGraphemes(line); g.Next(); column += g.Width() {
		if g.Str() == "│" || g.Str() == "┼" {
			at = append(at, column)
		}
	}
	return at
}

// plain is text without the sequences that set a colour, and without the spaces that these kept from being trimmed.
func plain(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "\x1b[")
		b.WriteString(before)
		if !found {
			break
		}
		_, text, _ = strings.Cut(rest, "m")
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func drawScenario(t *rapid.T) protocol.Scenario {
	names := rapid.SampledFrom([]string{"a", "first", "第一のスレッド", "👍🏽", "e\u0301tude", "a name that is rather long", "x\ny", ""})
	s := protocol.Scenario{Threads: rapid.SliceOfN(names, 1, 8).Draw(t, "threads"), FailedTurn: -1}
	turns := rapid.IntRange(1, 30).Draw(t, "turns")
	for i := range turns {
		turn := protocol.Turn{
			Thread: rapid.IntRange(0, len(s.Threads)-1).Draw(t, "thread"),
			End: rapid.SampledFrom([]protocol.End{protocol.AtSyncpoint, protocol.Returned, protocol.Panicked, protocol.Exited,
				protocol.Unfinished, protocol.StillBlocked}).Draw(t, "end"),
			File: rapid.SampledFrom([]string{"", file, "/elsewhere/with/a/long/path/to/some/package/file.go", "/src/日本語.go"}).Draw(t, "file"),
			Line: rapid.SampledFrom([]int{14, 17, 22, 30, 31}).Draw(t, "line"),
		}
		if rapid.IntRange(0, 3).Draw(t, "waits") == 0 {
			wait := protocol.Wait{On: "sync.Mutex.Lock", File: file, Line: 22}
			if until := rapid.IntRange(0, turns-i).Draw(t, "until"); until > 0 && turn.End != protocol.StillBlocked && turn.End != protocol.Unfinished {
				wait.Until = i + until
			}
			turn.Waits = append(turn.Waits, wait)
		}
		s.Turns = append(s.Turns, turn)
	}
	if rapid.Bool().Draw(t, "fails") {
		s.FailedTurn = rapid.IntRange(0, turns-1).Draw(t, "failed turn")
	}
	return s
}
