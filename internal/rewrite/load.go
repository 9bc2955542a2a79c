package rewrite

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/internal/gobuild"
	"github.com/orchtest/orchtest/internal/gosource"
)

// A loader has the packages with their types.
type loader struct {
	config   Config
	dir      string // config.Dir, absolute
	environ  gobuild.Environ
	base     gobuild.Files // the user's own overlay
	env      goEnv
	patterns []*pattern
	tested   []gobuild.Package
	fset     *token.FileSet
	units    map[string]*unit // by what the go command calls the package
	order    []*unit          // each behind what it imports
	exports  map[string]string
	importer types.Importer // from what the compiler has written
	sources  map[string]*source
	files    map[*token.File]parsed // also of what has been rewritten
	runtime  *runtimeCopy
}

// A unit is a package as it is compiled once: alone, with its tests, or again for the tests of another one.
type unit struct {
	listed
	wanted  bool // is to be rewritten, in this form or another
	whole   bool // is to be rewritten: its functions are type-checked as well
	sources []*source
	types   *types.Package
	info    *types.Info
	err     error // that keeps it from being rewritten
}

type goEnv struct{ GOARCH, GOMODCACHE, GOMOD, GOWORK string }

func load(ctx context.Context, c Config) (*loader, error) {
	if len(c.Packages) == 0 {
		c.Packages = []string{"."}
	}
	l, err := newLoader(c)
	if err != nil {
		return nil, err
	}
	if err := l.readEnv(ctx); err != nil {
		return nil, err
	}
	packages, err := c.list(ctx, []string{"-deps", "-test"}, c.Packages...)
	if err != nil {
		return nil, err
	}
	if l.tested, err = l.config.tested(packages); err != nil {
		return nil, err
	}
	l.choose(packages)
	if err := l.findRuntime(packages); err != nil {
		return nil, err
	}
	if err := l.export(ctx); err != nil {
		return nil, err
	}
	for _, u := range l.order {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		l.check(u)
	}
	return l, nil
}

func newLoader(c Config) (*loader, error) {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, err
	}
	if c.Into, err = filepath.Abs(c.Into); err != nil {
		return nil, err
	}
	l := &loader{config: c, dir: dir, environ: gobuild.NewEnviron(c.Env), fset: token.NewFileSet(),
		units: map[string]*unit{}, sources: map[string]*source{}, files: map[*token.File]parsed{}}
	for _, text := range c.Instrument {
		l.patterns = append(l.patterns, newPattern(text))
	}
	l.base, err = gobuild.ReadFiles(l.environ.Flag("overlay", c.BuildFlags), dir)
	return l, err
}

func (l *loader) readEnv(ctx context.Context) error {
	out, failure, err := l.config.command(ctx, "env", "-json", "GOARCH", "GOMODCACHE", "GOMOD", "GOWORK")
	switch {
	case err != nil:
		return fmt.Errorf("go env: %w", err)
	case failure != "":
		return &ListError{"go env: " + failure}
	}
	return json.Unmarshal(out, &l.env)
}

// choose takes the packages that are to be rewritten and those that are built from them, which no compiled form
// stands for.
func (l *loader) choose(packages []listed) {
	tested, plain := map[string]bool{}, map[string]bool{}
	for _, p := range packages {
		tested[p.ForTest] = tested[p.ForTest] || p.internal()
		plain[p.Path()] = plain[p.Path()] || p.ForTest == "" || p.internal()
	}
	for _, p := range packages {
		if p.isMain() {
			continue
		}
		u := &unit{listed: p, wanted: l.instruments(p) || p.Own() || !p.DepOnly && p.Module != nil}
		form := p.internal() || p.external() || p.ForTest == "" && !tested[p.ImportPath]
		if !plain[p.Path()] && !p.external() { // it is only compiled for the tests of others: one form stands for all
			plain[p.Path()], form = true, true
		}
		u.whole = u.wanted && form && l.config.AsIs[p.site()] == ""
		if u.wanted || slices.ContainsFunc(p.Imports, func(i string) bool { return l.units[i] != nil }) {
			l.units[p.ImportPath] = u
			l.order = append(l.order, u)
		}
	}
}

// export finds the compiled forms of what is imported besides.
func (l *loader) export(ctx context.Context) error {
	imported := map[string]bool{}
	for _, u := range l.order {
		for _, path := range u.Imports {
			if l.units[path] == nil && path != "unsafe" && path != "C" {
				imported[path] = true
			}
		}
	}
	for _, path := range l.runtime.imports {
		imported[path] = true
	}
	packages, err := l.config.list(ctx, []string{"-export"}, slices.Sorted(maps.Keys(imported))...)
	if err != nil {
		return err
	}
	l.exports = map[string]string{}
	for _, p := range packages {
		l.exports[p.ImportPath] = p.Export
	}
	l.importExports()
	return nil
}

