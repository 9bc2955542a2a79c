package rewrite

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// A loader has the packages with their types.
type loader struct {
	config   Config
	env      goEnv
	fset     *token.FileSet
	units    map[string]*unit // by what the go command calls the package
	order    []*unit          // each behind what it imports
	exports  map[string]string
	importer types.Importer // from what the compiler has written
	sources  map[string]*source
	runtime  *runtimeCopy
}

// A unit is a package as it is compiled once: alone, with its tests, or again for the tests of another one.
type unit struct {
	listed
	whole   bool // is to be rewritten: its functions are type-checked as well
	sources []*source
	types   *types.Package
	info    *types.Info
	err     error // the first
}

type goEnv struct{ GOARCH, GOMODCACHE, GOMOD, GOWORK, GOVERSION string }

func load(ctx context.Context, c Config) (*loader, error) {
	if len(c.Packages) == 0 {
		c.Packages = []string{"."}
	}
	var err error
	if c.Into, err = filepath.Abs(c.Into); err != nil {
		return nil, err
	}
	l := &loader{config: c, fset: token.NewFileSet(), units: map[string]*unit{}, sources: map[string]*source{}}
	if err := l.readEnv(ctx); err != nil {
		return nil, err
	}
	packages, err := c.list(ctx, []string{"-deps", "-test"}, c.Packages...)
	if err != nil {
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

func (l *loader) readEnv(ctx context.Context) error {
	out, err := l.config.command(ctx, "env", "-json", "GOARCH", "GOMODCACHE", "GOMOD", "GOWORK", "GOVERSION")
	if err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	return json.Unmarshal(out, &l.env)
}

// choose takes the packages that are to be rewritten and those that are built from them, which no compiled form
// stands for.
func (l *loader) choose(packages []listed) {
	tested := map[string]bool{}
	for _, p := range packages {
		if p.internal() {
			tested[p.ForTest] = true
		}
	}
	for _, p := range packages {
		if p.isMain() {
			continue
		}
		rewritten := p.own() && l.config.AsIs[p.site()] == ""
		alone := p.ForTest == "" && !tested[p.ImportPath]
		u := &unit{listed: p, whole: rewritten && (alone || p.internal() || p.external())}
		if u.whole || p.own() || slices.ContainsFunc(p.Imports, func(i string) bool { return l.units[i] != nil }) {
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
	l.importer = importer.ForCompiler(l.fset, "gc", func(path string) (io.ReadCloser, error) {
		if l.exports[path] == "" {
			return nil, fmt.Errorf("%s does not build", path)
		}
		return os.Open(l.exports[path])
	})
	return nil
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
	for _, path := range u.files() {
		s, err := l.source(path, u)
		if err != nil {
			u.err = cmp.Or(u.err, err)
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
		files[i] = s.syntax
	}
	var err error
	u.types, err = l.typecheck(u, files, u.info)
	u.err = errors.Join(u.err, err)
}

// typecheck returns the first error of a package.
func (l *loader) typecheck(u *unit, files []*ast.File, info *types.Info) (*types.Package, error) {
	var first error
	config := types.Config{
		GoVersion:        u.goVersion(),
		IgnoreFuncBodies: !u.whole,
		FakeImportC:      len(u.CgoFiles) > 0,
		Importer:         l.imports(u),
		Sizes:            types.SizesFor("gc", l.env.GOARCH),
		Error: func(err error) {
			if first == nil {
				first = l.located(err)
			}
		},
	}
	pkg, _ := config.Check(u.path(), l.fset, files, info)
	return pkg, first
}

// located puts the file's name before an error's position, as no position has one.
func (l *loader) located(err error) error {
	wrong, ok := err.(types.Error)
	if !ok {
		return err
	}
	for _, s := range l.sources {
		if file := l.fset.File(wrong.Pos); file != nil && file == s.file {
			return fmt.Errorf("%s:%d: %s", filepath.Base(s.path), file.PositionFor(wrong.Pos, false).Line, wrong.Msg)
		}
	}
	return errors.New(wrong.Msg)
}

func (l *loader) source(path string, u *unit) (*source, error) {
	if s := l.sources[path]; s != nil {
		return s, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s, err := parse(l.fset, path, u.site()+"/"+filepath.Base(path), text)
	if err != nil {
		return nil, fmt.Errorf("%s%w", filepath.Base(path)+":", err)
	}
	l.sources[path] = s
	return s, nil
}

// huntName is a name that occurs nowhere in the files of a package, nor any that begins with it.
func (u *unit) huntName() string {
	for i, name := 1, "hunt_"; ; i++ {
		if !slices.ContainsFunc(u.sources, func(s *source) bool { return strings.Contains(string(s.text), name) }) {
			return name
		}
		name = fmt.Sprint("hunt", i, "_")
	}
}

// fileVersion is the language version of a file.
func (u *unit) fileVersion(s *source) string {
	return cmp.Or(u.info.FileVersions[s.syntax], u.goVersion(), "go1."+strings.TrimPrefix(runtime.Version(), "go1."))
}
