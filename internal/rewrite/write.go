package rewrite

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// write rewrites what has been loaded.
func (l *loader) write() (*Result, error) {
	l.checkRuntime()
	w := &writer{loader: l, texts: map[string][]byte{}, packages: map[string]*Package{}, result: &Result{Files: map[string]string{}}}
	for _, u := range l.order {
		if u.own() && !u.isMain() {
			w.unit(u)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(w.packages)) {
		w.result.Packages = append(w.result.Packages, *w.packages[path])
	}
	return w.result, w.overlay()
}

// A writer makes the result.
type writer struct {
	*loader
	texts    map[string][]byte
	packages map[string]*Package
	result   *Result
}

func (w *writer) unit(u *unit) {
	p := w.packages[u.site()]
	if p == nil {
		p = &Package{Path: u.site(), Operations: map[string]int{}}
		w.packages[u.site()] = p
	}
	p.UnderTest = p.UnderTest || !u.DepOnly
	if reason := w.config.AsIs[p.Path]; reason != "" {
		p.AsIs = []AsIs{{Reason: reason}}
		return
	}
	if !u.whole {
		return
	}
	if u.err != nil {
		p.AsIs = append(p.AsIs, AsIs{Reason: u.err.Error()})
		return
	}
	texts, operations := w.rewrite(u)
	if err := w.recheck(u, texts); err != nil {
		p.AsIs = append(p.AsIs, AsIs{Reason: "its rewritten form is wrong: " + err.Error()})
		return
	}
	for _, s := range u.sources {
		if texts[s] != nil {
			w.texts[s.path] = texts[s]
			w.result.Files[s.site] = s.path
		}
	}
	for name, n := range operations {
		p.Operations[name] += n
	}
	w.tests(u)
}

// rewrite returns the new texts of a unit's files.
func (w *writer) rewrite(u *unit) (map[*source][]byte, map[string]int) {
	texts := map[*source][]byte{}
	operations := map[string]int{}
	hunt := u.huntName()
	for _, s := range u.sources {
		r := &rewriter{source: s, info: u.info, pkg: u.types, hunt: hunt, hunts: w.runtime.hunt(),
			goVersion: u.fileVersion(s), operations: operations}
		if text := r.rewrite(func(ast.Decl) bool { return false }); string(text) != string(s.text) {
			texts[s] = text
		}
	}
	return texts, operations
}

// recheck finds the types of a unit's new texts.
func (w *writer) recheck(u *unit, texts map[*source][]byte) error {
	var files []*ast.File
	for _, s := range u.sources {
		if texts[s] == nil {
			files = append(files, s.syntax)
			continue
		}
		f, err := parser.ParseFile(w.fset, s.path, texts[s], parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	_, err := w.typecheck(u, files, nil)
	return err
}

// tests notes the tests of a unit under test.
func (w *writer) tests(u *unit) {
	if u.DepOnly {
		return
	}
	for _, s := range u.sources {
		r := &rewriter{source: s, info: u.info}
		for _, decl := range s.syntax.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if _, ok := r.testParameter(f); ok {
				w.result.Tests = append(w.result.Tests, Test{
					Package: u.site(), Name: f.Name.Name, File: s.path, Line: s.lineOf(f.Pos()),
				})
			}
		}
	}
}

// checkRuntime finds the types of lib/hunt and what it is built from.
func (l *loader) checkRuntime() {
	for _, p := range l.runtime.packages {
		u := &unit{listed: listed{ImportPath: l.runtime.prefix + p.path}}
		var files []*ast.File
		for _, name := range slices.Sorted(maps.Keys(p.files)) {
			if f, err := parser.ParseFile(l.fset, name, p.files[name], parser.SkipObjectResolution); err == nil {
				files = append(files, f)
			}
		}
		config := types.Config{IgnoreFuncBodies: true, Importer: l.imports(u), Error: func(error) {}, Sizes: types.SizesFor("gc", l.env.GOARCH)}
		u.types, _ = config.Check(u.ImportPath, l.fset, files, nil)
		l.units[u.ImportPath] = u
	}
}

// overlay writes the new texts and the overlay file.
func (w *writer) overlay() error {
	replace := map[string]string{}
	put := func(path, folder string, text []byte) error {
		file := filepath.Join(w.config.Into, folder, filepath.Base(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			return err
		}
		replace[path] = file
		return os.WriteFile(file, text, 0o666)
	}
	for i, path := range slices.Sorted(maps.Keys(w.texts)) {
		if err := put(path, filepath.Join("files", strconv.Itoa(i)), w.texts[path]); err != nil {
			return err
		}
	}
	for _, p := range w.runtime.packages {
		for name, text := range p.files {
			path := filepath.FromSlash(p.path)
			if err := put(filepath.Join(w.runtime.dir, path, name), filepath.Join("lib", path), text); err != nil {
				return err
			}
		}
	}
	text, err := json.MarshalIndent(map[string]any{"Replace": replace}, "", "\t")
	if err != nil {
		return err
	}
	w.result.Overlay = filepath.Join(w.config.Into, "overlay.json")
	return os.WriteFile(w.result.Overlay, text, 0o666)
}