// importExports imports from the compiled forms.
func (l *loader) importExports() {
	l.importer = importer.ForCompiler(l.fset, "gc", func(path string) (io.ReadCloser, error) {
		if l.exports[path] == "" {
			return nil, fmt.Errorf("%s does not build", path)
		}
		return os.Open(l.exports[path])
	})
}

// importing is the importer of a unit.
type importing func(path string) (*types.Package, error)

func (f importing) Import(path string) (*types.Package, error) { return f(path) }

func (l *loader) imports(u *unit) importing {
	return func(path string) (*types.Package, error) {
		id := cmp.Or(u.ImportMap[path], path)
		switch imported := l.units[id]; {
		case id == "unsafe":
			return types.Unsafe, nil
		case imported == nil:
			return l.importer.Import(id)
		case imported.types == nil:
			return nil, fmt.Errorf("%s could not be read", path)
		default:
			return imported.types, nil
		}
	}
}

// check reads a package and finds its types.
func (l *loader) check(u *unit) {
	for _, path := range u.Files() {
		s, err := l.source(path, u)
		if err != nil {
			u.err = err
			continue
		}
		u.sources = append(u.sources, s)
	}
	u.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{},
		Defs: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, FileVersions: map[*ast.File]string{},
	}
	files := make([]*ast.File, len(u.sources))
	for i, s := range u.sources {
		files[i] = s.Syntax
	}
	var problems []problem
	u.types, problems = l.typecheck(u, files, u.info)
	if len(problems) > 0 && u.err == nil {
		u.err = problems[0]
	}
}

// A problem is an error of syntax or of types in a file.
type problem struct {
	decl    ast.Decl // of the file as it was; nil where it is in none
	source  *source
	where   string // as line directives have it; "" where it is in no file
	message string
}

func (p problem) Error() string { return p.where + p.message }

// A parsed file is one as it was or rewritten.
type parsed struct {
	*source
	syntax *ast.File
}

// problem is one at a position.
func (f parsed) problem(file *token.File, pos token.Pos, message string) problem {
	at := file.PositionFor(pos, true)
	p := problem{source: f.source, where: fmt.Sprintf("%s:%d: ", filepath.Base(cmp.Or(at.Filename, f.Path)), at.Line), message: message}
	before := 0 // declarations
	for before < len(f.syntax.Decls) && f.syntax.Decls[before].End() <= pos {
		before++
	}
	if f.syntax != f.Syntax {
		before-- // the import of lib/hunt
	}
	if before >= 0 && before < len(f.Syntax.Decls) {
		p.decl = f.Syntax.Decls[before]
	}
	return p
}

// typecheck finds the types of a package.
func (l *loader) typecheck(u *unit, files []*ast.File, info *types.Info) (pkg *types.Package, problems []problem) {
	config := types.Config{
		GoVersion:        u.goVersion(),
		IgnoreFuncBodies: !u.whole,
		FakeImportC:      len(u.CgoFiles) > 0,
		Importer:         l.imports(u),
		Sizes:            types.SizesFor("gc", l.env.GOARCH),
		Error:            func(err error) { problems = append(problems, l.problem(err)) },
	}
	pkg, _ = config.Check(u.Path(), l.fset, files, info)
	return pkg, problems
}

func (l *loader) problem(err error) problem {
	wrong, ok := err.(types.Error)
	if !ok || !wrong.Pos.IsValid() {
		return problem{message: err.Error()}
	}
	file := l.fset.File(wrong.Pos)
	return l.files[file].problem(file, wrong.Pos, wrong.Msg)
}

func (l *loader) source(path string, u *unit) (*source, error) {
	if s := l.sources[path]; s != nil {
		return s, nil
	}
	text, err := l.base.Read(path)
	if err != nil {
		return nil, err
	}
	file, err := gosource.Parse(l.fset, path, text, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", filepath.Base(path), err)
	}
	s := &source{file, u.site() + "/" + filepath.Base(path)}
	l.sources[path], l.files[s.Token] = s, parsed{s, s.Syntax}
	return s, nil
}

// huntName is a name that occurs nowhere in the files of a package, nor any that begins with it.
func (u *unit) huntName() string {
	for i, name := 1, "hunt_"; ; i++ {
		if !slices.ContainsFunc(u.sources, func(s *source) bool { return strings.Contains(string(s.Text), name) }) {
			return name
		}
		name = fmt.Sprint("hunt", i, "_")
	}
}

// fileVersion is the language version of a file.
func (u *unit) fileVersion(s *source) string {
	return cmp.Or(u.info.FileVersions[s.Syntax], u.goVersion(), runtimeGo)
}
