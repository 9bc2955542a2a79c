package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// maxCases is how many cases a select statement may have that lib/hunt knows how to do.
const maxCases = 64

// comm is a case of a select statement that is not the default one.
type comm struct {
	*ast.CommClause
	name    string // of the variable that holds it
	send    *ast.SendStmt
	receive *ast.UnaryExpr
	assign  *ast.AssignStmt // of what is received
}

// selectStmt makes a switch of a select statement: it evaluates the channels and the values to be sent, and
// chooses. A switch leaves break, labels and scopes as they were.
func (r *rewriter) selectStmt(s *ast.SelectStmt) {
	comms, hasDefault := r.comms(s)
	if len(comms) > maxCases {
		return
	}
	for i := range comms {
		comms[i].name = r.fresh()
	}
	site := r.op("select", s.Pos())
	if len(s.Body.List) == 0 {
		r.replace(s.Pos(), r.End(s), text(fmt.Sprintf("for { %s) }", r.call("Block", site))))
		return
	}
	parts := append(r.head(comms), textAt(s.Pos(), r.choosing(site, comms, hasDefault)))
	at := s.Body.Lbrace + 1
	number := 0
	for _, clause := range s.Body.List {
		c := clause.(*ast.CommClause)
		parts = append(parts, r.span(at, c.Pos()))
		at = c.Colon + 1
		if c.Comm == nil {
			parts = append(parts, text("default:"))
			continue
		}
		parts = append(parts, text(fmt.Sprintf("case %d:", number)))
		parts = append(parts, r.assigned(comms[number])...)
		number++
	}
	end := text("}")
	if !hasDefault {
		end = text(";default: for {}}") // is not reached; a statement that never ends stays one
	}
	r.replace(s.Pos(), r.End(s), append(parts, r.span(at, s.Body.Rbrace), end)...)
}

func (r *rewriter) comms(s *ast.SelectStmt) (comms []comm, hasDefault bool) {
	for _, clause := range s.Body.List {
		c := comm{CommClause: clause.(*ast.CommClause)}
		switch stmt := c.Comm.(type) {
		case nil:
			hasDefault = true
			continue
		case *ast.SendStmt:
			c.send = stmt
			r.done[stmt] = true
		case *ast.ExprStmt:
			c.receive = ast.Unparen(stmt.X).(*ast.UnaryExpr)
		case *ast.AssignStmt:
			c.receive = ast.Unparen(stmt.Rhs[0]).(*ast.UnaryExpr)
			c.assign = stmt
		}
		if c.receive != nil {
			r.done[c.receive] = true
		}
		comms = append(comms, c)
	}
	return comms, hasDefault
}

// head evaluates what the cases need, in their order.
func (r *rewriter) head(comms []comm) []part {
	if len(comms) == 0 {
		return []part{text("switch ")}
	}
	names := make([]string, len(comms))
	for i, c := range comms {
		names[i] = c.name
	}
	parts := []part{text("switch " + strings.Join(names, ", ") + " := ")}
	for i, c := range comms {
		if i > 0 {
			parts = append(parts, text(", "))
		}
		if c.send != nil {
			parts = append(parts, text(r.hunt+".To("), r.node(c.send.Chan), text(").Case("), r.node(c.send.Value), text(")"))
		} else {
			parts = append(parts, text(r.hunt+".From("), r.node(c.receive.X), text(")"))
		}
	}
	return append(parts, text("; "))
}

// choosing is the call that returns the index of the case that was done, and the brace.
func (r *rewriter) choosing(site string, comms []comm, hasDefault bool) string {
	if len(comms) == 0 {
		return r.call("Select0", site) + ") {"
	}
	function := fmt.Sprint("Select", len(comms))
	if len(comms) > 4 {
		function = "SelectMany"
	}
	var b strings.Builder
	may := "Wait"
	if hasDefault {
		may = "Poll"
	}
	fmt.Fprintf(&b, "%s, %s.%s", r.call(function, site), r.hunt, may)
	for _, c := range comms {
		b.WriteString(", &" + c.name)
	}
	b.WriteString(") {")
	return b.String()
}

// assigned assigns what was received, at the beginning of the case.
func (r *rewriter) assigned(c comm) []part {
	if c.assign == nil {
		return nil
	}
	parts := []part{text(" "), r.node(c.assign.Lhs[0])}
	value := c.name + ".V"
	if len(c.assign.Lhs) == 2 {
		parts = append(parts, text(", "), r.node(c.assign.Lhs[1]))
		value += ", " + c.name + ".OK"
		if c.assign.Tok == token.ASSIGN && !r.takesBool(c.assign.Lhs[1]) {
			value += " != (0 == 1)" // can be assigned to any kind of bool
		}
	}
	return append(parts, text(fmt.Sprintf(" %s %s;", c.assign.Tok, value)))
}
