package runner

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
	"github.com/orchtest/orchtest/timeline"
)

// TestTrailText: what is written is read again as it was, and stands in a command without quotes.
func TestTrailText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var was trail
		for range rapid.IntRange(1, 8).Draw(t, "places") {
			was.places = append(was.places, place{
				file: rapid.SampledFrom([]string{"a.go", "b_test.go", "c-d.go"}).Draw(t, "file"),
				line: rapid.IntRange(1, 5000).Draw(t, "line"), key: rapid.StringMatching(`[a-z2-7]{4}`).Draw(t, "key"),
			})
		}
		for range rapid.IntRange(1, 30).Draw(t, "turns") {
			was.stops = append(was.stops, rapid.IntRange(cutOff, len(was.places)-1).Draw(t, "stop"))
			was.waited = append(was.waited, rapid.Bool().Draw(t, "waited"))
		}
		text := was.String()
		if shellQuote(text) != text {
			t.Errorf("it has to be quoted: %s", text)
		}
		is, err := parseTrail(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(was, *is, cmp.AllowUnexported(trail{}, place{})); diff != "" {
			t.Errorf("%s (-was +is):\n%s", text, diff)
		}
		if changes, lines := was.changes(is, make([]int, len(was.stops)), nil); len(changes)+len(lines) > 0 {
			t.Errorf("it differs from itself: %q %q", changes, lines)
		}
	})
}

func FuzzTrail(f *testing.F) {
	f.Add("account.go:14=k3fa,17=9xqz/ab+a-_")
	f.Add("a.go:1=a/a")
	f.Add("a.go:1=a,b.go:2=b/")
	f.Add("/")
	f.Add("a:1=/+")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := parseTrail(text)
		if err != nil {
			if !strings.Contains(err.Error(), "--syncpoints") {
				t.Errorf("it does not say which flag is wrong: %v", err)
			}
			return
		}
		again, err := parseTrail(read.String())
		if err != nil {
			t.Fatalf("%q is written as %q: %v", text, read.String(), err)
		}
		if diff := cmp.Diff(read, again, cmp.AllowUnexported(trail{}, place{})); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	})
}

// TestPlaces: a syncpoint is the same when text is inserted above, and another one when its line, its function, its
// name, or its place among equal lines is.
func TestPlaces(t *testing.T) {
	const code = "package a\n\nfunc (a *A[T]) F() {\n\tx() // pragma: SYNCPOINT\n\tx() // pragma: SYNCPOINT\n}\n\nfunc G() {\n\tx() // pragma: SYNCPOINT\n}\n"
	key := func(text string, line int, name string) string {
		file := filepath.Join(t.TempDir(), "a.go")
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return newPlaces(&timeline.Source{}).place(file, line, name).key
	}
	first := key(code, 4, "")
	for name, test := range map[string]struct {
		key  string
		same bool
	}{
		"text above":       {key("// new\n"+code, 5, ""), true},
		"text in front":    {key(strings.Replace(code, "{\n", "{\n\ty()\n", 1), 5, ""), true},
		"CRLF":             {key(strings.ReplaceAll(code, "\n", "\r\n"), 4, ""), true},
		"indentation":      {key(strings.ReplaceAll(code, "\tx", "\t\tx"), 4, ""), true},
		"no receiver":      {key(strings.Replace(code, "(a *A[T]) ", "", 1), 4, ""), false},
		"another line":     {key(strings.Replace(code, "x()", "y()", 1), 4, ""), false},
		"the second one":   {key(code, 5, ""), false},
		"another function": {key(code, 9, ""), false},
		"a name":           {key(code, 4, "refill"), false},
	} {
		if same := test.key == first; same != test.same {
			t.Errorf("%s: same is %v, want %v", name, same, test.same)
		}
	}
	if a, b := newPlaces(&timeline.Source{}).place("/nowhere/a.go", 3, ""), newPlaces(&timeline.Source{}).place("/nowhere/a.go", 4, ""); a.key == b.key {
		t.Error("without the file lines are the same")
	}
}

