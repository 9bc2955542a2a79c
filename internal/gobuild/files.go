// Package gobuild knows what the go command would build with: its environment, the flags in it, and the files
// that an overlay puts in place of others.
package gobuild

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Files is an overlay: what stands for which file, "" for one that is not there. All paths are absolute.
type Files map[string]string

// overlayFile is the JSON that `go build -overlay` reads.
type overlayFile struct {
	Replace map[string]string
}

// ReadFiles reads an overlay file; none where its name is "". Like the go command it takes relative paths from
// dir.
func ReadFiles(file, dir string) (Files, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(Absolute(dir, file))
	if err != nil {
		return nil, fmt.Errorf("overlay %s: %w", file, err)
	}
	var content overlayFile
	if err := json.Unmarshal(text, &content); err != nil {
		return nil, fmt.Errorf("overlay %s: %w", file, err)
	}
	r := Files{}
	for from, to := range content.Replace {
		if to != "" {
			to = Absolute(dir, to)
		}
		r[Absolute(dir, from)] = to
	}
	return r, nil
}

// Read is the content of a file as the go command sees it.
func (r Files) Read(path string) ([]byte, error) {
	to, ok := r[path]
	switch {
	case !ok:
		return os.ReadFile(path)
	case to == "":
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("deleted by the overlay")}
	default:
		return os.ReadFile(to)
	}
}

// Exists tells whether a regular file is there for the go command.
func (r Files) Exists(path string) bool {
	if to, ok := r[path]; ok {
		return to != ""
	}
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// Absolute is a path that is relative to dir, or is not.
func Absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// Put writes a file and puts it in place of the one at path.
func (r Files) Put(path, file string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	for _, spelling := range spellings(path) {
		r[spelling] = file
	}
	return os.WriteFile(file, text, 0o666)
}

// Write writes the overlay file.
func (r Files) Write(file string) error {
	text, err := json.MarshalIndent(overlayFile{Replace: r}, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o666)
}

// spellings are the paths by which the go command may know a file: it compares them letter by letter,
// and whether it sees its folder behind a symbolic link depends on the variable PWD.
func spellings(path string) []string {
	if real := resolved(path); real != path {
		return []string{path, real}
	}
	return []string{path}
}

// resolved is a path with the symbolic links resolved of its folder, or of the part of it that exists.
func resolved(path string) string {
	dir, base := filepath.Split(path)
	dir = filepath.Clean(dir)
	if dir == filepath.Clean(path) {
		return path
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		real = resolved(dir)
	}
	return filepath.Join(real, base)
}
