package watch

import (
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A kind is what the files of a folder are to the tests.
type kind int

const (
	passage  kind = iota // nothing: the folder is watched for the folders in it
	code                 // Go files, and what else the go command builds
	embedded             // part of a package, whatever they are
	data                 // read by tests, which may write them, too
)

// ignored reports whether nobody means it when a file or folder of this name changes: it is hidden, or an editor's.
func ignored(name string) bool {
	switch {
	case strings.HasPrefix(name, "."), strings.HasPrefix(name, "#"), strings.HasSuffix(name, "~"):
		return true
	case strings.Contains(name, "___jb_"), name == "4913": // GoLand, and what Vim tries whether it can write with
		return true
	}
	return slices.Contains([]string{".swp", ".swo", ".swx", ".tmp"}, filepath.Ext(name))
}

// ignoredFolder reports whether the folders below one of this name are nobody's packages under test.
func ignoredFolder(name string) bool {
	return ignored(name) || strings.HasPrefix(name, "_") || name == "vendor" || name == "node_modules"
}

// built are the extensions of the files that the go command makes packages of, besides those for cgo and swig.
var built = strings.Fields(".go .s .S .c .cc .cpp .cxx .m .h .hh .hpp .hxx .f .F .for .f90 .swig .swigcxx .syso")

// ofModule reports whether a file is of a module or a workspace as a whole.
func ofModule(name string) bool {
	return slices.Contains([]string{"go.mod", "go.sum", "go.work", "go.work.sum"}, name)
}

// layout returns the folders that are to be watched, and what their files are.
func (p Project) layout() map[string]kind {
	folders := map[string]kind{}
	mark := func(dir string, k kind) {
		if k >= folders[dir] {
			folders[dir] = k
		}
	}
	for dir := range p.modules {
		mark(dir, code)
	}
	for _, tree := range p.trees {
		p.walk(tree, func(dir string) { mark(dir, code) })
	}
	for _, each := range p.packages {
		mark(each.dir, code)
		for _, file := range each.embeds {
			if dir := filepath.Dir(file); dir != each.dir {
				mark(dir, embedded)
			}
		}
		for _, dir := range each.above() {
			mark(dir, passage) // if the folder is removed, it may come again
		}
	}
	for dir := range p.testFolders() {
		filepath.WalkDir(filepath.Join(dir, "testdata"), func(path string, entry os.DirEntry, err error) error {
			switch {
			case err != nil || !entry.IsDir():
				return nil
			case ignored(entry.Name()):
				return filepath.SkipDir
			case folders[path] == passage:
				folders[path] = data
			}
			return nil
		})
	}
	return folders
}

// testFolders returns the folders whose testdata may be that of a test: those of the packages under test, and the
// folders that these are in.
func (p Project) testFolders() map[string]bool {
	dirs := map[string]bool{}
	for _, each := range p.packages {
		if !each.tested {
			continue
		}
		dirs[each.dir] = true
		for _, dir := range each.above() {
			dirs[dir] = true
		}
	}
	return dirs
}

// walk calls f for each folder that the go command would find a package in, from dir on.
func (p Project) walk(dir string, f func(dir string)) {
	filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		switch {
		case err != nil || !entry.IsDir():
			return nil
		case path != dir && (ignoredFolder(entry.Name()) || entry.Name() == "testdata" || p.foreign(path)):
			return filepath.SkipDir
		}
		f(path)
		return nil
	})
}

// foreign reports whether a folder is that of another module.
func (p Project) foreign(dir string) bool {
	if p.modules[dir] {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// A stamp tells whether a file is still what it was.
type stamp struct {
	kind     kind
	size     int64
	modified time.Time
	sum      [sha256.Size]byte // of what is read anyway; zero for data, which may be large
}

func (s stamp) same(other stamp) bool {
	if s.kind != data && other.kind != data {
		return s.size == other.size && s.sum == other.sum
	}
	return s.size == other.size && s.modified.Equal(other.modified)
}

// A snapshot has the files that matter.
type snapshot map[string]stamp

// take returns the files as they are now. What it knows from before is not read again.
func take(p Project, folders map[string]kind, before snapshot) snapshot {
	now := snapshot{}
	for dir, k := range folders {
		entries, _ := os.ReadDir(dir) // it may be gone by now
		for _, entry := range entries {
			if !entry.Type().IsDir() && matters(entry.Name(), k) {
				now.add(filepath.Join(dir, entry.Name()), k, before)
			}
		}
	}
	for _, each := range p.packages {
		for _, file := range each.embeds {
			if _, known := now[file]; !known {
				now.add(file, embedded, before)
			}
		}
	}
	return now
}

// matters reports whether a file of this name in a folder of this kind does.
func matters(name string, k kind) bool {
	switch {
	case ignored(name) || k == passage:
		return false
	case k == code:
		return slices.Contains(built, filepath.Ext(name)) || ofModule(name)
	}
	return true
}

func (s snapshot) add(file string, k kind, before snapshot) {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return
	}
	found := stamp{kind: k, size: info.Size(), modified: info.ModTime()}
	if old, known := before[file]; known && old.kind == k && old.size == found.size && old.modified.Equal(found.modified) {
		found = old
	} else if k != data {
		found.sum = digest(file)
	}
	s[file] = found
}

// digest returns that of a file's content; of one that cannot be read, that of as much as can be.
func digest(file string) (sum [sha256.Size]byte) {
	f, err := os.Open(file)
	if err != nil {
		return sum
	}
	defer f.Close()
	hash := sha256.New()
	io.Copy(hash, f)
	return [sha256.Size]byte(hash.Sum(nil))
}

// changes returns the files that are not what they were, or are new, or gone, in order.
func changes(before, now snapshot) (files []string) {
	for file, s := range now {
		if old, known := before[file]; !known || !old.same(s) {
			files = append(files, file)
		}
	}
	for file := range before {
		if _, still := now[file]; !still {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return files
}