func TestChanges(t *testing.T) {
	name := func(thread int) string { return []string{"first", "second"}[thread] }
	for _, test := range []struct{ name, was, is, changes, lines string }{
		{"the same", "a.go:5=aaaa/aa--", "a.go:5=aaaa/aa--", "", ""},
		{"other lines", "a.go:5=aaaa/aa--", "a.go:7=aaaa/aa--", "", "a.go:5 is at a.go:7"},
		{"another file", "a.go:5=aaaa/aa--", "b.go:5=aaaa/aa--", "", "a.go:5 is at b.go:5"},
		{"another text", "a.go:5=aaaa/aa--", "a.go:5=bbbb/aa--", "a.go:5 is another line now", ""},
		{"another place", "a.go:5=aaaa/aa--", "a.go:5=aaaa,7=bbbb/ab--", "turn 2 of second ended at a.go:5, and ends at a.go:7 now", ""},
		{"an end", "a.go:5=aaaa/aa--", "a.go:5=aaaa/a---", "turn 2 of second ended at a.go:5, and ends at its thread's end now", ""},
		{"a turn that cannot be", "a.go:5=aaaa/aa--", "a.go:5=aaaa/aa", "turn 3, which was of first, cannot be now", ""},
		{"it waits", "a.go:5=aaaa/aa--", "a.go:5=aaaa/a+a--", "turn 2 of second has to wait now", ""},
		{"it waits no more", "a.go:5=aaaa/a+a--", "a.go:5=aaaa/aa--", "turn 2 of second had to wait, and has not now", ""},
		{"after a panic nothing is known", "a.go:5=aaaa/a_", "a.go:5=aaaa/aa--", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			was, err := parseTrail(test.was)
			if err != nil {
				t.Fatal(err)
			}
			is, err := parseTrail(test.is)
			if err != nil {
				t.Fatal(err)
			}
			changes, lines := was.changes(is, []int{0, 1, 0, 1}, name)
			if got := strings.Join(changes, "; "); got != test.changes {
				t.Errorf("changes: got %q, want %q", got, test.changes)
			}
			if got := strings.Join(lines, "; "); got != test.lines {
				t.Errorf("lines: got %q, want %q", got, test.lines)
			}
		})
	}
}

// TestAdapt: whatever was and is, what comes out is a sequence of the counts; where nothing has changed it is the same;
// and turns that there still are stand in their order.
func TestAdapt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) [][]int { // the lines at which the threads' turns end
			return rapid.SliceOfN(rapid.SliceOfNDistinct(rapid.IntRange(1, 6), 1, 4, rapid.ID[int]), 1, 3).Draw(t, label)
		}
		were, are := draw("were"), draw("are")
		if rapid.Bool().Draw(t, "nothing has changed") {
			are = were
		}
		countsOf := func(threads [][]int) (counts []int) {
			for _, lines := range threads {
				counts = append(counts, len(lines))
			}
			return counts
		}
		scenario := func(threads [][]int, sequence []int) *protocol.Scenario {
			report := &protocol.Scenario{}
			at := make([]int, len(threads))
			for _, thread := range sequence {
				report.Turns = append(report.Turns, protocol.Turn{Thread: thread, File: "/nowhere/a.go", Line: threads[thread][at[thread]]})
				at[thread]++
			}
			return report
		}
		sequence := rapid.Permutation(permutations.Serial(countsOf(were))).Draw(t, "sequence")
		find := newPlaces(&timeline.Source{})
		was := find.trail(scenario(were, sequence), sequence)
		counts := countsOf(are)
		got := was.adapt(sequence, counts, scenario(are, permutations.Serial(counts)), find)
		if err := permutations.Check(got, counts); err != nil {
			t.Fatalf("%v becomes %v: %v", sequence, got, err)
		}
		if slices.EqualFunc(were, are, slices.Equal[[]int]) && !slices.Equal(got, sequence) {
			t.Errorf("%v becomes %v, and nothing has changed", sequence, got)
		}
	})
}

func TestAdaptInserts(t *testing.T) {
	report := func(sequence []int, lines ...int) *protocol.Scenario {
		s := &protocol.Scenario{}
		for i, thread := range sequence {
			turn := protocol.Turn{Thread: thread, File: "/nowhere/a.go", Line: lines[i]}
			if turn.Line == 0 {
				turn = protocol.Turn{Thread: thread, End: protocol.Returned}
			}
			s.Turns = append(s.Turns, turn)
		}
		return s
	}
	for _, test := range []struct {
		name   string
		counts []int
		serial *protocol.Scenario
		want   []int
	}{
		{"a turn before", []int{3, 2}, report([]int{0, 0, 0, 1, 1}, 4, 5, 0, 5, 0), []int{0, 0, 1, 1, 0}},
		{"a turn behind", []int{3, 2}, report([]int{0, 0, 0, 1, 1}, 5, 6, 0, 5, 0), []int{0, 1, 1, 0, 0}},
		{"one turn less", []int{1, 2}, report([]int{0, 1, 1}, 0, 5, 0), []int{1, 1, 0}},
		{"a new thread", []int{2, 2, 1}, report([]int{0, 0, 1, 1, 2}, 5, 0, 5, 0, 0), []int{0, 1, 1, 0, 2}},
		{"a thread less", []int{2}, report([]int{0, 0}, 5, 0), []int{0, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			find := newPlaces(&timeline.Source{})
			sequence := []int{0, 1, 1, 0}
			was := find.trail(report(sequence, 5, 5, 0, 0), sequence)
			if got := was.adapt(sequence, test.counts, test.serial, find); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
