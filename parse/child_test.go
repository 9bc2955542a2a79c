package parse_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

const report = `{"version":1,"sequence":[0,1],"threads":["a","b"],"turns":[{"thread":0,"end":"end"},{"thread":1,"end":"end"}],"failedTurn":-1}`

// read returns what a Child makes of text that comes in pieces of the given size.
func read(text string, size int) (output string, c *parse.Child) {
	var b strings.Builder
	c = &parse.Child{Output: func(p []byte) { b.Write(p) }}
	for len(text) > 0 {
		n := min(size, len(text))
		c.Write([]byte(text[:n]))
		text = text[n:]
	}
	c.Close()
	return b.String(), c
}

func TestChild(t *testing.T) {
	const attr = "\x16=== ATTR  TestA " + protocol.AttrScenario + " "
	for _, test := range []struct {
		name, text string
		output     string
		reported   bool
		wrong      string
	}{
		{
			name:     "as it usually is",
			text:     "\x16=== RUN   TestA\nhello\n" + attr + report + "\n\x16=== NAME  TestA\n    a_test.go:1: x\n\x16--- PASS: TestA (0.00s)\n\x16PASS\n",
			output:   "hello\n    a_test.go:1: x\n",
			reported: true,
		},
		{
			name:   "with coverage",
			text:   "coverage: 1.0% of statements\n\x16--- FAIL: TestA (0.00s)\n\x16FAIL\ncoverage: 66.7% of statements in ./...\ncoverage: mine\n",
			output: "coverage: 1.0% of statements\ncoverage: mine\n",
		},
		{
			name:   "with coverage of nothing",
			text:   "\x16PASS\ncoverage: [no statements]\n",
			output: "",
		},
		{
			name:     "after output that has no end",
			text:     "no newline" + attr + report + "\nmore",
			output:   "no newlinemore",
			reported: true,
		},
		{
			name:   "printed by the test, without the marker",
			text:   "=== ATTR  TestA orchtest.scenario {}\n--- FAIL: TestA (0.00s)\nPASS\n",
			output: "=== ATTR  TestA orchtest.scenario {}\n--- FAIL: TestA (0.00s)\nPASS\n",
		},
		{
			name:   "the marker printed by the test",
			text:   "a\x16b\n\x16\n",
			output: "a\x16b\n\x16\n",
		},
		{
			name:   "attribute of the test's own",
			text:   "\x16=== ATTR  TestA key value\n",
			output: "",
		},
		{
			name:  "garbage for a report",
			text:  attr + "garbage\n",
			wrong: "neither a JSON object",
		},
		{
			name: "nothing",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, size := range []int{1, 2, 7, 1 << 20} {
				output, c := read(test.text, size)
				if output != test.output {
					t.Errorf("in pieces of %d: got output %q, want %q", size, output, test.output)
				}
				if (c.Scenario != nil) != test.reported {
					t.Errorf("in pieces of %d: got report %+v, want one: %v", size, c.Scenario, test.reported)
				}
				if (c.Err != nil) != (test.wrong != "") || c.Err != nil && !strings.Contains(c.Err.Error(), test.wrong) {
					t.Errorf("in pieces of %d: got error %v, want %q", size, c.Err, test.wrong)
				}
			}
			crlf, _ := read(strings.ReplaceAll(test.text, "\n", "\r\n"), 3)
			if want := strings.ReplaceAll(test.output, "\n", "\r\n"); crlf != want {
				t.Errorf("with CRLF: got output %q, want %q", crlf, want)
			}
		})
	}
}

func TestChildJoinsParts(t *testing.T) {
	long := strings.Replace(report, `"a"`, `"`+strings.Repeat("a", 10_000)+`"`, 1)
	var text strings.Builder
	for _, part := range protocol.Split("TestA", protocol.AttrScenario, long) {
		text.WriteString("\x16=== ATTR  TestA " + protocol.AttrScenario + " " + part + "\n")
	}
	_, c := read(text.String(), 100)
	if c.Err != nil || c.Scenario == nil || len(c.Scenario.Threads[0]) != 10_000 {
		t.Errorf("got %v, %v, want the report", c.Scenario, c.Err)
	}
}

