package decide_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/internal/decide"
)

// record runs a program and returns what was recorded.
func record(p program, d decide.Decider) (ran, *decide.Trace, uint64) {
	r := &decide.Recorder{Decider: d}
	r.Begin()
	out := run(p, r)
	return out, r.Trace(decide.Header{Version: decide.TraceVersion, Test: "TestX", Seed: 7}), r.Hash()
}

// TestTraceText writes traces and reads them again.
func TestTraceText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t, 3)
		s := newPortfolio(t, nil, rapid.Uint64().Draw(t, "seed"))
		s.Begin(rapid.IntRange(0, 100).Draw(t, "schedule"))
		_, trace, _ := record(p, s)
		again, err := decide.ParseTrace(trace.String())
		if err != nil {
			t.Fatalf("%v\n%v", err, trace)
		}
		if diff := cmp.Diff(trace, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestRecorderAgain records one schedule after the other with the same recorder: none shows in the next one.
func TestRecorderAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shared := &decide.Recorder{}
		hashes := map[string]uint64{}
		for range 5 {
			p := drawProgram(t, 3)
			seed := rapid.Uint64().Draw(t, "seed")
			s := newPortfolio(t, nil, seed)
			n := rapid.IntRange(0, 30).Draw(t, "schedule")
			s.Begin(n)
			shared.Decider = s
			shared.Begin()
			run(p, shared)

			s = newPortfolio(t, nil, seed)
			s.Begin(n)
			_, want, hash := record(p, s)
			if got := shared.Trace(want.Header); shared.Hash() != hash || shared.Len() != len(want.Decisions) || !cmp.Equal(got, want) {
				t.Fatalf("got %x\n%v\nwant %x\n%v", shared.Hash(), got, hash, want)
			}
			text := want.String()
			if known, is := hashes[text]; is && known != hash {
				t.Fatal("the same trace has two hashes")
			}
			for other, known := range hashes {
				if known == hash && other != text {
					t.Fatalf("one hash for\n%s\nand\n%s", other, text)
				}
			}
			hashes[text] = hash
		}
	})
}

const example = `{"orchtest_trace":1,"test":"TestX","strategy":"pct","seed":1,"schedule":7}
site 0 "chan send\tm/file.go:12:3"
site 1 "select\tm/file.go:20:2"
turn 0: 0@0 *1@1
case 1@1: 0 *2
site 2 "time.After\tm/file.go:30:2"
turn 1: 0@0 *timer@2
turn timer: *0@0 1
`

