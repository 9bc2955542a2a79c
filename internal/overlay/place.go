package overlay

import (
	"go/ast"
	"go/token"
)

// how is the way in which a stop gets into the text.
type how int

const (
	behind      how = iota // the statement that ends at from
	opening                // the body whose brace or colon ends at from
	before                 // the statement, or the comment, that begins at from
	returning              // the return statement at from, as a defer
	around                 // the expression between from and to
	choosing               // the brace at from, as the missing tag of a switch
	choosingToo            // the brace at from, behind such a tag
)

// place is where the stop of a pragma belongs.
type place struct {
	how      how
	from, to token.Pos
}

// place finds where a pragma's thread stops. complaint says why there is no such place, and where
// there would be one.
//
// It asks the innermost node around the comment first: a statement in a function literal is more of an
// answer than the call that the literal is an argument of.
func (s *source) place(p pragma) (at place, complaint string) {
	path := s.enclosing(p.pos)
	for i := len(path) - 1; i >= 0; i-- {
		var parent ast.Node = s.Syntax
		if i > 0 {
			parent = path[i-1]
		}
		at, complaint, ok := s.placeIn(path[i], parent, p)
		if ok {
			return at, complaint
		}
	}
	return place{}, s.outside(p)
}

// placeIn is place for one of the nodes. It is not ok if the node has no say.
func (s *source) placeIn(n, parent ast.Node, p pragma) (at place, complaint string, ok bool) {
	switch n := n.(type) {
	case *ast.BlockStmt:
		at, complaint = s.inBlock(n, parent, p)
	case *ast.CaseClause:
		at, complaint = s.inClause(n.Body, n.Colon, p)
	case *ast.CommClause:
		at, complaint = s.inClause(n.Body, n.Colon, p)
	case *ast.FuncDecl, *ast.FuncType:
		complaint = inSignature
	case *ast.StructType, *ast.InterfaceType, *ast.TypeSpec:
		complaint = inType
	case *ast.LabeledStmt:
		at, complaint = s.atLabel(n)
	case ast.Stmt:
		if isPart(n, parent) {
			return place{}, "", false
		}
		at, complaint = s.inStatement(n, p)
	default:
		return place{}, "", false
	}
	return at, complaint, true
}

// isPart tells whether a statement is no more than a part of its parent's header.
func isPart(n ast.Stmt, parent ast.Node) bool {
	switch parent := parent.(type) {
	case *ast.IfStmt:
		return n == parent.Init
	case *ast.ForStmt:
		return n == parent.Init || n == parent.Post
	case *ast.SwitchStmt:
		return n == parent.Init
	case *ast.TypeSwitchStmt:
		return n == parent.Init || n == parent.Assign
	case *ast.CommClause:
		return n == parent.Comm
	default:
		return false
	}
}

// inBlock places a pragma between the braces of a block.
func (s *source) inBlock(block *ast.BlockStmt, parent ast.Node, p pragma) (place, string) {
	switch parent := parent.(type) {
	case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
		if p.alone || s.Line(block.Lbrace) != p.line {
			return place{}, beforeCase
		}
		return s.inStatement(parent.(ast.Stmt), p)
	case *ast.IfStmt:
		if block != parent.Body {
			break
		}
		return s.inList(block.List, block.Lbrace, p, s.header(parent.Cond, block))
	case *ast.ForStmt:
		return s.inList(block.List, block.Lbrace, p, s.header(parent.Cond, block))
	}
	return s.inList(block.List, block.Lbrace, p, start(block.Lbrace))
}

// inClause places a pragma in a case of a switch or select.
func (s *source) inClause(body []ast.Stmt, colon token.Pos, p pragma) (place, string) {
	if p.pos < colon {
		return start(colon), ""
	}
	return s.inList(body, colon, p, start(colon))
}

// inList places a pragma that is inside of none of the statements of a list. first is the place that
// belongs to the brace or colon that opens the list.
func (s *source) inList(list []ast.Stmt, open token.Pos, p pragma, first place) (place, string) {
	var last ast.Stmt
	for _, stmt := range list {
		if stmt.Pos() < p.pos {
			last = stmt
		}
	}
	switch {
	case p.alone && last != nil && s.endless(last):
		return place{}, unreachable
	case p.alone:
		return place{how: before, from: p.pos}, ""
	case last != nil && s.Line(s.End(last)) == p.line:
		return s.behind(last)
	case s.Line(open) == p.line:
		return first, ""
	default:
		return place{}, nothingHere
	}
}

// inStatement places a pragma that is inside of a statement, but of none of its blocks.
func (s *source) inStatement(stmt ast.Stmt, p pragma) (place, string) {
	switch n := stmt.(type) {
	case *ast.IfStmt:
		return s.inIf(n, p)
	case *ast.ForStmt:
		return s.header(n.Cond, n.Body), ""
	case *ast.RangeStmt:
		return start(n.Body.Lbrace), ""
	case *ast.SwitchStmt:
		if n.Tag == nil {
			return place{how: choosing, from: n.Body.Lbrace}, ""
		}
		return s.aroundExpr(n.Tag), ""
	case *ast.TypeSwitchStmt:
		return s.aroundExpr(guarded(n.Assign)), ""
	case *ast.SelectStmt:
		return place{}, atSelect
	default:
		return s.behind(n)
	}
}

// inIf places a pragma in the header of an if statement or between its `else` and what follows.
func (s *source) inIf(n *ast.IfStmt, p pragma) (place, string) {
	if p.pos < n.Body.Pos() {
		return s.aroundExpr(n.Cond), ""
	}
	if block, ok := n.Else.(*ast.BlockStmt); ok {
		return start(block.Lbrace), ""
	}
	return s.inIf(n.Else.(*ast.IfStmt), p)
}

// behind places a pragma that belongs to a statement as a whole.
func (s *source) behind(stmt ast.Stmt) (place, string) {
	inner := stmt
	for labeled, ok := inner.(*ast.LabeledStmt); ok; labeled, ok = inner.(*ast.LabeledStmt) {
		inner = labeled.Stmt
	}
	switch inner.(type) {
	case *ast.ReturnStmt:
		return place{how: returning, from: inner.Pos()}, ""
	case *ast.BranchStmt:
		return place{how: before, from: inner.Pos()}, ""
	}
	if s.endless(stmt) {
		return place{}, notBehind(inner)
	}
	return place{how: behind, from: s.End(stmt)}, ""
}

// atLabel places a pragma between a label and its statement: a goto to the label passes it too. A
// break or continue wants the label right in front of its statement.
func (s *source) atLabel(n *ast.LabeledStmt) (place, string) {
	if usesLabel(n.Stmt, n.Label.Name) {
		return place{}, atLabelInUse(n.Label.Name)
	}
	return start(n.Colon), ""
}

// header is the place of a header with a condition, or of one that has none.
func (s *source) header(cond ast.Expr, body *ast.BlockStmt) place {
	if cond == nil {
		return start(body.Lbrace)
	}
	return s.aroundExpr(cond)
}

func (s *source) aroundExpr(x ast.Expr) place {
	return place{how: around, from: x.Pos(), to: s.End(x)}
}

// start is the place right behind a one-byte token, a brace or a colon.
func start(open token.Pos) place { return place{how: opening, from: open + 1} }

// guarded is the x of x.(type).
func guarded(assign ast.Stmt) ast.Expr {
	var guard ast.Expr
	switch n := assign.(type) {
	case *ast.ExprStmt:
		guard = n.X
	case *ast.AssignStmt:
		guard = n.Rhs[0]
	}
	return ast.Unparen(guard).(*ast.TypeAssertExpr).X
}
