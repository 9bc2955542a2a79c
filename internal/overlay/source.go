package overlay

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// source is one Go file, taken apart.
type source struct {
	path    string // absolute
	text    []byte
	file    *token.File
	syntax  *ast.File
	tokens  []span // all that is code, in order
	pragmas []pragma
	blocks  []token.Pos // pragmas written as block comments
}

// span is where a token lies in the text.
type span struct{ start, end int }

// parse takes a file apart. An error is one of syntax.
func parse(path string, text []byte) (*source, error) {
	// The file has no name for the parser: so a position with a name is one that a //line directive
	// has given, and the name is the one that is written there.
	files := token.NewFileSet()
	syntax, err := parser.ParseFile(files, "", text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	s := &source{path: path, text: text, syntax: syntax, file: files.File(syntax.Package)}
	s.scan()
	return s, nil
}

// scan finds the tokens and the pragmas.
func (s *source) scan() {
	var sc scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(s.text))
	sc.Init(file, s.text, nil, scanner.ScanComments)
	for {
		pos, tok, lit := sc.Scan()
		start := file.Offset(pos)
		switch {
		case tok == token.EOF:
			return
		case tok == token.COMMENT:
			s.comment(s.file.Pos(start), lit)
		case tok == token.SEMICOLON && lit != ";": // not written, but at the end of a line
		default:
			s.tokens = append(s.tokens, span{start, start + s.length(start, tok, lit)})
		}
	}
}

// length is that of a token in the text. The literal of a raw string is shorter than that, as it
// comes without its carriage returns.
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

func (s *source) comment(pos token.Pos, text string) {
	if strings.HasPrefix(text, "/*") {
		if pragmaInBlock(text) {
			s.blocks = append(s.blocks, pos)
		}
		return
	}
	p := pragma{pos: pos, line: s.line(pos)}
	// The tokens so far are those before the comment.
	p.alone = len(s.tokens) == 0 || s.line(s.file.Pos(s.tokens[len(s.tokens)-1].end)) != p.line
	var ok bool
	if p.name, ok = pragmaIn(text, p.alone); ok {
		s.pragmas = append(s.pragmas, p)
	}
}

// line is where a position really is, whatever //line directives say.
func (s *source) line(pos token.Pos) int { return s.file.PositionFor(pos, false).Line }

// end is where the text of a node ends. [ast.Node.End] is too early behind a raw string with
// carriage returns before Go 1.26.
func (s *source) end(n ast.Node) token.Pos {
	offset := s.file.Offset(n.End())
	next, _ := slices.BinarySearchFunc(s.tokens, offset, func(t span, offset int) int {
		return cmp.Compare(t.start, offset)
	})
	return s.file.Pos(s.tokens[next-1].end)
}

// codeFollows tells whether a token follows on the line.
func (s *source) codeFollows(offset int) bool {
	next, _ := slices.BinarySearchFunc(s.tokens, offset, func(t span, offset int) int {
		return cmp.Compare(t.start, offset)
	})
	return next < len(s.tokens) &&
		s.line(s.file.Pos(s.tokens[next].start)) == s.line(s.file.Pos(offset))
}

// enclosing are the nodes around a position, from the file's declaration inwards.
func (s *source) enclosing(pos token.Pos) (path []ast.Node) {
	ends := map[ast.Node]token.Pos{}
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		if n == nil || n == s.syntax {
			return n != nil
		}
		if body, ok := n.(*ast.BlockStmt); ok {
			clauseEnds(body, ends)
		}
		end, ok := ends[n]
		if !ok {
			end = n.End()
		}
		if n.Pos() >= pos || pos >= end {
			return false
		}
		path = append(path, n)
		return true
	})
	return path
}

// clauseEnds lets each clause of a switch or select reach to the next one, or to the closing brace:
// to a reader, a comment behind its last statement is still in it.
func clauseEnds(body *ast.BlockStmt, ends map[ast.Node]token.Pos) {
	for i, clause := range body.List {
		if !isClause(clause) {
			return
		}
		ends[clause] = body.Rbrace
		if i+1 < len(body.List) {
			ends[clause] = body.List[i+1].Pos()
		}
	}
}

func isClause(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.CaseClause, *ast.CommClause:
		return true
	default:
		return false
	}
}
