package overlay

import (
	"go/ast"
	"go/token"
)

// endless tells whether nothing behind a statement is reached from it: it is terminating in the sense
// of the language specification, or it goes elsewhere. A call behind it would be dead code, and could
// make the compiler miss a return.
func (s *source) endless(stmt ast.Stmt) bool { return s.endlessAs(stmt, "") }

// endlessAs is endless for a statement that bears a label.
func (s *source) endlessAs(stmt ast.Stmt, label string) bool {
	switch n := stmt.(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	case *ast.ExprStmt:
		return s.panics(n)
	case *ast.BlockStmt:
		return s.endlessList(n.List)
	case *ast.IfStmt:
		return n.Else != nil && s.endlessList(n.Body.List) && s.endless(n.Else)
	case *ast.ForStmt:
		return n.Cond == nil && !left(n.Body, label)
	case *ast.SwitchStmt:
		return s.endlessSwitch(n.Body, label)
	case *ast.TypeSwitchStmt:
		return s.endlessSwitch(n.Body, label)
	case *ast.SelectStmt:
		return s.endlessClauses(n.Body, label)
	case *ast.LabeledStmt:
		return s.endlessAs(n.Stmt, n.Label.Name)
	default:
		return false
	}
}

func (s *source) endlessList(list []ast.Stmt) bool {
	for i := len(list) - 1; i >= 0; i-- {
		if _, empty := list[i].(*ast.EmptyStmt); !empty {
			return s.endless(list[i])
		}
	}
	return false
}

// endlessSwitch needs a default clause: without one, a switch may match nothing.
func (s *source) endlessSwitch(body *ast.BlockStmt, label string) bool {
	for _, clause := range body.List {
		if c, ok := clause.(*ast.CaseClause); ok && c.List == nil {
			return s.endlessClauses(body, label)
		}
	}
	return false
}

func (s *source) endlessClauses(body *ast.BlockStmt, label string) bool {
	for _, clause := range body.List {
		if !s.endlessList(clauseBody(clause)) {
			return false
		}
	}
	return !left(body, label)
}

func clauseBody(clause ast.Stmt) []ast.Stmt {
	switch c := clause.(type) {
	case *ast.CaseClause:
		return c.Body
	case *ast.CommClause:
		return c.Body
	default:
		return nil
	}
}

// panics tells whether a statement calls the builtin panic. The name may mean something else: where
// the file uses it otherwise than for a call it is taken as not the builtin, since a dead call is
// harmless where a refusal is wrong.
func (s *source) panics(stmt *ast.ExprStmt) bool {
	call, ok := ast.Unparen(stmt.X).(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := ast.Unparen(call.Fun).(*ast.Ident)
	return ok && f.Name == "panic" && !s.redeclares("panic")
}

// redeclares tells whether a name occurs in the file other than as a function that is called, a method
// or a selected name.
func (s *source) redeclares(name string) (found bool) {
	plain := map[*ast.Ident]bool{}
	ast.Inspect(s.Syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if f, ok := ast.Unparen(n.Fun).(*ast.Ident); ok {
				plain[f] = true
			}
		case *ast.SelectorExpr:
			plain[n.Sel] = true
		case *ast.FuncDecl:
			plain[n.Name] = n.Recv != nil
		case *ast.Ident:
			found = found || n.Name == name && !plain[n]
		}
		return !found
	})
	return found
}

// left tells whether a break leads out of the statement with this body and label.
func left(body *ast.BlockStmt, label string) (found bool) {
	var inspect func(n ast.Node, implicit bool)
	inspect = func(root ast.Node, implicit bool) {
		ast.Inspect(root, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BranchStmt:
				found = found || n.Tok == token.BREAK &&
					(n.Label == nil && implicit || n.Label != nil && n.Label.Name == label)
			case *ast.FuncLit:
				return false
			case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				if implicit { // a break without a label now means this one
					inspect(n, false)
					return false
				}
			}
			return !found
		})
	}
	inspect(body, true)
	return found
}

// usesLabel tells whether a break or continue below a statement names a label. Only the statement
// that directly follows the label may be meant by them.
func usesLabel(stmt ast.Stmt, label string) (found bool) {
	ast.Inspect(stmt, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BranchStmt:
			found = found || n.Tok != token.GOTO && n.Label != nil && n.Label.Name == label
		case *ast.FuncLit:
			return false
		}
		return !found
	})
	return found
}
