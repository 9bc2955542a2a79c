package overlay

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	testPath = "/project/file.go"
	testName = "orchtestsyncpoint"
)

// checkRewrite holds what is to be true of each rewritten file, and returns it.
func checkRewrite(t *testing.T, text string) string {
	t.Helper()
	s, err := parse(testPath, []byte(text))
	if err != nil || len(s.pragmas) == 0 {
		return text
	}
	rewritten, errs := s.rewrite(rewriting{name: testName})
	out := string(rewritten)
	if len(errs) > 0 {
		if out != text {
			t.Errorf("rewritten despite of errors")
		}
		return text
	}
	checkLines(t, s, out)
	checkTokens(t, text, out)
	checkStops(t, s, out)
	if t.Failed() {
		t.Logf("from\n%s\nto\n%s", text, out)
	}
	return out
}

// checkLines wants the lines to be as many as before, and unchanged where nothing was to be inserted.
func checkLines(t *testing.T, s *source, out string) {
	t.Helper()
	touched := map[int]bool{s.Line(s.Syntax.Name.Pos()): true}
	for _, p := range s.pragmas {
		at, _ := s.place(p)
		touched[s.Line(at.from)] = true
		if at.to.IsValid() {
			touched[s.Line(at.to)] = true
		}
	}
	before, after := strings.Split(string(s.Text), "\n"), strings.Split(out, "\n")
	if len(before) != len(after) {
		t.Fatalf("%d lines, want %d", len(after), len(before))
	}
	for i := range before {
		if before[i] != after[i] && !touched[i+1] {
			t.Errorf("line %d: got %q, want %q", i+1, after[i], before[i])
		}
	}
}

// placed is a token and the position that the compiler gives it.
type placed struct {
	tok token.Token
	lit string
	at  string
}

// checkTokens wants every token of the old text in the new one, in order and at the same position as
// far as the compiler is concerned.
func checkTokens(t *testing.T, text, out string) {
	t.Helper()
	want := placedTokens(text)
	for _, got := range placedTokens(out) {
		if len(want) > 0 && got == want[0] {
			want = want[1:]
		}
	}
	if len(want) > 0 {
		t.Errorf("not to be found: %v", want[0])
	}
}

func placedTokens(text string) (all []placed) {
	var sc scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(text))
	sc.Init(file, []byte(text), nil, 0)
	for {
		pos, tok, lit := sc.Scan()
		if tok == token.EOF {
			return all
		}
		if tok != token.SEMICOLON {
			all = append(all, placed{tok, lit, compiled(file.PositionFor(pos, true))})
		}
	}
}

func compiled(p token.Position) string {
	return fmt.Sprintf("%s:%d:%d", strings.TrimPrefix(p.Filename, testPath), p.Line, p.Column)
}

// checkStops wants the new text to parse, with one call for each pragma, at the pragma's line.
func checkStops(t *testing.T, s *source, out string) {
	t.Helper()
	files := token.NewFileSet()
	syntax, err := parser.ParseFile(files, "", out, parser.SkipObjectResolution)
	if err != nil {
		t.Errorf("the new text: %v", err)
		return
	}
	var got, want []string
	ast.Inspect(syntax, func(n ast.Node) bool {
		if call, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := call.X.(*ast.Ident); ok && x.Name == testName {
				got = append(got, lineOf(files.PositionFor(call.Pos(), true)))
			}
		}
		return true
	})
	for _, p := range s.pragmas {
		want = append(want, lineOf(s.Adjusted(p.pos)))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("stops at %q, want %q", got, want)
	}
}

func lineOf(p token.Position) string {
	return fmt.Sprintf("%s:%d", strings.TrimPrefix(p.Filename, testPath), p.Line)
}

