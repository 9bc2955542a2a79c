package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// callExpr rewrites a call that synchronises, also one that is deferred.
func (r *rewriter) callExpr(c *ast.CallExpr) {
	u := r.use(c.Fun)
	full, _ := u.full()
	switch {
	case u.builtin("close"):
		r.opening(c, text(r.call("Close", r.op("close", c.Pos()))+", "))
	case sited[full] != "":
		r.sited(c, u, sited[full])
	case methods[full] != "":
		r.method(c, u, methods[full])
	default:
		r.function(c.Fun, u, true)
	}
}

// opening puts parts in place of a call's function and parenthesis.
func (r *rewriter) opening(c *ast.CallExpr, parts ...part) {
	r.skip(c.Fun)
	r.replace(c.Pos(), c.Lparen+1, parts...)
}

// skip leaves out an expression's outermost function, which is dealt with.
func (r *rewriter) skip(x ast.Expr) {
	r.done[x] = true
	switch x := x.(type) {
	case *ast.ParenExpr:
		r.skip(x.X)
	case *ast.IndexExpr:
		r.skip(x.X)
	case *ast.IndexListExpr:
		r.skip(x.X)
	case *ast.SelectorExpr:
		r.done[x.Sel] = true
	}
}

// function puts a call of a lib/hunt's function around a function that synchronises, if it does: behind it
// comes either the call itself, where it is called, or a value of its type.
func (r *rewriter) function(x ast.Expr, u used, called bool) {
	name, t := u.operation(), r.info.TypeOf(x)
	if t == nil {
		return
	}
	if called && name == "" && (u.selection == nil || u.selection.Kind() == types.FieldVal) && r.info.Types[x].IsValue() {
		name = cancelling(t) // as a value it is left alone: it is given to whoever is to call it
	}
	wrap := wrapper(t)
	if name == "" || wrap == "" {
		return
	}
	behind := ").Bind()"
	if called {
		behind = ").Do"
	}
	r.skip(x)
	r.replace(x.Pos(), r.End(x), text(r.call(wrap, r.op(name, r.place(x)))+", "), r.node(x), text(behind))
}

// place is where an operation is: that of the method's or function's name.
func (r *rewriter) place(x ast.Expr) token.Pos {
	switch x := ast.Unparen(x).(type) {
	case *ast.SelectorExpr:
		return x.Sel.Pos()
	case *ast.IndexExpr:
		return r.place(x.X)
	case *ast.IndexListExpr:
		return r.place(x.X)
	default:
		return x.Pos()
	}
}

// sited rewrites a call of a function that lib/hunt has with a site, which may have type arguments.
func (r *rewriter) sited(c *ast.CallExpr, u used, name string) {
	full, _ := u.full()
	site := r.op(full, r.place(c.Fun))
	arguments := ""
	if len(c.Args) > 0 {
		arguments = ", "
	}
	r.keep(u)
	r.skip(c.Fun)
	var parts []part
	switch f := ast.Unparen(c.Fun).(type) {
	case *ast.IndexExpr:
		parts = []part{text(r.hunt + "." + name), r.span(f.Lbrack, r.End(f))}
	case *ast.IndexListExpr:
		parts = []part{text(r.hunt + "." + name), r.span(f.Lbrack, r.End(f))}
	default:
		parts = []part{text(r.hunt + "." + name)}
	}
	r.opening(c, append(parts, text("("+site+arguments))...)
}

// method rewrites a call of a method for which lib/hunt has a function.
func (r *rewriter) method(c *ast.CallExpr, u used, name string) {
	receiver, ok := r.receiver(c.Fun, u)
	if !ok || len(c.Args) == 1 && r.isTuple(c.Args[0]) {
		r.function(c.Fun, u, true)
		return
	}
	full, _ := u.full()
	parts := append([]part{text(r.call(name, r.op(full, r.place(c.Fun))) + ", ")}, receiver...)
	if len(c.Args) > 0 {
		parts = append(parts, text(", "))
	}
	r.opening(c, parts...)
}

