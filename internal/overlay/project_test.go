package overlay_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/internal/overlay"
)

// project is a main module in a folder of its own, beside a module that stands in for orchtest: its
// syncpoint package logs the stops.
type project struct {
	t   *testing.T
	dir string // of the main module
}

const gomod = `module example.com/m

go 1.25

require github.com/orchtest/orchtest v0.0.0

replace github.com/orchtest/orchtest => ../orchtest
`

// newProject writes files given as a txtar archive. Without a go.mod among them it adds the usual one.
func newProject(t *testing.T, archive string) *project {
	t.Helper()
	root := realPath(t, t.TempDir())
	p := &project{t: t, dir: filepath.Join(root, "m")}
	p.write("go.mod", gomod)
	p.write("../orchtest/go.mod", "module github.com/orchtest/orchtest\n\ngo 1.25\n")
	p.write("../orchtest/lib/syncpoint/syncpoint.go", readFile(t, "testdata/syncpoint.go"))
	p.write("../orchtest/lib/syncpoint/overlay.go", readFile(t, "../../lib/syncpoint/overlay.go"))
	p.writeAll(archive)
	return p
}

// writeAll writes the files of a txtar archive.
func (p *project) writeAll(archive string) {
	p.t.Helper()
	for _, file := range strings.Split("\n"+archive, "\n-- ")[1:] {
		name, text, _ := strings.Cut(file, " --\n")
		p.write(name, text+"\n")
	}
}

func realPath(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (p *project) path(name string) string { return filepath.Join(p.dir, filepath.FromSlash(name)) }

func (p *project) write(name, text string) {
	p.t.Helper()
	path := p.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		p.t.Fatal(err)
	}
}

// env is the environment with nothing in it that would lead the go command elsewhere.
func (p *project) env(vars ...string) []string {
	return append(append(os.Environ(), "GOFLAGS=", "GOWORK=", "GOENV=off", "GOPROXY=off", "GO111MODULE="), vars...)
}

// build builds the overlay for a configuration in which the unset fields are the project's.
func (p *project) build(c overlay.Config) (overlay.Result, error) {
	p.t.Helper()
	if c.Dir == "" {
		c.Dir = p.dir
	}
	if c.Env == nil {
		c.Env = p.env()
	}
	if c.Packages == nil {
		c.Packages = []string{"./..."}
	}
	if c.TempDir == "" {
		c.TempDir = p.t.TempDir()
	}
	return overlay.Build(p.t.Context(), c)
}

// mustBuild is build where there has to be an overlay.
func (p *project) mustBuild(c overlay.Config) overlay.Result {
	p.t.Helper()
	result, err := p.build(c)
	if err != nil {
		p.t.Fatal(err)
	}
	if result.File == "" {
		p.t.Fatalf("no overlay: %+v", result)
	}
	return result
}

// try runs the go command and returns all that it prints.
func (p *project) try(args ...string) (string, error) {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), "go", args...)
	cmd.Dir, cmd.Env = p.dir, p.env()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// run is try where the go command has to succeed.
func (p *project) run(args ...string) string {
	p.t.Helper()
	out, err := p.try(args...)
	if err != nil {
		p.t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}
