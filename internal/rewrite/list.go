package rewrite

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/internal/gobuild"
)

const listedFields = "-json=Dir,ImportPath,Name,ForTest,Export,Standard,DepOnly,Module,GoFiles,CgoFiles,Imports,ImportMap," +
	"TestGoFiles,XTestGoFiles,Error"

// A ListError says why there is nothing to be rewritten: the user has to ask for other packages, or in another folder.
type ListError struct{ message string }

func (e *ListError) Error() string { return e.message }

// list asks the go command for packages. A list that is broken or incomplete is no error; nothing at all is one, with
// what the go command says.
func (c Config) list(ctx context.Context, flags []string, patterns ...string) ([]listed, error) {
	args := append(append([]string{"list", "-e", listedFields}, flags...), c.BuildFlags...)
	out, failure, err := c.command(ctx, append(append(args, "--"), patterns...)...)
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
	if len(packages) == 0 && failure != "" {
		return nil, &ListError{"go list: " + failure}
	}
	return packages, nil
}

func (c Config) command(ctx context.Context, args ...string) (out []byte, failure string, err error) {
	if c.Go != nil {
		return c.Go(ctx, args...)
	}
	return gobuild.Go(ctx, c.Dir, c.Env, args...)
}

// tested are the packages under test, of a list with all that they are built from.
func (c Config) tested(packages []listed) (tested []gobuild.Package, err error) {
	for _, p := range packages {
		if p.DepOnly || p.ForTest != "" || p.isMain() {
			continue
		}
		if p.Dir == "" && p.Error != nil {
			return nil, &ListError{strings.TrimSpace(p.Error.Err)}
		}
		tested = append(tested, p.Package)
	}
	if len(tested) == 0 {
		return nil, &ListError{strings.Join(c.Packages, " ") + ": no packages"}
	}
	slices.SortFunc(tested, func(a, b gobuild.Package) int { return cmp.Compare(a.ImportPath, b.ImportPath) })
	return tested, nil
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
