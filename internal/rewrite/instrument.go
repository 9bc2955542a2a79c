package rewrite

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/orchtest/orchtest/internal/gobuild"
	"github.com/orchtest/orchtest/internal/gosource"
)

// A pattern of import paths, in which ... stands for any string, as the go command has it.
type pattern struct {
	text    string
	matches *regexp.Regexp
	used    bool
}

func newPattern(text string) *pattern {
	quoted := regexp.QuoteMeta(text)
	if rest, ok := strings.CutSuffix(quoted, `/\.\.\.`); ok {
		quoted = rest + `(/\.\.\.)?`
	}
	return &pattern{text: text, matches: regexp.MustCompile("^(?:" + strings.ReplaceAll(quoted, `\.\.\.`, ".*") + ")$")}
}

// instruments tells whether a dependency is to be rewritten.
func (l *loader) instruments(p listed) bool {
	if p.Standard || p.Module == nil {
		return false
	}
	found := false
	for _, pattern := range l.patterns {
		if pattern.matches.MatchString(p.Path()) {
			pattern.used, found = true, true
		}
	}
	return found
}

// cached tells whether a package is in the module cache, where the go command lets nothing be replaced.
func (l *loader) cached(p listed) bool {
	_, ok := below(l.env.GOMODCACHE, p.Dir)
	return ok
}

// below is a path relative to a folder that it is in.
func below(dir, path string) (relative string, ok bool) {
	relative, err := filepath.Rel(dir, path)
	return relative, dir != "" && err == nil && filepath.IsLocal(relative)
}

// copies are modules of the cache of which packages have been rewritten, as folders that the main module, or
// the workspace, says to use instead.
type copies struct {
	*writer
	modules map[string]*gobuild.Module // by where they were
	folders map[string]string
}

// copy puts what has been rewritten of the module cache into copies of its modules, and takes it out of what
// goes into the overlay. It returns the overlaid module file, by its path.
func (w *writer) copy() (map[string][]byte, error) {
	c := &copies{w, map[string]*gobuild.Module{}, map[string]string{}}
	for _, u := range w.order {
		if u.Module != nil && w.cached(u.listed) && c.changed(u) {
			m := u.Module
			if m.Replace != nil {
				m = &gobuild.Module{Path: m.Path, Dir: m.Replace.Dir, GoMod: m.Replace.GoMod}
			}
			c.modules[m.Dir] = m
		}
	}
	if len(c.modules) == 0 {
		return nil, nil
	}
	for _, dir := range slices.Sorted(maps.Keys(c.modules)) {
		folder := filepath.Join(w.config.Into, "modules", strconv.Itoa(len(c.folders)))
		c.folders[dir] = folder
		if err := c.module(c.modules[dir], folder); err != nil {
			return nil, err
		}
	}
	return c.replacing()
}

func (c *copies) changed(u *unit) bool {
	for _, s := range u.sources {
		if c.texts[s.Path] != nil {
			return true
		}
	}
	return false
}

// module copies a module.
func (c *copies) module(m *gobuild.Module, folder string) error {
	err := filepath.WalkDir(m.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(m.Dir, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(folder, relative), 0o777)
		}
		text, err := c.text(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(folder, relative), text, 0o666)
	})
	if err != nil {
		return err
	}
	gomod := filepath.Join(folder, "go.mod")
	if _, err := os.Stat(gomod); err == nil {
		return nil
	}
	text, err := os.ReadFile(m.GoMod)
	if err != nil {
		text = []byte("module " + modfile.AutoQuote(m.Path) + "\n")
	}
	return os.WriteFile(gomod, text, 0o666)
}

// text is the copy of a file. A Go file says in it what it is called.
func (c *copies) text(path string) ([]byte, error) {
	if text := c.texts[path]; text != nil {
		delete(c.texts, path)
		return text, nil
	}
	text, err := os.ReadFile(path)
	if err != nil || !strings.HasSuffix(path, ".go") {
		return text, err
	}
	s, err := gosource.Parse(token.NewFileSet(), path, text, parser.PackageClauseOnly)
	if err != nil {
		return text, nil // for the compiler to say
	}
	name := s.Syntax.Name.End()
	end := s.Token.Offset(name)
	return slices.Concat(text[:end], []byte(s.Naming(name)), text[end:]), nil
}

// replacing is the file of the main module, or of the workspace, with a replacement for each module that was
// copied.
func (c *copies) replacing() (map[string][]byte, error) {
	path := c.moduleFile()
	text, err := c.base.Read(path)
	if err != nil {
		return nil, err
	}
	if text, err = c.replaced(path, text); err != nil {
		return nil, fmt.Errorf("instrument dependencies: %w", err)
	}
	return map[string][]byte{path: text}, nil
}

func (c *copies) inWorkspace() bool { return c.env.GOWORK != "" && c.env.GOWORK != "off" }

func (c *copies) moduleFile() string {
	if c.inWorkspace() {
		return c.env.GOWORK
	}
	if file := c.environ.Flag("modfile", c.config.BuildFlags); file != "" {
		return gobuild.Absolute(c.dir, file)
	}
	return c.env.GOMOD
}

func (c *copies) replaced(path string, text []byte) ([]byte, error) {
	if c.inWorkspace() {
		file, err := modfile.ParseWork(path, text, nil)
		if err != nil {
			return nil, err
		}
		if err := c.replace(file, file.Replace); err != nil {
			return nil, err
		}
		return modfile.Format(file.Syntax), nil
	}
	file, err := modfile.Parse(path, text, nil)
	if err != nil {
		return nil, err
	}
	if err := c.replace(file, file.Replace); err != nil {
		return nil, err
	}
	return file.Format()
}

// replacer is a module file or a workspace file.
type replacer interface {
	AddReplace(oldPath, oldVersion, newPath, newVersion string) error
	DropReplace(oldPath, oldVersion string) error
	Cleanup()
}

func (c *copies) replace(file replacer, existing []*modfile.Replace) error {
	for _, dir := range slices.Sorted(maps.Keys(c.modules)) {
		path := c.modules[dir].Path
		for _, r := range slices.Clone(existing) {
			if r.Old.Path != path {
				continue
			}
			if err := file.DropReplace(path, r.Old.Version); err != nil {
				return err
			}
		}
		if err := file.AddReplace(path, "", c.folders[dir], ""); err != nil {
			return err
		}
	}
	file.Cleanup()
	return nil
}
