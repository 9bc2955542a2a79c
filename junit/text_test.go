package junit

import "testing"

func TestText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		outputs []string
		want    string
	}{
		{"framing", []string{"=== RUN   TestX/a\n", "=== PAUSE TestX/a\n", "=== CONT  TestX/a\n", "=== NAME  TestX/a\n", "said\n", "--- FAIL: TestX/a (0.00s)\n"}, "said\n"},
		{"framing of a benchmark", []string{"--- FAIL: TestX/a\n", "--- BENCH: TestX/a\n", "said\n"}, "said\n"},
		{"framing of the parent", []string{"=== RUN   TestX\n", "said\n", "--- SKIP: TestX (1.00s)\n"}, "said\n"},
		{"framing that is indented", []string{"    --- FAIL: TestX/a (0.00s)\n", "    a_test.go:1: said\n"}, "    a_test.go:1: said\n"},
		{"framing of nobody", []string{"said\n", "=== NAME  \n", "more\n"}, "said\nmore\n"},
		{"framing not read by test2json", []string{"\x16=== RUN   TestX/a\n", "said\n"}, "said\n"},
		{"framing with CRLF", []string{"=== RUN   TestX/a\r\n", "said\r\n"}, "said\r\n"},
		{"attribute", []string{"=== ATTR  TestX/a key some value\n", "said\n"}, "said\n"},
		{"attribute in pieces", []string{"=== ATTR  TestX/a key so", "me val", "ue\nsaid\n"}, "said\n"},
		{"framing in pieces", []string{"=== R", "UN   Test", "X/a\nsaid\n"}, "said\n"},
		{"several lines at once", []string{"=== RUN   TestX/a\nsaid\n=== CONT  TestX/a\nmore\n"}, "said\nmore\n"},
		{"framing after half a line", []string{"half", "--- FAIL: TestX/a (0.00s)\n", "got:\n"}, "halfgot:\n"},
		{"line in pieces", []string{"ha", "lf", "\n"}, "half\n"},
		{"no line end", []string{"said"}, "said"},
		{"framing of another test", []string{"--- PASS: TestY (0.00s)\n", "=== RUN   TestXY\n"}, "--- PASS: TestY (0.00s)\n=== RUN   TestXY\n"},
		{"not framing", []string{"=== RUN TestX/a\n", "--- FAIL TestX/a\n", "=== RUN   TestX/a said so\n", "> === RUN   TestX/a\n", "---\n"}, "=== RUN TestX/a\n--- FAIL TestX/a\n=== RUN   TestX/a said so\n> === RUN   TestX/a\n---\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var x text
			for _, output := range test.outputs {
				x.add(output, "TestX/a")
			}
			if got := x.String("TestX/a"); got != test.want {
				t.Errorf("text of %q: %q, want %q", test.outputs, got, test.want)
			}
		})
	}
}
