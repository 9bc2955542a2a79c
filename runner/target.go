package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// A target is a package with orchestrated tests: its test binary, and where that is run.
type target struct {
	pkg  string
	path string // of the test binary

	listed  chan struct{} // closed when what follows is known
	dir     string        // of the package
	root    string        // of its module; "" if it is in none
	binary  string        // stands for the contents of the test binary; "" where nobody asks for it
	listErr error

	demand   func()        // has the binary made, unless it is or is being made
	built    chan struct{} // closed when the binary is there
	buildErr error
}

// wait returns when the test binary can be run in the package's folder.
func (t *target) wait() error {
	t.demand()
	<-t.listed
	<-t.built
	return errors.Join(t.listErr, t.buildErr)
}

// build starts making the test binary of a package, or finds out first whether it will be needed. It is called
// under run.mu.
func (r *run) build(ctx context.Context, pkg string) {
	t := &target{
		pkg:    pkg,
		path:   filepath.Join(r.temp, fmt.Sprintf("%d.test", len(r.targets))),
		listed: make(chan struct{}),
		built:  make(chan struct{}),
	}
	r.targets[pkg] = t
	t.demand = sync.OnceFunc(func() {
		r.background.Go(func() {
			defer close(t.built)
			r.builds <- struct{}{}
			defer func() { <-r.builds }()
			args := slices.Concat([]string{"test", "-c", "-o", t.path}, r.linkFlags(), r.buildFlags(), r.patternsOf(pkg))
			_, t.buildErr = r.goCommand(ctx, args...)
		})
	})
	r.background.Go(func() {
		defer close(t.listed)
		r.list(ctx, t)
		if r.notebook != nil && !r.notebook.knows(t) {
			t.demand()
		}
	})
	if r.notebook == nil {
		t.demand()
	}
}

// list finds out what there is to know of a package, and of its binary if there is a notebook.
func (r *run) list(ctx context.Context, t *target) {
	r.builds <- struct{}{}
	defer func() { <-r.builds }()
	var found map[string]packageInfo
	found, t.listErr = r.listPackages(ctx, r.notebook != nil, r.patternsOf(t.pkg)...)
	if t.listErr == nil {
		t.dir, t.root, t.binary = found[t.pkg].dir, found[t.pkg].root, found[t.pkg].binary
	}
}

// commandLine is the package that go test makes of files that are named one by one.
const commandLine = "command-line-arguments"

// patternsOf returns what stands for one package on a go command's line.
func (r *run) patternsOf(pkg string) []string {
	if pkg == commandLine {
		return r.goArgs.patterns(r.Packages)
	}
	return []string{pkg}
}

// goCommand runs the go command, which is to succeed, and returns what it printed to standard output.
func (r *run) goCommand(ctx context.Context, args ...string) (string, error) {
	out, failure, err := r.goOutput(ctx, args...)
	if err == nil && failure != "" {
		err = fmt.Errorf("go %s: %s", args[0], failure)
	}
	return string(out), err
}

// goOutput runs the go command to its end. It returns what it printed to standard output, and, where it
// failed, how and with which words.
func (r *run) goOutput(ctx context.Context, args ...string) (out []byte, failure string, err error) {
	var stdout, stderr bytes.Buffer
	e, err := r.executor.execute(ctx, command{
		path: r.goTool, args: args, dir: r.Dir, output: &stdout, errors: &stderr,
		// A go command that is interrupted while it builds leaves its temporary files.
		env: with(r.Env, "GOTMPDIR", r.temp),
	})
	if err == nil && e.status != "" {
		failure = e.status + ": " + strings.TrimSpace(stderr.String()+stdout.String())
	}
	return stdout.Bytes(), failure, err
}