// What a test prints without ever ending the line is passed on while it comes.
func TestChildDoesNotKeepALongLine(t *testing.T) {
	longest, total := 0, 0
	c := &parse.Child{Output: func(p []byte) { longest, total = max(longest, len(p)), total+len(p) }}
	piece := []byte(strings.Repeat("x", 1000))
	for range 10_000 {
		c.Write(piece)
	}
	c.Close()
	if total != 10_000_000 || longest > 100_000 {
		t.Errorf("got %d bytes in pieces of up to %d, want 10,000,000 in small ones", total, longest)
	}
}

func FuzzChild(f *testing.F) {
	f.Add("\x16=== RUN   TestA\nhello\n\x16=== ATTR  TestA "+protocol.AttrScenario+" "+report+"\n\x16--- PASS: TestA (0.00s)\n", 3)
	f.Add("a\x16\x16b\r\n\x16=== ATTR  TestA orchtest.scenario 1/2 {\n", 1)
	f.Fuzz(func(t *testing.T, text string, size int) {
		size = max(size, 1)
		whole, a := read(text, len(text)+1)
		pieces, b := read(text, size)
		if whole != pieces {
			t.Errorf("in pieces of %d: got %q, in one %q", size, pieces, whole)
		}
		if (a.Scenario == nil) != (b.Scenario == nil) || (a.Err == nil) != (b.Err == nil) {
			t.Errorf("in pieces of %d: got %v, %v, in one %v, %v", size, b.Scenario, b.Err, a.Scenario, a.Err)
		}
		if !strings.Contains(text, "\x16") && whole != text {
			t.Errorf("got %q, want the text itself", whole)
		}
	})
}

// TestChildOfABatch reads the answers of a batch, in pieces of any size, each with the output before it.
func TestChildOfABatch(t *testing.T) {
	const full, short = "\x16=== ATTR  TestA " + protocol.AttrScenario + " ", "\x16=== ATTR  TestA " + protocol.AttrPassed + " "
	text := "first\n" + full + report + "\n" +
		"second, without an end" + short + "1e 0e\n" +
		short + "7\n" +
		full + "1/2 {\"version\":1,\n" + full + "2/2 \"threads\":[\"c\"],\"failed\":true,\"failedTurn\":-1}\n" +
		full + "garbage\n" +
		short + "0\n" +
		"last\n\x16--- FAIL: TestA (0.00s)\n"
	want := []string{
		"first\n: a,b 0,1 ",
		"second, without an end: a,b 1,0 ",
		`: not the turns of a scenario of 2 threads: "7"`,
		": c  failed",
		`: neither a JSON object nor a part of one: "garbage"`,
		": c 0 ", // the last one is known all the same
		"last\n",
	}
	for size := 1; size < len(text); size += 7 {
		var got []string
		var output strings.Builder
		c := &parse.Child{Output: func(p []byte) { output.Write(p) }}
		c.Answer = func(s *protocol.Scenario, err error) {
			said := output.String() + ": "
			output.Reset()
			switch {
			case err != nil:
				said += err.Error()
			default:
				said += strings.Join(s.Threads, ",") + " " + permutations.Format(s.Executed()) + " "
				if s.Failed {
					said += "failed"
				}
			}
			got = append(got, said)
		}
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			c.Write([]byte(rest[:n]))
			rest = rest[n:]
		}
		c.Close()
		got = append(got, output.String())
		if diff := cmp.Diff(want, got); diff != "" || !c.Failed || c.Scenario != nil || c.Err != nil {
			t.Fatalf("in pieces of %d: failed %v, scenario %v, error %v; -want +got\n%s", size, c.Failed, c.Scenario, c.Err, diff)
		}
	}
}
