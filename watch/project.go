package watch

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
)

// ListArgs begins the arguments of the go command whose output [Read] reads. Build flags and packages follow.
var ListArgs = []string{"list", "-e", "-deps", "-test", "-json=Dir,ImportPath,ForTest,Standard,DepOnly,Module," +
	"Deps,EmbedFiles,TestEmbedFiles,XTestEmbedFiles"}

// CommandLine is the package that the go command makes of files that are named one by one.
const CommandLine = "command-line-arguments"

// A Project is what is watched: the packages under test, and those that they are built from which are the user's own.
type Project struct {
	packages map[string]*Package // by import path
	modules  map[string]bool     // the folders of their modules
	trees    []string            // folders below which every folder may become a package under test
}

// A Package is one of the user's own: in the main module, in the workspace, or replaced by a local folder.
type Package struct {
	path, dir string
	module    string // the folder of its module; "" where it is in none
	tested    bool
	deps      map[string]bool // what it and its tests are built from, itself included
	embeds    []string        // files
}

// listed is what of a package's description by `go list` is of use here.
type listed struct {
	Dir, ImportPath, ForTest                    string
	Standard, DepOnly                           bool
	Deps                                        []string
	EmbedFiles, TestEmbedFiles, XTestEmbedFiles []string

	Module *struct {
		Main    bool
		Dir     string
		Replace *struct{ Version string }
	}
}

// own reports whether a package is of the user's own code.
func (l listed) own() bool {
	switch {
	case l.Standard:
		return false
	case l.Module == nil:
		return l.ImportPath == CommandLine
	}
	return l.Module.Main || l.Module.Replace != nil && l.Module.Replace.Version == ""
}

// Read makes a project of what the go command printed with [ListArgs], for these patterns in this folder. What it
// could not find out is missing: go test tells of that.
func Read(output []byte, dir string, patterns []string) Project {
	p := Project{packages: map[string]*Package{}, modules: map[string]bool{}}
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var l listed
		if decoder.Decode(&l) != nil {
			break
		}
		if l.own() && l.Dir != "" {
			p.add(l)
		}
	}
	p.trees = p.treesOf(real(dir), patterns)
	return p
}

// Empty reports whether there is nothing to watch.
func (p Project) Empty() bool { return len(p.packages) == 0 }

func (p *Project) add(l listed) {
	path := plain(l.ImportPath)
	if l.ForTest == "" && strings.HasSuffix(path, ".test") && len(l.Deps) > 0 {
		path = strings.TrimSuffix(path, ".test") // the test binary
		if found := p.packages[path]; found != nil {
			found.builtFrom(l.Deps)
			return
		}
	}
	found := p.packages[path]
	if found == nil {
		found = &Package{path: path, dir: real(l.Dir), deps: map[string]bool{path: true}}
		p.packages[path] = found
	}
	if l.Module != nil && l.Module.Dir != "" {
		found.module = real(l.Module.Dir)
		p.modules[found.module] = true
	}
	if l.ForTest == "" && !l.DepOnly {
		found.tested = true
	}
	found.builtFrom(l.Deps)
	for _, names := range [][]string{l.EmbedFiles, l.TestEmbedFiles, l.XTestEmbedFiles} {
		for _, name := range names {
			found.embeds = append(found.embeds, filepath.Join(found.dir, filepath.FromSlash(name)))
		}
	}
}

func (p *Package) builtFrom(deps []string) {
	for _, dep := range deps {
		p.deps[plain(dep)] = true
	}
}

// above returns the folders that the package's is in, up to that of its module.
func (p *Package) above() (dirs []string) {
	for dir := p.dir; p.module != "" && within(dir, p.module); {
		dir = filepath.Dir(dir)
		dirs = append(dirs, dir)
	}
	return dirs
}

// plain is an import path without the test that the package was built for.
func plain(path string) string {
	path, _, _ = strings.Cut(path, " ")
	return path
}

// real is the path of a folder without symbolic links, so that it has one name.
func real(dir string) string {
	if resolved, err := filepath.EvalSymlinks(dir); err == nil {
		return resolved
	}
	return dir
}

// treesOf returns the folders that patterns with ... begin in.
func (p *Project) treesOf(dir string, patterns []string) (trees []string) {
	for _, pattern := range patterns {
		base, _, wild := strings.Cut(pattern, "...")
		if !wild {
			continue
		}
		base = filepath.FromSlash(base)
		switch {
		case filepath.IsAbs(base):
			trees = append(trees, filepath.Dir(base))
		case strings.HasPrefix(pattern, "."):
			trees = append(trees, filepath.Dir(filepath.Join(dir, base)+string(filepath.Separator)))
		default: // an import path
			for module := range p.modules {
				trees = append(trees, module)
			}
		}
	}
	slices.Sort(trees)
	return slices.Compact(trees)
}

// tested returns the import paths of the packages under test.
func (p Project) tested() (all []string) {
	for path, each := range p.packages {
		if each.tested {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	return all
}

// affected adds the packages under test that a changed file may matter to.
func (p Project) affected(file string, k kind, to map[string]bool) {
	add := func(matters func(tested *Package) bool) (any bool) {
		for path, each := range p.packages {
			if each.tested && matters(each) {
				to[path], any = true, true
			}
		}
		return any
	}
	dir, name := filepath.Split(file)
	dir = filepath.Clean(dir)
	for _, changed := range p.packages {
		testFile := changed.dir == dir && strings.HasSuffix(name, "_test.go")
		switch {
		case testFile && changed.tested:
			to[changed.path] = true
		case changed.dir == dir && k == code && !testFile, slices.Contains(changed.embeds, file):
			add(func(each *Package) bool { return each.deps[changed.path] })
		}
	}
	switch {
	case ofModule(name):
		add(func(*Package) bool { return true })
	case k == data:
		// It is of the tests of the package that the folder testdata is in; where there is none, of those below.
		for file, found := beside(file); found; file, found = beside(file) {
			if add(func(each *Package) bool { return each.dir == file }) || add(func(each *Package) bool { return within(each.dir, file) }) {
				return
			}
		}
	}
}

// beside returns the folder that the innermost folder testdata on a path is in.
func beside(path string) (dir string, found bool) {
	i := strings.LastIndex(path, testdata)
	if i < 0 {
		return "", false
	}
	return path[:i], true
}

const testdata = string(filepath.Separator) + "testdata" + string(filepath.Separator)

// within reports whether a path is below a folder.
func within(path, dir string) bool {
	return strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}
