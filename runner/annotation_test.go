package runner

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// readCommand reads a line as the runner of GitHub Actions does (ActionCommand.TryParseV2).
func readCommand(t interface{ Fatalf(string, ...any) }, line string) annotation {
	end := strings.Index(line[2:], "::")
	if !strings.HasPrefix(line, "::") || end < 0 {
		t.Fatalf("no command: %q", line)
	}
	name, properties, _ := strings.Cut(line[2:2+end], " ")
	if name != "error" {
		t.Fatalf("the command is %q", name)
	}
	unescape := func(text string, codes ...string) string {
		for i := 0; i < len(codes); i += 2 {
			text = strings.ReplaceAll(text, codes[i], codes[i+1])
		}
		return text
	}
	data := []string{"%0D", "\r", "%0A", "\n", "%25", "%"}
	a := annotation{message: unescape(line[2+end+2:], data...)}
	for property := range strings.SplitSeq(properties, ",") {
		key, value, _ := strings.Cut(property, "=")
		value = unescape(value, append([]string{"%3A", ":", "%2C", ","}, data...)...)
		switch key {
		case "file":
			a.file = value
		case "line":
			a.line, _ = strconv.Atoi(value)
		case "title":
			a.title = value
		}
	}
	return a
}

func TestGitHubReadsWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("a:,=% \r\nD02AC5é\"'")))
		want := annotation{file: text.Draw(t, "file"), title: text.Draw(t, "title"), message: text.Draw(t, "message")}
		if want.file != "" {
			want.line = rapid.IntRange(1, 1e6).Draw(t, "line")
		}
		line, found := strings.CutSuffix(want.String(), "\n")
		if !found || strings.ContainsAny(line, "\r\n") {
			t.Fatalf("not one line: %q", line)
		}
		if got := readCommand(t, line); got != want {
			t.Fatalf("%q: got %+v, want %+v", line, got, want)
		}
	})
}

func TestClues(t *testing.T) {
	within := func(file string) (string, bool) { return strings.CutPrefix(file, "/repo/") }
	for _, test := range []struct{ name, output, want string }{
		{"nothing", "    hello\n", ":0 "},
		{"an error", "    a_test.go:7: wrong\n", "a_test.go:7 wrong"},
		{"a log before it", "    a_test.go:6: fine\n    a_test.go:7: wrong\n", "a_test.go:7 wrong"},
		{"of several lines", "    a_test.go:7: wrong\n        so\n          much\n    else\n        not\n", "a_test.go:7 wrong|so|  much"},
		{"an empty first line, as testify's", "    a_test.go:7: \n        \tError Trace:\t/repo/a_test.go:7\n", "a_test.go:7 |\tError Trace:\t/repo/a_test.go:7"},
		{"no test of ours", "some/dir/a.go:7: x\n", ":0 "},
		{"a panic", "panic: oh\n\ngoroutine 7 [running]:\npanic({0x1})\n\t/go/src/runtime/panic.go:860 +0x13a\n" +
			"m.Boom(...)\n\t/repo/a.go:3 +0x25\nm.TestBoom\n\t/repo/a_test.go:5 +0x1\n", "/repo/a.go:3 panic: oh"},
		{"a panic elsewhere", "panic: oh\n\t/go/src/a.go:3 +0x25\n", ":0 panic: oh"},
		{"a data race", "WARNING: DATA RACE\nWrite at 0x1 by goroutine 8:\n  m.inc()\n      /repo/a.go:9 +0x44\n    testing.go:1712: race detected\n",
			"/repo/a.go:9 WARNING: DATA RACE"},
		{"a scenario", "\n    scenario 0,1 failed: deadlock\n    threads: 0 \"a\"\n", ":0 scenario 0,1 failed: deadlock"},
		{"a deadlock", "    deadlock: no thread\n      \"a\" waits\n\n    scenario 0,1 failed\n", ":0 deadlock: no thread|\"a\" waits"},
		{"what stands below a scenario", "    a_test.go:7: wrong\n\n    scenario 0,1 failed\n         │   if x {\n", "a_test.go:7 wrong"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var c clues
			for line := range strings.Lines(test.output) {
				c.read(line, within)
			}
			got := c.file + ":" + strconv.Itoa(c.line) + " " + strings.ReplaceAll(c.message, "\n", "|")
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestFailedAt(t *testing.T) {
	s := protocol.Scenario{File: "/t.go", Line: 1, FailedTurn: -1, Turns: []protocol.Turn{
		{Thread: 0, File: "/a.go", Line: 2}, {Thread: 1}, {Thread: 0, End: protocol.StillBlocked}, {Thread: 0, File: "/a.go", Line: 9},
	}}
	for turn, want := range map[int]string{-1: "/t.go:1", 0: "/a.go:2", 1: "/t.go:1", 2: "/a.go:2", 3: "/a.go:9", 7: "/t.go:1"} {
		s.FailedTurn = turn
		file, line := failedAt(&s)
		if got := file + ":" + strconv.Itoa(line); got != want {
			t.Errorf("turn %d: got %s, want %s", turn, got, want)
		}
	}
}

func TestAnnotatorKeepsNothing(t *testing.T) {
	a := newAnnotator("", "/repo", func(string) string { return "/repo" })
	for _, event := range []struct{ action, test string }{
		{parse.ActionRun, "A"}, {parse.ActionRun, "A/b"}, {parse.ActionFail, "A/b"}, {parse.ActionFail, "A"}, {parse.ActionFail, ""},
		{parse.ActionRun, "B"}, {parse.ActionPass, "B"}, {parse.ActionOutput, "B"},
	} {
		a.event(parse.Event{Action: event.action, Package: "p", Test: event.test})
	}
	if got := a.take(testName{"p", "A/b"}); len(got) != 1 {
		t.Errorf("the subtest has %d annotations, want 1", len(got))
	}
	if got := a.take(testName{"p", "A"}); len(got) != 0 {
		t.Errorf("its parent has %d annotations, want none", len(got))
	}
	if diff := cmp.Diff([]int{0, 0, 0}, []int{len(a.running), len(a.below), len(a.ready)}); diff != "" {
		t.Errorf("it keeps (-want +got)\n%s", diff)
	}
}
