package overlay

import (
	"context"
	"fmt"

	"github.com/orchtest/orchtest/internal/gobuild"
)

// syncpointPath is the package that the inserted code calls.
const syncpointPath = "github.com/orchtest/orchtest/lib/syncpoint"

// listedFields are what of a package's description is of use here.
const listedFields = "-json=Dir,ImportPath,ForTest,Standard,Module,GoFiles,CgoFiles,Imports"

// list asks the go command for the packages under test and all that they are built from, tests
// included. A list that is broken or incomplete is no error: `go test`, which comes next, says
// better what is wrong with the packages.
func list(ctx context.Context, c Config) ([]gobuild.Package, error) {
	args := append([]string{"list", "-e", "-deps", "-test", listedFields}, c.BuildFlags...)
	if c.Base != "" {
		args = append(args, "-overlay="+c.Base)
	}
	args = append(append(args, "--"), c.Packages...)
	run := c.Go
	if run == nil {
		run = func(ctx context.Context, args ...string) ([]byte, error) {
			out, _, err := gobuild.Go(ctx, c.Dir, c.Env, args...)
			return out, err
		}
	}
	out, err := run(ctx, args...)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	return gobuild.Packages(out), nil
}

// closure is the package named by path and everything that it imports, by import path.
func closure(packages []gobuild.Package, path string) map[string]bool {
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