func TestTraceExample(t *testing.T) {
	trace, err := decide.ParseTrace(example)
	if err != nil {
		t.Fatal(err)
	}
	if trace.String() != example {
		t.Errorf("got\n%s", trace)
	}
	crlf, err := decide.ParseTrace(strings.ReplaceAll(example, "\n", "\r\n"))
	if diff := cmp.Diff(trace, crlf); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestParseTraceErrors(t *testing.T) {
	const header = `{"orchtest_trace":1}` + "\n"
	for name, c := range map[string]struct{ text, want string }{
		"empty":          {"", "line 1: unexpected end"},
		"no json":        {"turn 0: 0 *1\n", "line 1: invalid character"},
		"another file":   {"# Orchtest\n", `want the header of a trace that orchtest hunt has written, as {"orchtest_trace":1,…}`},
		"version":        {`{"orchtest_trace":2}`, "line 1: version 2, want 1"},
		"unknown":        {header + "go 0\n", `line 2: "go": want site, turn or case`},
		"cut off":        {header + "turn 0: 0 *1\nturn 0: 0", "line 3: it is not whole"},
		"site number":    {header + "site 1 \"a\"\n", `line 2: site "1": want 0`},
		"site unquoted":  {header + "site 0 a\n", "line 2: site a: want a quoted text"},
		"site empty":     {header + "site 0 \"\"\n", `line 2: site "": want a quoted text`},
		"no colon":       {header + "turn 0 0 *1\n", "line 2: want a colon"},
		"no site":        {header + "turn 0: 0@0 *1\n", `line 2: "0@0": there is no site "0"`},
		"no number":      {header + "turn 0: x *1\n", `line 2: "x": want a number, or timer`},
		"nobody":         {header + "turn x: 0 *1\n", `line 2: "x": want a number, or timer`},
		"none chosen":    {header + "turn 0: 0 1\n", "line 2: no option is chosen"},
		"two chosen":     {header + "turn 0: *0 *1\n", "line 2: two options are chosen"},
		"one option":     {header + "turn 0: *0\n", "line 2: want two options or more"},
		"order":          {header + "turn 0: *1 0\n", "line 2: want two options or more"},
		"timer first":    {header + "turn 0: *timer 0\n", "line 2: want two options or more"},
		"timers":         {header + "turn 0: *timer timer\n", "line 2: want two options or more"},
		"case of timer":  {header + "case 0: *0 timer\n", "line 2: want two options or more"},
		"negative":       {header + "turn 0: *-1 0\n", `line 2: "-1": want a number`},
		"after a site":   {header + "site 0 \"a\"\nturn 0: 0@1 *1\n", `line 3: "0@1": there is no site "1"`},
		"of empty lines": {header + "\nturn 0: 0 *1\n", `line 2: "": want site`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := decide.ParseTrace(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// FuzzParseTrace reads anything; what can be read is written so that it can be read again.
func FuzzParseTrace(f *testing.F) {
	f.Add(example)
	f.Add(`{"orchtest_trace":1}`)
	f.Add(`{"orchtest_trace":1}` + "\nsite 0 \"\\xff\"\ncase 0@0: 0 *1 2@0\n")
	f.Fuzz(func(t *testing.T, text string) {
		trace, err := decide.ParseTrace(text)
		if err != nil {
			return
		}
		again, err := decide.ParseTrace(trace.String())
		if err != nil {
			t.Fatalf("%v\n%v", err, trace)
		}
		if diff := cmp.Diff(trace, again); diff != "" {
			t.Fatal(diff)
		}
		decide.NewLenient(trace)
		if s := decide.NewShrinker(trace); s.Next() != nil {
			s.Told(true, trace)
		}
	})
}

// TestReplay runs what was recorded again.
func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t, 3)
		s := newPortfolio(t, nil, rapid.Uint64().Draw(t, "seed"))
		s.Begin(rapid.IntRange(0, 100).Draw(t, "schedule"))
		want, trace, hash := record(p, s)

		replay := decide.NewReplay(trace)
		got, _, again := record(p, replay)
		replay.End()
		if diverged := replay.Diverged(); diverged.Is || got.choices != want.choices || again != hash {
			t.Fatalf("got %s, want %s: %v", got.choices, want.choices, diverged)
		}
		lenient := decide.NewLenient(trace)
		if got := run(p, lenient); got.choices != want.choices {
			t.Fatalf("lenient: got %s, want %s", got.choices, want.choices)
		}
	})
}

// TestReplayDiverges replays a trace of another program.
func TestReplayDiverges(t *testing.T) {
	recorded := program{{"nop", "lock a"}, {"nop", "select"}, {"nop"}}
	_, trace, _ := record(recorded, newDelayBegun(t))
	var text strings.Builder
	for _, p := range []program{
		recorded,
		{{"nop", "lock b"}, {"nop", "select"}, {"nop"}},
		{{"nop", "unlock b"}, {"nop", "select"}, {"nop"}},
		{{"nop", "lock a"}, {"nop", "select"}, {"nop"}, {"nop"}},
		{{"nop", "lock a"}, {"nop"}, {"nop"}},
		{{"nop", "lock a"}},
		{{"nop", "lock a"}, {"nop", "select"}, {"nop", "select", "nop"}},
		{{"nop", "lock a"}, {"nop", "nop"}, {"nop"}},
		{{"nop", "nop", "timeout", "wait"}, {"nop"}, {"nop"}},
	} {
		replay := decide.NewReplay(trace)
		out := run(p, replay)
		replay.End()
		if diverged := replay.Diverged(); out.stopped != diverged.Came {
			t.Errorf("%v: stopped: %v; %v", p, out.stopped, diverged)
		}
		text.WriteString(strings.TrimPrefix(p.String(), "\n") + "\n" + replay.Diverged().String() + "\n\n")
	}
	golden(t, "diverged.txt", text.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}
