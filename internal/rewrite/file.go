package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"go/version"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A rewriter rewrites one file.
type rewriter struct {
	*source
	info      *types.Info
	pkg       *types.Package
	hunt      string // the name of lib/hunt in the package, which other names begin with
	hunts     string // its import path
	goVersion string // the language version of the file: "go1.22"

	edits   []*edit
	done    map[ast.Node]bool // nodes that are part of what has been rewritten already
	unused  map[string]bool   // references to what may not be used any more
	counter int
}

// rewrite is the file's new text, but for the declarations that are to be left as they are. It is the old one
// where there is nothing to rewrite.
func (r *rewriter) rewrite(leave map[ast.Decl]bool) []byte {
	r.done = map[ast.Node]bool{}
	r.unused = map[string]bool{}
	for _, decl := range r.Syntax.Decls {
		if leave[decl] || noSplit(decl) {
			continue
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			if n != nil && !r.done[n] {
				r.visit(n)
			}
			return true
		})
	}
	if len(r.edits) == 0 {
		return r.Text
	}
	name := r.End(r.Syntax.Name)
	before, constraint := r.constrained()
	r.edits = append(r.edits, constraint...)
	r.edits = append(r.edits, &edit{span: r.stretch(r.Syntax.Name.Pos(), name), parts: []part{
		r.span(r.Syntax.Name.Pos(), name),
		text(fmt.Sprintf("; import %s %q%s", r.hunt, r.hunts, r.Naming(name))),
	}})
	e := &emitter{source: r.source, line: 1, out: []byte(before)}
	e.stretch(span{0, len(r.Text)}, arrange(r.edits))
	if len(r.unused) > 0 {
		e.out = append(e.out, "\n"+strings.Join(slices.Sorted(maps.Keys(r.unused)), "; ")+"\n"...)
	}
	return e.out
}

// noSplit tells whether a function must not use more of the stack than it does.
func noSplit(decl ast.Decl) bool {
	f, ok := decl.(*ast.FuncDecl)
	return ok && f.Doc != nil && slices.ContainsFunc(f.Doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:nosplit")
	})
}

// generics is the first version of the language in which functions of lib/hunt can be called.
const generics = "go1.18"

// constrained lets the file have the language that the calls need: by a build constraint, which does not
// change what loop variables are. It returns what goes before the file, or how to change the constraint that is
// there.
func (r *rewriter) constrained() (before string, edits []*edit) {
	if version.Compare(r.goVersion, generics) >= 0 {
		return "", nil
	}
	for _, group := range r.Syntax.Comments {
		for _, c := range group.List {
			expr, ok := strings.CutPrefix(c.Text, "//go:build ")
			if ok && c.Pos() < r.Syntax.Package {
				return "", []*edit{{span: r.stretch(c.Pos(), c.End()), parts: []part{
					text(fmt.Sprintf("//go:build (%s) && %s", strings.TrimSpace(expr), generics)),
				}}}
			}
		}
	}
	return fmt.Sprintf("//go:build %s\n//line %s:1\n", generics, r.Path), nil
}

func (r *rewriter) stretch(from, to token.Pos) span { return r.span(from, to).old }

// node is all of a node's text.
func (r *rewriter) node(n ast.Node) part { return r.span(n.Pos(), r.End(n)) }

// replace puts parts in place of a stretch.
func (r *rewriter) replace(from, to token.Pos, parts ...part) {
	r.edits = append(r.edits, &edit{span: r.stretch(from, to), parts: parts})
}

// op is the site of an operation, as Go code.
func (r *rewriter) op(name string, pos token.Pos) string {
	p := r.Token.PositionFor(pos, false)
	return strconv.Quote(fmt.Sprintf("%s\t%s:%d:%d", name, r.site, p.Line, p.Column))
}

// call is the beginning of a call of a function of lib/hunt, with the site as its first argument.
func (r *rewriter) call(function, site string) string {
	return fmt.Sprintf("%s.%s(%s", r.hunt, function, site)
}

// fresh is a name that nothing else has.
func (r *rewriter) fresh() string {
	r.counter++
	return r.hunt + strconv.Itoa(r.counter)
}

func (r *rewriter) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		r.test(n)
	case *ast.GoStmt:
		r.goStmt(n)
	case *ast.SendStmt:
		r.send(n)
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			r.receive(n)
		}
	case *ast.AssignStmt:
		r.commaOK(n)
	case *ast.RangeStmt:
		r.rangeStmt(n)
	case *ast.SelectStmt:
		r.selectStmt(n)
	case *ast.CallExpr:
		r.callExpr(n)
	case *ast.SelectorExpr, *ast.Ident:
		r.value(n.(ast.Expr))
	}
}
