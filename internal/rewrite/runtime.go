package rewrite

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/orchtest/orchtest/internal/gobuild"
	"github.com/orchtest/orchtest/lib"
)

const (
	libPath     = "github.com/orchtest/orchtest/lib/"
	runtimeGo   = "go1.25" // the language of lib
	runtimeName = "zz_orchtest"
	notInjected = "!orchtest_injected" // in the build constraint of what needs assembly
)

// errNoModule is where there is no module to put lib/hunt into.
var errNoModule = &ListError{"hunting needs a module: there is no go.mod in this folder or above it; make one with `go mod init`"}

// A runtimeCopy is lib/hunt and what it is built from, as packages below the main module: so they can be
// imported by every package of the build, whatever its module requires.
type runtimeCopy struct {
	prefix   string // import path of lib, with a slash
	dir      string // its folder
	packages []runtimePackage
	imports  []string // of the standard library
}

// A runtimePackage is one of lib.
type runtimePackage struct {
	path  string // below lib
	files map[string][]byte
}

func (c *runtimeCopy) hunt() string { return c.prefix + "hunt" }

// findRuntime chooses where lib goes.
func (l *loader) findRuntime(packages []listed) error {
	main := cmp.Or(l.mainModule(packages), l.moduleAround())
	if main == nil {
		return errNoModule
	}
	name := runtimeName
	for i := 1; ; i++ {
		if _, err := os.Lstat(filepath.Join(main.Dir, name)); err != nil {
			break
		}
		name = fmt.Sprint(runtimeName, i)
	}
	l.runtime = &runtimeCopy{prefix: main.Path + "/" + name + "/lib/", dir: filepath.Join(main.Dir, name, "lib")}
	return l.runtime.read("hunt")
}

// mainModule is the one that the build has packages of, or the first of several.
func (l *loader) mainModule(packages []listed) (main *gobuild.Module) {
	for _, p := range packages {
		if p.Module != nil && p.Module.Main && (main == nil || p.Module.Path < main.Path) {
			main = p.Module
		}
	}
	return main
}

// moduleAround is the module that the go command runs in, of which the build may have no package; nil if it is in none.
func (l *loader) moduleAround() *gobuild.Module {
	if l.env.GOMOD == "" || l.env.GOMOD == os.DevNull {
		return nil
	}
	text, err := l.base.Read(l.env.GOMOD)
	if err != nil || modfile.ModulePath(text) == "" {
		return nil
	}
	return &gobuild.Module{Path: modfile.ModulePath(text), Dir: filepath.Dir(l.env.GOMOD)}
}

// read reads a package of lib, behind those that it imports.
func (c *runtimeCopy) read(name string) error {
	entries, err := fs.ReadDir(lib.Sources, name)
	if err != nil {
		return err
	}
	p := runtimePackage{path: name, files: map[string][]byte{}}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		text, err := fs.ReadFile(lib.Sources, path.Join(name, entry.Name()))
		if err != nil {
			return err
		}
		if build, _, _ := strings.Cut(string(text), "\n"); strings.Contains(build, notInjected) {
			continue
		}
		if p.files[entry.Name()], err = c.adapt(text); err != nil {
			return fmt.Errorf("%s/%s: %w", name, entry.Name(), err)
		}
	}
	c.packages = append(c.packages, p)
	return nil
}

// adapt lets a file of lib import its like from where they go, and have its own language version whatever the
// module's. It reads those that it imports.
func (c *runtimeCopy) adapt(text []byte) ([]byte, error) {
	syntax, err := parser.ParseFile(token.NewFileSet(), "", text, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return nil, err
	}
	for _, spec := range syntax.Imports {
		if err := c.needs(spec); err != nil {
			return nil, err
		}
	}
	adapted := strings.ReplaceAll(string(text), strconv.Quote(libPath)[:len(libPath)+1], strconv.Quote(c.prefix)[:len(c.prefix)+1])
	if build, rest, ok := strings.Cut(adapted, "\n"); ok && strings.HasPrefix(build, "//go:build ") {
		return []byte(fmt.Sprintf("//go:build (%s) && %s\n%s", strings.TrimPrefix(build, "//go:build "), runtimeGo, rest)), nil
	}
	return []byte(fmt.Sprintf("//go:build %s\n\n%s", runtimeGo, adapted)), nil
}

func (c *runtimeCopy) needs(spec *ast.ImportSpec) error {
	imported, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return err
	}
	name, own := strings.CutPrefix(imported, libPath)
	switch {
	case !own && !slices.Contains(c.imports, imported) && imported != "unsafe":
		c.imports = append(c.imports, imported)
	case own && !slices.ContainsFunc(c.packages, func(p runtimePackage) bool { return p.path == name }):
		return c.read(name)
	}
	return nil
}
