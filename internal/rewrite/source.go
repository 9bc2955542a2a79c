package rewrite

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// source is one Go file.
type source struct {
	path   string // absolute
	site   string // what sites call it: the import path and the file's name
	text   []byte
	file   *token.File
	syntax *ast.File
	tokens []span
}

// parse reads a file. Its positions have a file's name only where a //line directive gives one.
func parse(fset *token.FileSet, path, site string, text []byte) (*source, error) {
	syntax, err := parser.ParseFile(fset, "", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	s := &source{path: path, site: site, text: text, syntax: syntax, file: fset.File(syntax.Package)}
	s.scan()
	return s, nil
}

func (s *source) scan() {
	var sc scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(s.text))
	sc.Init(file, s.text, nil, 0)
	for {
		pos, tok, lit := sc.Scan()
		start := file.Offset(pos)
		switch {
		case tok == token.EOF:
			return
		case tok == token.SEMICOLON && lit != ";":
		default:
			s.tokens = append(s.tokens, span{start, start + s.length(start, tok, lit)})
		}
	}
}

// length is that of a token in the text. The literal of a raw string is shorter than that, as it comes without
// its carriage returns.
func (s *source) length(start int, tok token.Token, lit string) int {
	switch {
	case tok == token.STRING && lit[0] == '`':
		return len("``") + bytes.IndexByte(s.text[start+1:], '`')
	case lit != "":
		return len(lit)
	default:
		return len(tok.String())
	}
}

// end is where the text of a node ends. [ast.Node.End] is too early behind a raw string with carriage returns
// before Go 1.26.
func (s *source) end(n ast.Node) token.Pos {
	offset := s.file.Offset(n.End())
	next, _ := slices.BinarySearchFunc(s.tokens, offset, func(t span, offset int) int {
		return cmp.Compare(t.start, offset)
	})
	return s.file.Pos(s.tokens[next-1].end)
}

// lineOf is where a position really is, whatever //line directives say.
func (s *source) lineOf(pos token.Pos) int { return s.file.PositionFor(pos, false).Line }

// adjusted is where a position is as line directives have it. The file's name is "" where there are none.
func (s *source) adjusted(pos token.Pos) token.Position { return s.file.PositionFor(pos, true) }

// directive is the comment that gives what follows it the position that the text at pos has for the compiler,
// in a place where a file's name is in force.
func (s *source) directive(pos token.Pos, file string) string {
	if p := s.adjusted(pos); p.Filename == file && p.Column > 0 {
		return fmt.Sprintf("/*line :%d:%d*/", p.Line, p.Column)
	}
	return s.naming(pos)
}

// naming is directive with the file's name.
func (s *source) naming(pos token.Pos) string {
	p := s.adjusted(pos)
	if p.Column == 0 { // behind a directive without columns
		return fmt.Sprintf("/*line %s:%d*/", p.Filename, p.Line)
	}
	name := cmp.Or(p.Filename, s.path)
	if strings.Contains(name, "*/") || strings.Contains(name, "\n") {
		return "" // no comment can say that
	}
	return fmt.Sprintf("/*line %s:%d:%d*/", name, p.Line, p.Column)
}

// isTest tells whether the file is one of tests.
func (s *source) isTest() bool { return strings.HasSuffix(filepath.Base(s.path), "_test.go") }
