package overlay

import (
	"fmt"
	"path/filepath"

	"golang.org/x/mod/modfile"

	"github.com/orchtest/orchtest/internal/gobuild"
)

// modules finds the folders of the modules whose code may bear pragmas: the main module or those of
// the workspace, and whatever replaces a module locally. It does so without the go command, whose
// start alone takes longer than reading a project.
type modules struct {
	env   gobuild.Environ
	flags []string
	files gobuild.Files
	dir   string
}

// roots returns the folders. known is false if they could not be made out, which is the go command's
// to report: then any folder may hold a pragma.
func (m modules) roots() (roots []string, known bool, err error) {
	work := m.workspace()
	if work != "" {
		roots, known = m.workRoots(work)
		return roots, known, nil
	}
	gomod := m.up("go.mod")
	if gomod == "" {
		return nil, false, fmt.Errorf("%w: there is no go.mod in %s or above it; run it in a module, "+
			"or make one with `go mod init`", ErrNoModule, m.dir)
	}
	roots, known = m.moduleRoots(filepath.Dir(gomod), m.modfile(gomod))
	return roots, known, nil
}

// workspace is the go.work file in force, or "".
func (m modules) workspace() string {
	switch file := m.env.Get("GOWORK"); file {
	case "off":
		return ""
	case "":
		return m.up("go.work")
	default:
		return file
	}
}

func (m modules) up(name string) string {
	for dir := m.dir; ; dir = filepath.Dir(dir) {
		if file := filepath.Join(dir, name); m.files.Exists(file) {
			return file
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

func (m modules) workRoots(file string) (roots []string, known bool) {
	text, err := m.files.Read(file)
	if err != nil {
		return nil, false
	}
	work, err := modfile.ParseWork(file, text, nil)
	if err != nil {
		return nil, false
	}
	base := filepath.Dir(file)
	known = true
	for _, use := range work.Use {
		root := gobuild.Absolute(base, filepath.FromSlash(use.Path))
		more, ok := m.moduleRoots(root, filepath.Join(root, "go.mod"))
		roots = append(roots, more...)
		known = known && ok
	}
	return append(roots, localFolders(base, work.Replace)...), known
}

func (m modules) moduleRoots(root, gomod string) (roots []string, known bool) {
	roots = []string{root}
	text, err := m.files.Read(gomod)
	if err != nil {
		return roots, false
	}
	module, err := modfile.Parse(gomod, text, nil)
	if err != nil {
		return roots, false
	}
	return append(roots, localFolders(root, module.Replace)...), true
}

// modfile is the file that is read for gomod, which -modfile may change; its folder stays the root.
func (m modules) modfile(gomod string) string {
	if file := m.env.Flag("modfile", m.flags); file != "" {
		return gobuild.Absolute(m.dir, file)
	}
	return gomod
}

func localFolders(base string, replaces []*modfile.Replace) (folders []string) {
	for _, r := range replaces {
		if r.New.Version == "" {
			folders = append(folders, gobuild.Absolute(base, filepath.FromSlash(r.New.Path)))
		}
	}
	return folders
}
