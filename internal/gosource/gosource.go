// Package gosource is a Go file, taken apart to be written anew with its lines as they were.
package gosource

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// File is a Go file.
type File struct {
	Path   string // absolute
	Text   []byte
	Token  *token.File
	Syntax *ast.File

	Comments []Comment

	tokens []span // all that is code, in order
}

// Comment is one as it is written.
type Comment struct {
	Pos   token.Pos
	Text  string
	Alone bool // no code stands before it on its line
}

// span is where a token lies in the text.
type span struct{ start, end int }

// Parse takes a file apart. An error is one of syntax.
func Parse(fset *token.FileSet, path string, text []byte, mode parser.Mode) (*File, error) {
	// The file has no name for the parser: so a position with a name is one that a //line directive
	// has given, and the name is the one that is written there.
	syntax, err := parser.ParseFile(fset, "", text, mode|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, Text: text, Syntax: syntax, Token: fset.File(syntax.Package)}
	f.scan()
	return f, nil
}

// scan finds the tokens and the comments.
func (f *File) scan() {
	var sc scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(f.Text))
	sc.Init(file, f.Text, nil, scanner.ScanComments)
	for {
		pos, tok, lit := sc.Scan()
		start := file.Offset(pos)
		switch {
		case tok == token.EOF:
			return
		case tok == token.COMMENT:
			pos := f.Token.Pos(start)
			// The tokens so far are those before the comment.
			alone := len(f.tokens) == 0 || f.Line(f.Token.Pos(f.tokens[len(f.tokens)-1].end)) != f.Line(pos)
			f.Comments = append(f.Comments, Comment{pos, lit, alone})
		case tok == token.SEMICOLON && lit != ";": // not written, but at the end of a line
		default:
			f.tokens = append(f.tokens, span{start, start + f.length(start, tok, lit)})
		}
	}
}

// length is that of a token in the text. The literal of a raw string is shorter than that, as it
// comes without its carriage returns.
func (f *File) length(start int, tok token.Token, lit string) int {
	switch {
	case tok == token.STRING && lit[0] == '`':
		return len("``") + bytes.IndexByte(f.Text[start+1:], '`')
	case lit != "":
		return len(lit)
	default:
		return len(tok.String())
	}
}

// Line is where a position really is, whatever //line directives say.
func (f *File) Line(pos token.Pos) int { return f.Token.PositionFor(pos, false).Line }

// End is where the text of a node ends. [ast.Node.End] is too early behind a raw string with
// carriage returns before Go 1.26.
func (f *File) End(n ast.Node) token.Pos {
	return f.Token.Pos(f.tokens[f.next(f.Token.Offset(n.End()))-1].end)
}

// next is the index of the first token that does not begin before an offset.
func (f *File) next(offset int) int {
	next, _ := slices.BinarySearchFunc(f.tokens, offset, func(t span, offset int) int {
		return cmp.Compare(t.start, offset)
	})
	return next
}

// CodeFollows tells whether a token follows on the line.
func (f *File) CodeFollows(offset int) bool {
	next := f.next(offset)
	return next < len(f.tokens) && f.Line(f.Token.Pos(f.tokens[next].start)) == f.Line(f.Token.Pos(offset))
}

// Adjusted is where a position is as line directives have it. The file's name is "" where there are
// none.
func (f *File) Adjusted(pos token.Pos) token.Position { return f.Token.PositionFor(pos, true) }

// Directive is the comment that gives what follows it the position that the text at pos has for the
// compiler, in a place where a file's name is in force.
func (f *File) Directive(pos token.Pos, file string) string {
	if p := f.Adjusted(pos); p.Filename == file && p.Column > 0 {
		return fmt.Sprintf("/*line :%d:%d*/", p.Line, p.Column)
	}
	return f.Naming(pos)
}

// Naming is Directive with the file's name.
func (f *File) Naming(pos token.Pos) string {
	p := f.Adjusted(pos)
	if p.Column == 0 { // behind a directive without columns
		return fmt.Sprintf("/*line %s:%d*/", p.Filename, p.Line)
	}
	name := cmp.Or(p.Filename, f.Path)
	if strings.Contains(name, "*/") || strings.Contains(name, "\n") {
		return "" // no comment can say that
	}
	return fmt.Sprintf("/*line %s:%d:%d*/", name, p.Line, p.Column)
}