// FuzzRewrite puts one more pragma into a text, behind a line or before it, and breaks or joins lines.
func FuzzRewrite(f *testing.F) {
	for i, text := range append(orderFunctions(f), fuzzSeeds...) {
		f.Add(text, uint16(i), i%3 == 0, []byte{})
		f.Add(text, uint16(i/3), false, []byte{byte(i), byte(i / 2), byte(3 * i), byte(i / 3)})
	}
	f.Fuzz(func(t *testing.T, text string, line uint16, alone bool, shape []byte) {
		if strings.Contains(text, testName) {
			return
		}
		checkRewrite(t, withPragma(reshape(text, shape), int(line), alone))
	})
}

// orderFunctions are the functions in testdata/order, each with a package clause.
func orderFunctions(f *testing.F) (texts []string) {
	f.Helper()
	files, err := filepath.Glob("testdata/order/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, function := range strings.Split(string(text), "\n// want: ")[1:] {
			_, body, _ := strings.Cut(function, "\n")
			texts = append(texts, "package p\n\n"+body)
		}
	}
	return texts
}

// reshape changes the line structure of a text: each two bytes say where and what. Most of what it
// makes is still Go, unlike what mutations of the text make, and nothing that gofmt would have left.
func reshape(text string, shape []byte) string {
	for i := 0; i+1 < len(shape); i += 2 {
		lines := strings.Split(text, "\n")
		n := int(shape[i]) % len(lines)
		switch line := lines[n]; shape[i+1] % 6 {
		case 0:
			lines[n] = strings.Replace(line, "(", "(\n", 1)
		case 1:
			lines[n] = strings.Replace(line, ", ", ",\n", 1)
		case 2:
			lines[n] = strings.Replace(line, "; ", ";\n", 1)
		case 3, 4:
			if n+1 < len(lines) && !strings.Contains(line, "//") {
				join := []string{" ", "; "}[shape[i+1]%6-3]
				lines = slices.Replace(lines, n, n+2, line+join+strings.TrimSpace(lines[n+1]))
			}
		case 5:
			lines[n] = line + " // pragma: SYNCPOINT n"
		}
		text = strings.Join(lines, "\n")
	}
	return text
}

var fuzzSeeds = []string{
	"package p\n\nfunc f(x int) int {\n\tif x > 0 &&\n\t\tx < 9 {\n\t\tx++\n\t}\n\treturn x\n}\n",
	"package p\n\nfunc f() {\n\tswitch x := g(); x.(type) {\n\tcase int,\n\t\tstring:\n\t\tf()\n\t}\n}\n",
	"package p\n\nfunc f() {\nL:\n\tfor i := 0; i < 3; i++ {\n\t\tselect {\n\t\tcase <-c:\n\t\t\tbreak L\n\t\t}\n\t}\n}\n",
	"//line a.y:1\npackage p\n\nfunc f() {\n\tg(`a\r\nb`) // pragma: SYNCPOINT\n//line :9:1\n\tg(1,\n\t\t2)\n}\n",
	"package p\r\n\r\nfunc f() {\r\n\tgo func() {\r\n\t\tdefer g()\r\n\t}()\r\n}\r\n",
	"package p // c\n\nimport \"C\"\n\nfunc f() { for range 3 { /*line b.go:7*/g() } }\nfunc g() (x int) { return; }\n",
}

func withPragma(text string, line int, alone bool) string {
	lines := strings.Split(text, "\n")
	i := line % len(lines)
	if alone {
		lines[i] = "// pragma: SYNCPOINT\n" + lines[i]
	} else {
		lines[i] = strings.TrimSuffix(lines[i], "\r") + " // pragma: SYNCPOINT"
	}
	return strings.Join(lines, "\n")
}

// TestRewriteEveryLine puts a pragma behind and before each line of the seeds.
func TestRewriteEveryLine(t *testing.T) {
	t.Parallel()
	for _, text := range fuzzSeeds {
		for i := range strings.Count(text, "\n") {
			checkRewrite(t, withPragma(text, i, false))
			checkRewrite(t, withPragma(text, i, true))
		}
	}
}
