package rewrite

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

// listed is what of a package's description by `go list` is of use here.
type listed struct {
	Dir        string
	ImportPath string
	Name       string
	ForTest    string
	Export     string
	Standard   bool
	DepOnly    bool
	Module     *module
	GoFiles    []string
	CgoFiles   []string
	Imports    []string
	ImportMap  map[string]string
}

type module struct {
	Path, Version, Dir, GoMod, GoVersion string
	Main                                 bool
	Replace                              *module
}

const listedFields = "-json=Dir,ImportPath,Name,ForTest,Export,Standard,DepOnly,Module,GoFiles,CgoFiles,Imports,ImportMap"

// list asks the go command for packages. A list that is broken or incomplete is no error.
func (c Config) list(ctx context.Context, flags []string, patterns ...string) ([]listed, error) {
	args := append(append([]string{"list", "-e", listedFields}, flags...), c.BuildFlags...)
	out, err := c.command(ctx, append(append(args, "--"), patterns...)...)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if decoder.Decode(&p) != nil {
			return packages, nil
		}
		packages = append(packages, p)
	}
}

func (c Config) command(ctx context.Context, args ...string) ([]byte, error) {
	if c.Go != nil {
		return c.Go(ctx, args...)
	}
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

// path is the import path without the test that the package was built for.
func (p listed) path() string {
	path, _, _ := strings.Cut(p.ImportPath, " ")
	return path
}

// site is the path that the sites of the package's files begin with.
func (p listed) site() string { return strings.TrimSuffix(p.path(), "_test") }

// isMain tells whether it is the main package of a test binary, which the go command writes.
func (p listed) isMain() bool { return p.Name == "main" && strings.HasSuffix(p.ImportPath, ".test") }

// external tells whether it has the tests of another package.
func (p listed) external() bool { return p.ForTest != "" && p.path() == p.ForTest+"_test" }

// internal tells whether it is a package together with its own tests.
func (p listed) internal() bool { return p.ForTest != "" && p.path() == p.ForTest }

// own tells whether the package belongs to the main module or the workspace, replaces a module locally, or was
// named file by file.
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

func (p listed) files() (files []string) {
	for _, names := range [][]string{p.GoFiles, p.CgoFiles} {
		for _, name := range names {
			if !filepath.IsAbs(name) {
				name = filepath.Join(p.Dir, name)
			}
			files = append(files, name)
		}
	}
	return files
}

// goVersion is the language version of the package's module.
func (p listed) goVersion() string {
	switch {
	case p.Module == nil:
		return ""
	case p.Module.GoVersion == "":
		return "go1.16" // what the go command assumes for a go.mod without a go line
	default:
		return "go" + p.Module.GoVersion
	}
}
