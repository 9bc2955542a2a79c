package rewrite

import (
	"go/ast"
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
	var names []string
	var values []part
	hold := func(x ast.Expr, count int) (held []string) {
		for range count {
			held = append(held, r.fresh())
		}
		names = append(names, held...)
		if len(values) > 0 {
			values = append(values, text(", "))
		}
		values = append(values, r.node(x))
		return held
	}
	var call []part
	if r.isStatic(c.Fun) {
		call = append(call, r.callee(c)...)
	} else {
		call = append(call, text(hold(c.Fun, 1)[0]+"("))
	}
	for i, arg := range c.Args {
		if i > 0 {
			call = append(call, text(", "))
		}
		if r.isStatic(arg) {
			call = append(call, r.node(arg))
		} else {
			call = append(call, text(strings.Join(hold(arg, r.count(arg)), ", ")))
		}
	}
	if c.Ellipsis.IsValid() {
		call = append(call, text("..."))
	}
	var parts []part
	if len(names) > 0 {
		parts = append(append(parts, text("{ "+strings.Join(names, ", ")+" := ")), values...)
		parts = append(parts, text("; "))
		call = append(call, text(") }) }"))
	} else {
		call = append(call, text(") })"))
	}
	parts = append(append(parts, textAt(s.Pos(), start+", func() { ")), call...)
	r.replace(s.Pos(), r.End(s), parts...)
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
	s, ok := r.info.TypeOf(c.Fun).Underlying().(*types.Signature)
	return ok && s.Params().Len() == 0 && s.Results().Len() == 0
}

// isStatic tells whether an expression needs no evaluation: a constant, nil, a function with a name, a type. A
// function that synchronises is none, as a value of it is made.
func (r *rewriter) isStatic(x ast.Expr) bool {
	t := r.info.Types[x]
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

// typed tells whether each argument has a type of its own, or needs no evaluation. A comparison or a shift may
// have that of the parameter, which a variable would not have.
func (r *rewriter) typed(args []ast.Expr) bool {
	for _, arg := range args {
		if r.isStatic(arg) {
			continue
		}
		if b, ok := r.info.TypeOf(arg).(*types.Basic); ok && (b.Kind() == types.Bool || b.Kind() == types.Int) {
			continue
		}
		switch arg := ast.Unparen(arg).(type) {
		case *ast.BinaryExpr, *ast.UnaryExpr:
			if fluid(arg) {
				return false
			}
		}
	}
	return true
}

// fluid tells whether a comparison or a shift is in an expression of operators.
func fluid(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.BinaryExpr:
		switch x.Op.String() {
		case "==", "!=", "<", "<=", ">", ">=", "<<", ">>":
			return true
		}
		return fluid(x.X) || fluid(x.Y)
	case *ast.UnaryExpr:
		return x.Op.String() != "<-" && x.Op.String() != "&" && fluid(x.X)
	default:
		return false
	}
}
