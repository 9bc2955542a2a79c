package overlay

import (
	"go/ast"
	"go/token"
	"strings"

	"github.com/orchtest/orchtest/internal/gosource"
)

// source is one Go file with its pragmas.
type source struct {
	*gosource.File
	pragmas []pragma
	blocks  []token.Pos // pragmas written as block comments
}

// parse takes a file apart. An error is one of syntax.
func parse(path string, text []byte) (*source, error) {
	file, err := gosource.Parse(token.NewFileSet(), path, text, 0)
	if err != nil {
		return nil, err
	}
	s := &source{File: file}
	for _, c := range file.Comments {
		s.comment(c)
	}
	return s, nil
}

func (s *source) comment(c gosource.Comment) {
	if strings.HasPrefix(c.Text, "/*") {
		if pragmaInBlock(c.Text) {
			s.blocks = append(s.blocks, c.Pos)
		}
		return
	}
	p := pragma{pos: c.Pos, line: s.Line(c.Pos), alone: c.Alone}
	var ok bool
	if p.name, ok = pragmaIn(c.Text, p.alone); ok {
		s.pragmas = append(s.pragmas, p)
	}
}

// enclosing are the nodes around a position, from the file's declaration inwards.
func (s *source) enclosing(pos token.Pos) (path []ast.Node) {
	ends := map[ast.Node]token.Pos{}
	ast.Inspect(s.Syntax, func(n ast.Node) bool {
		if n == nil || n == s.Syntax {
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
