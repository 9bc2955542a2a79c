package runner

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/timeline"
)

// A place is a syncpoint in the code. What it is known by is the function that it is in, its name and the text of its
// line: so it is the same when text is inserted above.
type place struct {
	file string // without its folder
	line int
	key  string // of a few letters
}

func (p place) String() string { return fmt.Sprintf("%s:%d", p.file, p.line) }

// A trail says where the turns of a scenario came to their ends. As text it is what --syncpoints takes:
//
//	account.go:14=k3fa,17=9xqz/ab-a
//
// are two places, and that the first turn ended at the first of them, the second at the second one, and the third with
// its thread. Behind a + is a turn in which the thread had to wait.
type trail struct {
	places []place
	stops  []int  // by turn: the index of a place, or one of the following
	waited []bool // by turn
}

const (
	ended  = -1 // the thread has come to its end
	cutOff = -2 // a panic, or the end of the scenario: it is not known where it would have
)

// letters stand for places. More of them have no text.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// String returns the text; "" where there is nothing to compare with, or too much.
func (t trail) String() string {
	if len(t.places) == 0 || len(t.places) > len(letters) {
		return ""
	}
	var b strings.Builder
	for i, p := range t.places {
		if i > 0 {
			b.WriteByte(',')
		}
		if i == 0 || p.file != t.places[i-1].file {
			b.WriteString(p.file + ":")
		}
		fmt.Fprintf(&b, "%d=%s", p.line, p.key)
	}
	b.WriteByte('/')
	for i, stop := range t.stops {
		if t.waited[i] {
			b.WriteByte('+')
		}
		switch stop {
		case ended:
			b.WriteByte('-')
		case cutOff:
			b.WriteByte('_')
		default:
			b.WriteByte(letters[stop])
		}
	}
	return b.String()
}

// parseTrail reads the text of a trail.
func parseTrail(text string) (*trail, error) {
	wrong := usagef("--syncpoints %s: it is to stand as in the command that was printed with --sequence; leave it out to run the sequence as it is", text)
	places, stops, ok := strings.Cut(text, "/")
	if !ok || stops == "" {
		return nil, wrong
	}
	t := &trail{}
	file := ""
	for item := range strings.SplitSeq(places, ",") {
		at, key, ok := strings.Cut(item, "=")
		if before, line, named := strings.Cut(at, ":"); named {
			file, at = before, line
		}
		line, err := strconv.Atoi(at)
		if !ok || err != nil || line < 1 || file == "" || key == "" || len(t.places) == len(letters) {
			return nil, wrong
		}
		t.places = append(t.places, place{file, line, key})
	}
	waited := false
	for _, letter := range stops {
		if letter == '+' && !waited {
			waited = true
			continue
		}
		stop := strings.IndexRune(letters, letter)
		switch {
		case letter == '-':
			stop = ended
		case letter == '_':
			stop = cutOff
		case stop < 0 || stop >= len(t.places):
			return nil, wrong
		}
		t.stops, t.waited, waited = append(t.stops, stop), append(t.waited, waited), false
	}
	if waited {
		return nil, wrong
	}
	return t, nil
}

// key returns what is known of a turn's end by which it is the same as another one; "" where it may be any.
func (t *trail) key(turn int) string {
	switch {
	case turn >= len(t.stops) || t.stops[turn] == cutOff:
		return ""
	case t.stops[turn] == ended:
		return "."
	}
	return t.places[t.stops[turn]].key
}

// describe says where a turn came to its end.
func (t *trail) describe(turn int) string {
	if stop := t.stops[turn]; stop >= 0 {
		return t.places[stop].String()
	}
	return "its thread's end"
}

// places finds places in the code of files. It reads each file once. It is used by one goroutine at a time.
type places struct {
	source    *timeline.Source
	functions map[string][]function // by file
	known     map[mark]place
}

// A mark is a syncpoint as a report has it.
type mark struct {
	file string
	line int
	name string
}

// A function is where a declaration stands, from line to line.
type function struct {
	name        string
	first, last int
}

func newPlaces(source *timeline.Source) *places {
	return &places{source: source, functions: map[string][]function{}, known: map[mark]place{}}
}

// trail returns that of a scenario, as far as its turns are those of the sequence.
func (p *places) trail(report *protocol.Scenario, sequence []int) trail {
	var t trail
	for i, turn := range report.Turns {
		if i >= len(sequence) || turn.Thread != sequence[i] {
			break
		}
		stop := cutOff
		switch turn.End {
		case protocol.Returned:
			stop = ended
		case protocol.AtSyncpoint:
			if turn.File == "" {
				return trail{} // of a report without places
			}
			found := p.place(turn.File, turn.Line, turn.Name)
			if stop = slices.Index(t.places, found); stop < 0 {
				stop = len(t.places)
				t.places = append(t.places, found)
			}
		case protocol.Panicked, protocol.Exited, protocol.Unfinished, protocol.StillBlocked:
		}
		t.stops, t.waited = append(t.stops, stop), append(t.waited, len(turn.Waits) > 0)
	}
	return t
}

// place returns the place of a syncpoint.
func (p *places) place(file string, line int, name string) place {
	m := mark{file, line, name}
	known, ok := p.known[m]
	if !ok {
		known = place{plainName(file), line, p.key(m)}
		p.known[m] = known
	}
	return known
}

// key is a digest of what a syncpoint is known by.
func (p *places) key(m mark) string {
	in := p.function(m)
	text := p.source.Line(m.file, m.line)
	same := 0 // lines before it in the function that have the same text
	for line := in.first; line < m.line; line++ {
		if p.source.Line(m.file, line) == text {
			same++
		}
	}
	if text == "" {
		text, same = strconv.Itoa(m.line), 0 // the file is not there
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%d", in.name, m.name, text, same))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:4]
}

// function returns the function that a mark is in.
func (p *places) function(m mark) function {
	all, known := p.functions[m.file]
	if !known {
		all = functions(strings.Join(p.source.Lines(m.file, 1, math.MaxInt), "\n"))
		p.functions[m.file] = all
	}
	for _, f := range all {
		if f.first <= m.line && m.line <= f.last {
			return f
		}
	}
	return function{first: m.line}
}

// functions returns the functions that a file declares.
func functions(text string) (all []function) {
	files := token.NewFileSet()
	file, _ := parser.ParseFile(files, "", text, parser.SkipObjectResolution)
	if file == nil {
		return nil
	}
	for _, declaration := range file.Decls {
		f, ok := declaration.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name := f.Name.Name
		if f.Recv != nil && len(f.Recv.List) > 0 {
			name = receiver(f.Recv.List[0].Type) + "." + name
		}
		line := func(pos token.Pos) int { return files.PositionFor(pos, false).Line }
		all = append(all, function{name, line(f.Pos()), line(f.End())})
	}
	return all
}

// receiver returns the name of a receiver's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	}
	return ""
}

// plainName returns the name of a file without its folder, as it can stand in a command without quotes.
func plainName(file string) string {
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune("_-.", c) || c < 0x80 && (unicode.IsLetter(c) || unicode.IsDigit(c)) {
			return c
		}
		return '_'
	}, path.Base(filepath.ToSlash(file)))
}
