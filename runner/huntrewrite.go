package runner

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/internal/rewrite"
	"github.com/orchtest/orchtest/parse"
)

// rewrite has the code under test rewritten, but for the packages that are to be left as they are, with the reason.
func (h *hunt) rewrite(asItIs map[string]string) error {
	into, err := os.MkdirTemp(h.temp, "rewritten-")
	if err != nil {
		return fmt.Errorf("temporary folder: %w", err)
	}
	h.rewritten, err = rewrite.Write(h.ctx, rewrite.Config{
		Dir: h.Dir, Env: h.Env, Packages: h.goArgs.patterns(h.Packages), Instrument: h.o.Instrument,
		BuildFlags: h.buildFlags(), Into: into, AsIs: asItIs, Go: h.goOutput,
	})
	if wrong := (*rewrite.ListError)(nil); errors.As(err, &wrong) {
		return &UsageError{wrong}
	}
	if err != nil {
		return fmt.Errorf("rewriting: %w", err)
	}
	return nil
}

// tellAsItIs tells of what is not rewritten, and of patterns for which nothing is.
func (h *hunt) tellAsItIs() {
	for _, pattern := range h.rewritten.Unused {
		fmt.Fprintf(h.Stderr, "orchtest: --instrument %s: it matches no dependency of these tests\n", pattern)
	}
	told := map[string]bool{}
	for _, p := range h.packages {
		if p.path != "" && p.asItIs != "" {
			told[p.name] = true
			fmt.Fprintf(h.Stderr, "orchtest: %s: it is not hunted, but run as it is: %s\n", p.name, p.asItIs)
		}
	}
	for _, p := range h.rewritten.Packages {
		if told[p.Path] || h.unbuildable[p.Path] {
			continue
		}
		for _, as := range p.AsIs {
			fmt.Fprintf(h.Stderr, "orchtest: %s: it is not hunted in, but run as it is: %s\n", placeOf(p.Path, as), firstLine(as.Reason))
		}
	}
}

// placeOf is where something of a package is that runs as it is.
func placeOf(path string, as rewrite.AsIs) string {
	if as.File == "" {
		return path
	}
	return fmt.Sprintf("%s: %s:%d", path, as.File, as.Line)
}

// whyAsItIs is why a test is not hunted.
func (h *hunt) whyAsItIs(t *huntTest) string {
	if t.pkg.asItIs != "" {
		return "it is run as it is: " + t.pkg.asItIs
	}
	i := slices.IndexFunc(h.rewritten.Packages, func(p rewrite.Package) bool { return p.Path == t.pkg.name })
	if i < 0 {
		return "it is run as it is: the standard library cannot be rewritten"
	}
	for _, as := range h.rewritten.Packages[i].AsIs {
		if as.File == "" || as.File == t.file && as.Line == t.line {
			return "it is run as it is: " + firstLine(as.Reason)
		}
	}
	return "the test was not reached by what hunts: it is generated, or runs in another process"
}

// place notes where a test stands.
func (h *hunt) place(t *huntTest) {
	for _, test := range h.rewritten.Tests {
		if test.Package == t.pkg.name && test.Name == t.name {
			t.file, t.line = test.File, test.Line
		}
	}
}

// fileOf returns where the file of a site is; "" where that is not known.
func (h *hunt) fileOf(file string) string { return h.rewritten.Files[file] }

// blame returns the packages whose rewritten form did not build, by what go said of the build of a test binary, each
// with the first error.
func (h *hunt) blame(pkg string, events []parse.Event, wrong string) map[string]string {
	said := map[string]string{}
	for _, e := range events {
		if e.Action == parse.ActionBuildOutput && said[e.ImportPath] == "" && !strings.HasPrefix(e.Output, "#") {
			said[e.ImportPath] = strings.TrimSpace(e.Output)
		}
	}
	guilty := map[string]string{}
	for _, e := range events {
		if e.Action != parse.ActionBuildFail {
			continue
		}
		path := tested(e.ImportPath)
		if slices.ContainsFunc(h.rewritten.Packages, func(p rewrite.Package) bool { return p.Path == path }) {
			guilty[path] = "it does not build rewritten: " + said[e.ImportPath]
		}
	}
	if len(guilty) == 0 {
		guilty[pkg] = "it does not build rewritten: " + firstError(wrong)
	}
	return guilty
}

// tested is the package whose code or tests do not build, by what the go command calls what it builds: "m/a",
// "m/a [m/b.test]", "m/a_test [m/a.test]", "m/a.test".
func tested(importPath string) string {
	path, variant, _ := strings.Cut(importPath, " ")
	if pkg := strings.TrimSuffix(strings.TrimPrefix(variant, "["), ".test]"); path == pkg+"_test" {
		return pkg
	}
	return strings.TrimSuffix(path, ".test")
}
