package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// goStmt rewrites a go statement. The function and the arguments are evaluated where they were, into variables
// of a block; what needs no evaluation, and has no type of its own, is written into the call.
func (r *rewriter) goStmt(s *ast.GoStmt) {
	c := s.Call
	r.done[c] = true
	if !r.typed(c.Args) {
		return
	}
	start := r.call("Go", r.op("go", s.Pos()))
	if r.callable(c) {
		r.replace(s.Pos(), r.End(s), text(start+", "), r.node(c.Fun), text(")"))
		return
	}
	var h holder
	var call []part
	if r.isStatic(c.Fun) {
		call = append(call, r.callee(c)...)
	} else {
		call = append(call, text(r.hold(&h, c.Fun)+"("))
	}
	for i, arg := range c.Args {
		if i > 0 {
			call = append(call, text(", "))
		}
		if r.isStatic(arg) {
			call = append(call, r.node(arg))
		} else {
			call = append(call, text(r.hold(&h, arg)))
		}
	}
	if c.Ellipsis.IsValid() {
		call = append(call, text("..."))
	}
	h.end()
	parts := append(h.assigned, textAt(s.Pos(), start+", func() { "))
	parts = append(parts, call...)
	if len(h.assigned) > 0 {
		r.replace(s.Pos(), r.End(s), append(append([]part{text("{ ")}, parts...), text(") }) }"))...)
	} else {
		r.replace(s.Pos(), r.End(s), append(parts, text(") })"))...)
	}
}

// A holder has the variables of what is evaluated at the statement, and the assignments to them.
type holder struct {
	assigned []part
	names    []string
	values   []part
}

// hold evaluates an expression into variables, and returns their names. Several values are assigned by themselves.
func (r *rewriter) hold(h *holder, x ast.Expr) string {
	count := r.count(x)
	if count > 1 {
		h.end()
	}
	var names []string
	for range count {
		names = append(names, r.fresh())
	}
	if len(h.values) > 0 {
		h.values = append(h.values, text(", "))
	}
	h.names, h.values = append(h.names, names...), append(h.values, r.node(x))
	return strings.Join(names, ", ")
}

// end ends an assignment.
func (h *holder) end() {
	if len(h.names) > 0 {
		h.assigned = append(append(h.assigned, text(strings.Join(h.names, ", ")+" := ")), h.values...)
		h.assigned = append(h.assigned, text("; "))
		h.names, h.values = nil, nil
	}
}

// callee is a function that needs no evaluation, and the parenthesis behind it.
func (r *rewriter) callee(c *ast.CallExpr) []part {
	if r.use(c.Fun).builtin("close") {
		return []part{text(r.call("Close", r.op("close", c.Pos())) + ", ")}
	}
	return []part{r.node(c.Fun), text("(")}
}

// callable tells whether the function that the statement calls is a func().
func (r *rewriter) callable(c *ast.CallExpr) bool {
	if r.info.Types[c.Fun].IsBuiltin() {
		return false
	}
	t := r.info.TypeOf(c.Fun)
	if t == nil {
		return false // it is C's
	}
	s, ok := t.Underlying().(*types.Signature)
	return ok && s.Params().Len() == 0 && s.Results().Len() == 0
}

// isStatic tells whether an expression needs no evaluation: a constant, nil, a function with a name, also one of C, a
// type. A function that synchronises is none, as a value of it is made.
func (r *rewriter) isStatic(x ast.Expr) bool {
	t := r.info.Types[x]
	if r.info.TypeOf(x) == nil {
		_, ok := ast.Unparen(x).(*ast.SelectorExpr)
		return ok
	}
	if t.Value != nil || t.IsNil() || t.IsType() || t.IsBuiltin() {
		return true
	}
	u := r.use(x)
	f, ok := u.object.(*types.Func)
	return ok && f.Signature().Recv() == nil && u.operation() == "" && sited[f.FullName()] == "" && notHuntable[f.FullName()] == ""
}

// count is how many values an expression has.
func (r *rewriter) count(x ast.Expr) int {
	if t, ok := r.info.TypeOf(x).(*types.Tuple); ok {
		return t.Len()
	}
	return 1
}

// typed tells whether each argument has a type of its own, or needs no evaluation. A comparison, or a shift of a
// constant, may have that of the parameter, which a variable would not have; what a name of C stands for is not known.
func (r *rewriter) typed(args []ast.Expr) bool {
	for _, arg := range args {
		t := r.info.TypeOf(arg)
		if t == nil {
			if _, ok := ast.Unparen(arg).(*ast.CallExpr); !ok {
				return false
			}
			continue
		}
		if b, ok := t.(*types.Basic); ok && (b.Kind() == types.Bool || b.Kind() == types.Int) {
			continue
		}
		if !r.isStatic(arg) && r.fluid(arg) {
			return false
		}
	}
	return true
}

// fluid tells whether the type of an expression of operators is not its own.
func (r *rewriter) fluid(x ast.Expr) bool {
	if r.info.Types[x].Value != nil {
		return true
	}
	switch x := ast.Unparen(x).(type) {
	case *ast.BinaryExpr:
		switch x.Op {
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
			return true
		case token.SHL, token.SHR:
			return r.fluid(x.X)
		}
		return r.fluid(x.X) && r.fluid(x.Y)
	case *ast.UnaryExpr:
		return x.Op != token.ARROW && x.Op != token.AND && r.fluid(x.X)
	default:
		return false
	}
}
