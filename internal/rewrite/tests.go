package rewrite

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
	"unicode"
	"unicode/utf8"
)

// test lets a top-level test begin to be hunted, and notes that it is there.
func (r *rewriter) test(f *ast.FuncDecl) {
	parameter, ok := r.testParameter(f)
	if !ok {
		return
	}
	name := r.fresh()
	switch {
	case len(parameter.Names) == 0:
		r.replace(parameter.Pos(), r.End(parameter), text(name+" "), r.node(parameter))
	case parameter.Names[0].Name == "_":
		r.replace(parameter.Names[0].Pos(), parameter.Names[0].End(), text(name))
	default:
		name = parameter.Names[0].Name
	}
	r.replace(f.Body.Lbrace, f.Body.Lbrace+1, text(fmt.Sprintf("{ %s.Begin(%s);", r.hunt, name)))
}

// testParameter is the parameter of a function that `go test` would run as a test.
func (r *rewriter) testParameter(f *ast.FuncDecl) (*ast.Field, bool) {
	if !r.isTest() || f.Recv != nil || f.Body == nil || !isTestName(f.Name.Name) {
		return nil, false
	}
	o, ok := r.info.Defs[f.Name].(*types.Func)
	if !ok || !isTestSignature(o.Signature()) {
		return nil, false
	}
	return f.Type.Params.List[0], true
}

func isTestName(name string) bool {
	rest, ok := strings.CutPrefix(name, "Test")
	first, _ := utf8.DecodeRuneInString(rest)
	return ok && (rest == "" || !unicode.IsLower(first))
}

func isTestSignature(s *types.Signature) bool {
	if s.TypeParams().Len() > 0 || s.Params().Len() != 1 || s.Results().Len() != 0 || s.Variadic() {
		return false
	}
	p, ok := types.Unalias(s.Params().At(0).Type()).(*types.Pointer)
	if !ok {
		return false
	}
	t, ok := types.Unalias(p.Elem()).(*types.Named)
	return ok && t.Obj().Name() == "T" && t.Obj().Pkg() != nil && t.Obj().Pkg().Path() == "testing"
}
