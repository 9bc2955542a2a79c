package rewrite

import (
	"context"
	"fmt"
	"strings"

	"github.com/orchtest/orchtest/internal/gobuild"
)

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
	for _, p := range gobuild.Packages(out) {
		packages = append(packages, listed{p})
	}
	return packages, nil
}

func (c Config) command(ctx context.Context, args ...string) ([]byte, error) {
	if c.Go != nil {
		return c.Go(ctx, args...)
	}
	return gobuild.Go(ctx, c.Dir, c.Env, args...)
}

// listed is a package as the go command lists it.
type listed struct{ gobuild.Package }

// site is the path that the sites of the package's files begin with.
func (p listed) site() string {
	if p.external() {
		return p.ForTest
	}
	return p.Path()
}

// isMain tells whether it is the main package of a test binary, which the go command writes.
func (p listed) isMain() bool {
	return p.Name == "main" && strings.HasSuffix(p.ImportPath, ".test") && len(p.Files()) == 0
}

// external tells whether it has the tests of another package.
func (p listed) external() bool { return p.ForTest != "" && p.Path() == p.ForTest+"_test" }

// internal tells whether it is a package together with its own tests.
func (p listed) internal() bool { return p.ForTest != "" && p.Path() == p.ForTest }

// goVersion is the language version of the package's module, with "go" before it.
func (p listed) goVersion() string {
	if v := p.GoVersion(); v != "" {
		return "go" + v
	}
	return ""
}
