package overlay

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

// syncpointPath is the package that the inserted code calls.
const syncpointPath = "github.com/orchtest/orchtest/lib/syncpoint"

// listed is what of a package's description by `go list` is of use here.
type listed struct {
	Dir        string
	ImportPath string
	ForTest    string
	Standard   bool
	Module     *struct {
		Main      bool
		GoVersion string
		Replace   *struct{ Version string }
	}
	GoFiles  []string
	CgoFiles []string
	Imports  []string
}

const listedFields = "-json=Dir,ImportPath,ForTest,Standard,Module,GoFiles,CgoFiles,Imports"

// list asks the go command for the packages under test and all that they are built from, tests
// included. A list that is broken or incomplete is no error: `go test`, which comes next, says
// better what is wrong with the packages.
func list(ctx context.Context, c Config) ([]listed, error) {
	args := append([]string{"list", "-e", "-deps", "-test", listedFields}, c.BuildFlags...)
	if c.Base != "" {
		args = append(args, "-overlay="+c.Base)
	}
	run := c.Go
	if run == nil {
		run = c.goCommand
	}
	out, err := run(ctx, append(append(args, "--"), c.Packages...)...)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	return decode(out), nil
}

// goCommand stands in for a Config.Go that is nil.
func (c Config) goCommand(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = c.Dir, c.Env
	// A killed go command may leave a child, git say, that holds the pipe open.
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if failed := new(exec.ExitError); errors.As(err, &failed) {
		err = nil
	}
	return out, err
}

func decode(out []byte) (packages []listed) {
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if decoder.Decode(&p) != nil {
			return packages
		}
		packages = append(packages, p)
	}
}

// path is the import path without the test that the package was built for.
func (p listed) path() string {
	path, _, _ := strings.Cut(p.ImportPath, " ")
	return path
}

// own tells whether pragmas in the package count: it belongs to the main module or the workspace,
// replaces a module locally, or was named file by file.
func (p listed) own() bool {
	switch {
	case p.Standard:
		return false
	case p.Module == nil:
		return strings.HasPrefix(p.ImportPath, "command-line-arguments")
	default:
		return p.Module.Main || p.Module.Replace != nil && p.Module.Replace.Version == ""
	}
}

// files are the package's Go files, without the main file of a test, which the go command writes.
func (p listed) files() (files []string) {
	for _, names := range [][]string{p.GoFiles, p.CgoFiles} {
		for _, name := range names {
			if !filepath.IsAbs(name) {
				files = append(files, filepath.Join(p.Dir, name))
			}
		}
	}
	return files
}

func (p listed) goVersion() string {
	if p.Module == nil {
		return ""
	}
	if p.Module.GoVersion == "" {
		return "1.16" // what the go command assumes for a go.mod without a go line
	}
	return p.Module.GoVersion
}

// closure is the package named by path and everything that it imports, by import path.
func closure(packages []listed, path string) map[string]bool {
	imports := map[string][]string{}
	for _, p := range packages {
		if p.ForTest == "" {
			imports[p.ImportPath] = p.Imports
		}
	}
	reached := map[string]bool{}
	var visit func(path string)
	visit = func(path string) {
		if _, ok := imports[path]; !ok || reached[path] {
			return
		}
		reached[path] = true
		for _, next := range imports[path] {
			visit(next)
		}
	}
	visit(path)
	return reached
}
