package overlay

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/orchtest/orchtest/internal/gobuild"
)

// builder is one run of Build.
type builder struct {
	config Config
	dir    string // config.Dir, absolute
	env    gobuild.Environ
	base   gobuild.Files
	units  []*unit
	result Result
}

// unit is a file with pragmas and the package that it is built in.
type unit struct {
	*source
	of gobuild.Package
}

func newBuilder(c Config) (*builder, error) {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, err
	}
	env := gobuild.NewEnviron(c.Env)
	c.Base = cmp.Or(c.Base, env.Flag("overlay", c.BuildFlags))
	if len(c.Packages) == 0 {
		c.Packages = []string{"."}
	}
	base, err := gobuild.ReadFiles(c.Base, dir)
	return &builder{config: c, dir: dir, env: env, base: base}, err
}

// likely tells whether it is worth to ask the go command for the packages.
func (b *builder) likely(ctx context.Context) (bool, error) {
	m := modules{env: b.env, flags: b.config.BuildFlags, files: b.base, dir: b.dir}
	roots, known, err := m.roots()
	if err != nil || !known {
		return !known, err
	}
	var named []string // files may be named that lie elsewhere
	for _, pattern := range b.config.Packages {
		if isGo(pattern) {
			named = append(named, gobuild.Absolute(b.dir, pattern))
		}
	}
	return anyMention(ctx, roots, named, b.base)
}

// read finds the files with pragmas among those that are built.
func (b *builder) read(ctx context.Context, packages []gobuild.Package) error {
	var mutex sync.Mutex
	var group errgroup.Group
	group.SetLimit(readers)
	seen := map[string]bool{}
	for _, p := range packages {
		if !p.Own() {
			continue
		}
		for _, path := range p.Files() {
			if seen[path] { // as a package and as the same package with its tests
				continue
			}
			seen[path] = true
			group.Go(func() error {
				u, err := b.parse(path, p)
				mutex.Lock()
				defer mutex.Unlock()
				if err != nil {
					b.result.Unparsed = append(b.result.Unparsed, b.relative(path))
				} else if u != nil {
					b.units = append(b.units, u)
				}
				return ctx.Err()
			})
		}
	}
	err := group.Wait()
	slices.Sort(b.result.Unparsed)
	slices.SortFunc(b.units, func(x, y *unit) int { return cmp.Compare(x.Path, y.Path) })
	return err
}

// parse returns nil for a file without pragmas. An error is one of syntax.
func (b *builder) parse(path string, p gobuild.Package) (*unit, error) {
	text, err := b.base.Read(path)
	if err != nil || !mentions(text) {
		return nil, nil // that it cannot be read is for the compiler to say
	}
	s, err := parse(path, text)
	if err != nil || len(s.pragmas)+len(s.blocks) == 0 {
		return nil, err
	}
	return &unit{source: s, of: p}, nil
}

// positions are those of all pragmas, for a message.
func (b *builder) positions() (all []string) {
	for _, u := range b.units {
		for _, p := range u.pragmas {
			all = append(all, b.relative(u.Path)+":"+strconv.Itoa(p.line))
		}
	}
	return all
}

// rewrite makes the new texts, by the path of the file. below are the packages that the syncpoint
// package is built from.
func (b *builder) rewrite(below map[string]bool) (map[string][]byte, error) {
	var failed ErrorList
	texts := map[string][]byte{}
	for _, u := range b.units {
		text, errs := u.rewritten(below, b.importName(u.of.Dir), b.config.Marked)
		texts[u.Path] = text
		failed = append(failed, errs...)
		b.result.Pragmas += len(u.pragmas)
	}
	if len(failed) == 0 {
		return texts, nil
	}
	for _, e := range failed {
		e.File = b.relative(e.File)
	}
	failed.sort()
	return nil, failed
}

func (u *unit) rewritten(below map[string]bool, name string, marked bool) ([]byte, []*Error) {
	if !below[u.of.Path()] {
		return u.rewrite(rewriting{name: name, goVersion: u.of.GoVersion(), marked: marked})
	}
	var errs []*Error
	for _, p := range u.pragmas {
		errs = append(errs, u.error(p.pos, inOwnImport))
	}
	return nil, errs
}

// importName is a name that occurs nowhere in the Go files of a folder, so that it neither collides
// with another declaration of the package nor is hidden by one in a function.
func (b *builder) importName(dir string) string {
	const name = "orchtestsyncpoint"
	for i, unique := 1, name; ; i++ {
		if !b.occurs(dir, unique) {
			return unique
		}
		unique = fmt.Sprint(name, i)
	}
}

func (b *builder) occurs(dir, name string) bool {
	var files []string
	entries, _ := os.ReadDir(dir) // it may exist in the user's overlay only
	for _, entry := range entries {
		if path := filepath.Join(dir, entry.Name()); isGo(path) {
			files = append(files, path)
		}
	}
	for path := range b.base {
		if filepath.Dir(path) == dir && isGo(path) {
			files = append(files, path)
		}
	}
	return slices.ContainsFunc(files, func(path string) bool {
		text, err := b.base.Read(path)
		return err == nil && bytes.Contains(text, []byte(name))
	})
}

// relative is a path as a message shows it: relative to where the user is, if it is below that.
func (b *builder) relative(path string) string {
	dirs := []string{b.dir}
	if real, err := filepath.EvalSymlinks(b.dir); err == nil {
		dirs = append(dirs, real)
	}
	for _, dir := range dirs {
		if short, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(short) {
			return short
		}
	}
	return path
}