func (r *rewriter) isTuple(x ast.Expr) bool {
	_, ok := r.info.TypeOf(x).(*types.Tuple)
	return ok
}

// receiver is a pointer to the receiver of a method; where it is that of an embedded field, by the names of the
// fields. That cannot be written where a field is another package's own.
func (r *rewriter) receiver(fun ast.Expr, u used) (parts []part, ok bool) {
	x, ok := ast.Unparen(fun).(*ast.SelectorExpr)
	if !ok || u.selection == nil || u.selection.Kind() != types.MethodVal {
		return nil, false
	}
	t, path := u.selection.Recv(), ""
	for _, i := range u.selection.Index()[:len(u.selection.Index())-1] {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		s, ok := t.Underlying().(*types.Struct)
		if !ok {
			return nil, false
		}
		field := s.Field(i)
		if !field.Exported() && field.Pkg() != r.pkg {
			return nil, false
		}
		path += "." + field.Name()
		t = field.Type()
	}
	address := "&"
	if _, ok := t.Underlying().(*types.Pointer); ok {
		address = ""
	}
	return []part{text(address), r.node(x.X), text(path)}, true
}

// value rewrites a function or method that is not called, but whose value is taken; and a function that
// lib/hunt has with the same type, called or not.
func (r *rewriter) value(x ast.Expr) {
	u := r.use(x)
	if _, ok := u.path(); !ok {
		return
	}
	if s, ok := x.(*ast.SelectorExpr); ok {
		r.done[s.Sel] = true
	}
	full, _ := u.full()
	switch {
	case standIns[full] != "":
		r.keep(u)
		r.replace(x.Pos(), r.End(x), text(r.hunt+"."+standIns[full]))
		if s, ok := x.(*ast.SelectorExpr); ok {
			r.done[s.X] = true
		}
	case leakChecks[full] != "":
		ignore := []part{text("IgnoreCurrent)")}
		if s, ok := ast.Unparen(x).(*ast.SelectorExpr); ok {
			ignore = []part{r.node(s.X), text(".IgnoreCurrent)")}
		}
		r.replace(x.Pos(), r.End(x), append([]part{text(r.hunt + "." + leakChecks[full] + "("), r.node(x), text(", ")}, ignore...)...)
	case notHuntable[full] != "":
		site := r.op(full, r.place(x))
		r.replace(x.Pos(), r.End(x), text(r.call("NotHuntableCall", site)+`, "`+notHuntable[full]+`", `), r.node(x), text(")"))
	case methods[full] != "":
		r.methodValue(x, u, methods[full])
	default:
		r.function(x, u, false)
	}
}

// methodValue is for a method that lib/hunt has a function for.
func (r *rewriter) methodValue(x ast.Expr, u used, name string) {
	receiver, ok := r.receiver(x, u)
	if !ok || name == "Run" || name == "WaitGroupGo" {
		r.function(x, u, false)
		return
	}
	full, _ := u.full()
	parts := append([]part{text(r.call(name+"Value", r.op(full, r.place(x))) + ", ")}, receiver...)
	r.replace(x.Pos(), r.End(x), append(parts, text(")"))...)
}

// keep keeps the import of a package in use of which a function has been replaced.
func (r *rewriter) keep(u used) {
	path, _ := u.path()
	for _, spec := range r.Syntax.Imports {
		var object types.Object
		if spec.Name != nil {
			object = r.info.Defs[spec.Name]
		} else {
			object = r.info.Implicits[spec]
		}
		name, ok := object.(*types.PkgName)
		switch {
		case strings.Trim(spec.Path.Value, "`\"") != path:
		case spec.Name != nil && spec.Name.Name == ".":
			r.unused["var _ = "+references[path]] = true
		case ok:
			r.unused["var _ = "+name.Name()+"."+references[path]] = true
		}
	}
}
