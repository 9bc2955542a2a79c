package gobuild

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Package is a package's description by `go list`.
type Package struct {
	Dir        string
	ImportPath string
	Name       string
	ForTest    string
	Export     string
	Standard   bool
	DepOnly    bool
	Module     *Module
	GoFiles    []string
	CgoFiles   []string
	Imports    []string
	ImportMap  map[string]string

	TestGoFiles, XTestGoFiles []string
	Error                     *struct{ Err string }
}

// Module is the one that a package is in.
type Module struct {
	Path, Version, Dir, GoMod, GoVersion string
	Main                                 bool
	Replace                              *Module
}

// Go runs the go command as a process and returns what it printed to standard output; and, where it failed, how and
// with which words. An error says that it could not be started.
func Go(ctx context.Context, dir string, env []string, args ...string) (out []byte, failure string, err error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = dir, env
	// A killed go command may leave a child, git say, that holds the pipe open.
	cmd.WaitDelay = time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err = cmd.Output()
	if failed := new(exec.ExitError); errors.As(err, &failed) {
		failure, err = fmt.Sprintf("%v: %s", failed, bytes.TrimSpace(stderr.Bytes())), nil
	}
	return out, failure, err
}

// Packages reads what `go list -json` has printed, as far as it can be read.
func Packages(out []byte) (packages []Package) {
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p Package
		if decoder.Decode(&p) != nil {
			return packages
		}
		packages = append(packages, p)
	}
}

// Path is the import path without the test that the package was built for.
func (p Package) Path() string {
	path, _, _ := strings.Cut(p.ImportPath, " ")
	return path
}

// Own tells whether it is the project's own: it belongs to the main module or the workspace, replaces a module
// locally, or was named file by file.
func (p Package) Own() bool {
	switch {
	case p.Standard:
		return false
	case p.Module == nil:
		return strings.HasPrefix(p.ImportPath, "command-line-arguments")
	default:
		return p.Module.Main || p.Module.Replace != nil && p.Module.Replace.Version == ""
	}
}

// Files are the package's Go files, without the main file of a test, which the go command writes.
func (p Package) Files() (files []string) {
	for _, names := range [][]string{p.GoFiles, p.CgoFiles} {
		for _, name := range names {
			if !filepath.IsAbs(name) {
				files = append(files, filepath.Join(p.Dir, name))
			}
		}
	}
	return files
}

// GoVersion is the language version of the package's module: "1.22"; "" where there is no module.
func (p Package) GoVersion() string {
	if p.Module == nil {
		return ""
	}
	if p.Module.GoVersion == "" {
		return "1.16" // what the go command assumes for a go.mod without a go line
	}
	return p.Module.GoVersion
}
