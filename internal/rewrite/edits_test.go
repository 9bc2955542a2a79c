package rewrite

import (
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/internal/gosource"
)

// TestLinesStay moves and drops stretches of a file: what is left is where it was.
func TestLinesStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawFile(t)
		file, err := gosource.Parse(token.NewFileSet(), "/dir/file.go", []byte(text), parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		s := &source{file, "m/file.go"}
		var edits []*edit
		drawEdits(t, words(text), &edits, 3)
		e := &emitter{source: s, line: 1}
		e.stretch(span{0, len(text)}, arrange(edits))
		before, after := places(text), places(string(e.out))
		for word, place := range after {
			if strings.HasPrefix(word, "w") && before[word] != place {
				t.Fatalf("%s was at %s, is at %s in\n%s\nwhich was\n%s", word, before[word], place, e.out, text)
			}
		}
	})
}

// drawFile is a file of words, each there once, with line directives between some lines.
func drawFile(t *rapid.T) string {
	text := "package p\nvar x = []int{\n"
	for line := range rapid.IntRange(1, 9).Draw(t, "lines") {
		switch rapid.IntRange(0, 9).Draw(t, "directive") {
		case 0:
			text += fmt.Sprintf("//line other.y:%d\n", 100*line+100)
		case 1:
			text += fmt.Sprintf("//line other.y:%d:3\n", 100*line+100)
		}
		for word := range rapid.IntRange(0, 4).Draw(t, "words") {
			text += fmt.Sprintf("w%d_%d, ", line, word)
		}
		text += "\n"
	}
	return text + "}\n"
}

// words are the spans of the words.
func words(text string) (spans []span) {
	for i := 0; i < len(text); i++ {
		if end := strings.IndexByte(text[i:], ','); text[i] == 'w' && end > 0 {
			spans = append(spans, span{i, i + end})
			i += end
		}
	}
	return spans
}

// drawEdits draws edits of stretches of words, and others within what they keep.
func drawEdits(t *rapid.T, words []span, edits *[]*edit, depth int) {
	for len(words) > 0 && depth > 0 {
		n := rapid.IntRange(1, len(words)).Draw(t, "stretch")
		stretch := words[:n]
		words = words[n:]
		if rapid.Bool().Draw(t, "kept") {
			continue
		}
		e := &edit{span: span{stretch[0].start, stretch[n-1].end}}
		*edits = append(*edits, e)
		e.parts = append(e.parts, text("new"))
		var kept [][]span
		for i := 0; i < len(stretch); {
			m := rapid.IntRange(1, len(stretch)-i).Draw(t, "part")
			kept = append(kept, stretch[i:i+m])
			i += m
		}
		for _, i := range rapid.Permutation(indexes(len(kept))).Draw(t, "order")[:rapid.IntRange(0, len(kept)).Draw(t, "left")] {
			part := kept[i]
			e.parts = append(e.parts, text(" a, "), partOf(part), text(" b "))
			drawEdits(t, part, edits, depth-1)
		}
	}
}

func partOf(words []span) part {
	return part{old: span{words[0].start, words[len(words)-1].end}}
}

func indexes(n int) []int {
	return slices.Collect(func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	})
}

// places are where the words of a text are, to the compiler.
func places(text string) map[string]string {
	at := map[string]string{}
	file := token.NewFileSet().AddFile("", -1, len(text))
	var sc scanner.Scanner
	sc.Init(file, []byte(text), nil, 0)
	for {
		pos, tok, lit := sc.Scan()
		if tok == token.EOF {
			return at
		}
		if tok == token.IDENT {
			p := file.PositionFor(pos, true)
			at[lit] = fmt.Sprintf("%s:%d", strings.TrimPrefix(p.Filename, "/dir/file.go"), p.Line)
		}
	}
}
