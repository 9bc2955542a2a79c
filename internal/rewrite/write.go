package rewrite

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/orchtest/orchtest/internal/gobuild"
)

// write rewrites what has been loaded.
func (l *loader) write() (*Result, error) {
	l.checkRuntime()
	w := &writer{loader: l, texts: map[string][]byte{}, packages: map[string]*Package{},
		result: &Result{Tested: l.tested, Files: map[string]string{}}}
	for _, u := range l.order {
		if u.wanted {
			w.unit(u)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(w.packages)) {
		w.result.Packages = append(w.result.Packages, *w.packages[path])
	}
	for _, p := range l.patterns {
		if !p.used {
			w.result.Unused = append(w.result.Unused, p.text)
		}
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
		p = &Package{Path: u.site()}
		w.packages[u.site()] = p
	}
	if reason := w.config.AsIs[p.Path]; reason != "" {
		p.AsIs = []AsIs{{Reason: reason}}
	}
	w.tests(u)
	if !u.whole {
		return
	}
	if u.err != nil {
		p.AsIs = append(p.AsIs, AsIs{Reason: u.err.Error()})
		return
	}
	texts, left := w.rewrite(u)
	p.AsIs = append(p.AsIs, left...)
	for s, text := range texts {
		w.texts[s.Path] = text
		w.result.Files[s.site] = s.Path
	}
}

// rewrite rewrites a unit's files. A function whose rewritten form is wrong is left as it is, and so is all of
// the unit where that does not help.
func (w *writer) rewrite(u *unit) (texts map[*source][]byte, left []AsIs) {
	leave := map[ast.Decl]bool{}
	for {
		texts := w.attempt(u, leave)
		problems := w.recheck(u, texts)
		if len(problems) == 0 {
			return texts, left
		}
		before := len(leave)
		for _, p := range problems {
			if p.decl != nil && !leave[p.decl] {
				leave[p.decl] = true
				left = append(left, AsIs{File: p.source.Path, Line: p.source.Line(p.decl.Pos()), Reason: wrong + p.message})
			}
		}
		if len(leave) == before {
			return nil, []AsIs{{Reason: wrong + problems[0].Error()}}
		}
	}
}

const wrong = "its rewritten form is wrong: "

func (w *writer) attempt(u *unit, leave map[ast.Decl]bool) map[*source][]byte {
	texts := map[*source][]byte{}
	hunt := u.huntName()
	for _, s := range u.sources {
		r := &rewriter{source: s, info: u.info, pkg: u.types, hunt: hunt, hunts: w.runtime.hunt(),
			goVersion: u.fileVersion(s)}
		if text := r.rewrite(leave); !bytes.Equal(text, s.Text) {
			texts[s] = text
		}
	}
	return texts
}

// recheck finds the types of a unit's new texts.
func (w *writer) recheck(u *unit, texts map[*source][]byte) (problems []problem) {
	var files []*ast.File
	for _, s := range u.sources {
		if texts[s] == nil {
			files = append(files, s.Syntax)
			continue
		}
		f, err := parser.ParseFile(w.fset, s.Path, texts[s], parser.SkipObjectResolution)
		if f == nil {
			return []problem{{message: err.Error()}}
		}
		file, now := w.fset.File(f.FileStart), parsed{s, f}
		w.files[file] = now
		if list := (scanner.ErrorList)(nil); errors.As(err, &list) {
			problems = append(problems, now.problem(file, file.Pos(list[0].Pos.Offset), list[0].Msg)) // others may come of it
			continue
		}
		files = append(files, f)
	}
	if len(problems) == 0 {
		_, problems = w.typecheck(u, files, nil)
	}
	return problems
}

// tests notes the tests of a unit under test.
func (w *writer) tests(u *unit) {
	if u.DepOnly || u.types == nil {
		return
	}
	for _, s := range u.sources {
		r := &rewriter{source: s, info: u.info}
		for _, decl := range s.Syntax.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if _, ok := r.testParameter(f); ok {
				w.result.Tests = append(w.result.Tests, Test{
					Package: u.site(), Name: f.Name.Name, File: s.Path, Line: s.Line(f.Pos()),
				})
			}
		}
	}
}

// checkRuntime finds the types of lib/hunt and what it is built from.
func (l *loader) checkRuntime() {
	for _, p := range l.runtime.packages {
		u := &unit{listed: listed{gobuild.Package{ImportPath: l.runtime.prefix + p.path}}}
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
	files := gobuild.Files{}
	maps.Copy(files, w.base)
	modules, err := w.copy()
	if err != nil {
		return err
	}
	maps.Copy(w.texts, modules)
	for i, path := range slices.Sorted(maps.Keys(w.texts)) {
		file := filepath.Join(w.config.Into, "files", strconv.Itoa(i), filepath.Base(path))
		if err := files.Put(path, file, w.texts[path]); err != nil {
			return err
		}
	}
	for _, p := range w.runtime.packages {
		for name, text := range p.files {
			path := filepath.Join(filepath.FromSlash(p.path), name)
			if err := files.Put(filepath.Join(w.runtime.dir, path), filepath.Join(w.config.Into, "lib", path), text); err != nil {
				return err
			}
		}
	}
	w.result.Overlay = filepath.Join(w.config.Into, "overlay.json")
	return files.Write(w.result.Overlay)
}
