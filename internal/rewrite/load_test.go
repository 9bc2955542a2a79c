package rewrite

import (
	"go/ast"
	"testing"

	"github.com/orchtest/orchtest/internal/gosource"
)

// TestProblem finds the declaration whose rewritten form has an error of syntax, which is on another line now.
func TestProblem(t *testing.T) {
	l, err := newLoader(Config{})
	if err != nil {
		t.Fatal(err)
	}
	file, err := gosource.Parse(l.fset, "/dir/m.go", []byte("package m\n\nfunc a() {\n}\n\nfunc b() {\n}\n\nfunc c() {\n}\n"), 0)
	if err != nil {
		t.Fatal(err)
	}
	s := &source{file, "m/m.go"}
	u := &unit{sources: []*source{s}}
	w := &writer{loader: l}
	for wrong, want := range map[string]ast.Decl{
		"package m; import \"sync\"\nfunc a() {}; func b() { ) }; func c() {}\n":         file.Syntax.Decls[1],
		"package m; import \"sync\"\nfunc a() {}\n//line other.y:99\nfunc b() { }; ) \n": file.Syntax.Decls[2],
	} {
		problems := w.recheck(u, map[*source][]byte{s: []byte(wrong)})
		if len(problems) != 1 || problems[0].decl != want {
			t.Errorf("%s: got %+v, want the declaration %v", wrong, problems, want)
		}
	}
}
