package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"go/version"
)

func (r *rewriter) send(s *ast.SendStmt) {
	site := r.op("chan send", s.Pos())
	r.replace(s.Pos(), r.End(s),
		text(r.hunt+".To("), r.node(s.Chan), text(fmt.Sprintf(").Send(%s, ", site)), r.node(s.Value), text(")"))
}

func (r *rewriter) receive(x *ast.UnaryExpr) {
	function := "Receive"
	if _, two := r.info.TypeOf(x).(*types.Tuple); two {
		function = "Receive2"
	}
	site := r.op("chan receive", x.Pos())
	r.replace(x.Pos(), r.End(x), text(r.call(function, site)+", "), r.node(x.X), text(")"))
}

// commaOK leaves v, ok = <-ch alone where ok has a type of its own, to which no function's bool can be
// assigned.
func (r *rewriter) commaOK(s *ast.AssignStmt) {
	if len(s.Lhs) != 2 || len(s.Rhs) != 1 {
		return
	}
	x, ok := ast.Unparen(s.Rhs[0]).(*ast.UnaryExpr)
	if ok && x.Op == token.ARROW && !r.takesBool(s.Lhs[1]) {
		r.done[x] = true
	}
}

// takesBool tells whether a value of type bool can be assigned to an expression.
func (r *rewriter) takesBool(x ast.Expr) bool {
	t := r.info.TypeOf(x)
	return t == nil || types.AssignableTo(types.Typ[types.Bool], t)
}

// rangeStmt rewrites a loop over a channel. The variable is that of an iteration, declared in it, or that of
// all, as it is in the file's language.
func (r *rewriter) rangeStmt(s *ast.RangeStmt) {
	if !isChan(r.info.TypeOf(s.X)) {
		return
	}
	ch, ok := r.fresh(), r.fresh()
	receive := fmt.Sprintf("%s, %s)", r.call("Receive2", r.op("chan range", s.For)), ch)
	leave := fmt.Sprintf("; if !%s { break }; ", ok)
	loop := func(init, function string, body ...part) {
		head := []part{text(fmt.Sprintf("for %s := %s.%s(", init, r.hunt, function)), r.node(s.X), textAt(s.Pos(), "); ; {")}
		r.replace(s.Pos(), r.End(s), append(append(head, body...), r.span(s.Body.Lbrace+1, s.Body.Rbrace), text("}}"))...)
	}
	switch {
	case s.Key == nil || isBlank(s.Key):
		loop(ch, "Range", text(fmt.Sprintf("_, %s := %s%s{", ok, receive, leave)))
	case s.Tok == token.ASSIGN:
		v := r.fresh()
		loop(ch, "Range", text(fmt.Sprintf("%s, %s := %s%s", v, ok, receive, leave)), r.node(s.Key), text(" = "+v+"; {"))
	case version.Compare(r.goVersion, "go1.22") >= 0:
		loop(ch, "Range", r.node(s.Key), text(fmt.Sprintf(", %s := %s%s{", ok, receive, leave)))
	default:
		v, key := r.fresh(), s.Key.(*ast.Ident).Name
		loop(ch+", "+key, "RangeVar", text(fmt.Sprintf("%s, %s := %s%s%s = %s; {", v, ok, receive, leave, key, v)))
	}
}

func isBlank(x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == "_"
}

// isChan tells whether values of the type are channels, also where it is a type parameter.
func isChan(t types.Type) bool {
	if t == nil {
		return false
	}
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		return everyTerm(p, isChan)
	}
	_, ok := t.Underlying().(*types.Chan)
	return ok
}

// everyTerm tells whether a type parameter's type set is a list of types of which all are so.
func everyTerm(p *types.TypeParam, is func(types.Type) bool) bool {
	found := false
	var all func(t types.Type) bool
	all = func(t types.Type) bool {
		switch t := types.Unalias(t).(type) {
		case *types.Union:
			for term := range t.Terms() {
				if !all(term.Type()) {
					return false
				}
			}
			return true
		default:
			if i, ok := t.Underlying().(*types.Interface); ok {
				for embedded := range i.EmbeddedTypes() {
					if !all(embedded) {
						return false
					}
				}
				return true
			}
			found = true
			return is(t)
		}
	}
	return all(p.Constraint()) && found
}
