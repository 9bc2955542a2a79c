package junit

import (
	"strings"

	"github.com/orchtest/orchtest/parse"
)

// builds are those that said something, in the order in which they first did.
type builds struct {
	byPath  map[string]*build
	ordered []*build
}

// A build is one that go test made, or tried to.
type build struct {
	path   string // as `example.com/shop`, `example.com/shop [example.com/shop.test]`
	text   text
	failed bool
	// owner is the suite that reports the build, where none names it as its failed build: a package
	// of which both the tests and the external tests fail to build names just one.
	owner *suite
}

func (b *builds) add(e parse.Event) {
	found := b.byPath[e.ImportPath]
	if found == nil {
		found = &build{path: e.ImportPath}
		b.byPath[e.ImportPath] = found
		b.ordered = append(b.ordered, found)
	}
	switch e.Action {
	case parse.ActionBuildOutput:
		found.text.add(e.Output, "")
	case parse.ActionBuildFail:
		found.failed = true
	}
}

// claimBuilds finds an owner for every build that failed and that no package named, and makes the
// suites that this takes, so that what the compiler said is not lost.
func (r *Report) claimBuilds() {
	named := map[string]bool{}
	for _, s := range r.suites {
		named[s.build] = s.build != ""
	}
	for _, b := range r.builds.ordered {
		b.owner = nil
		if b.failed && !named[b.path] {
			b.owner = r.suite(testedPackage(b.path))
		}
	}
}

// testedPackage returns the package that a build was made for.
func testedPackage(path string) string {
	if before, within, found := strings.Cut(path, " ["); found {
		path = strings.TrimSuffix(within, "]")
		if path == "" {
			path = before
		}
	}
	return strings.TrimSuffix(path, ".test")
}

// failure returns what the failed builds of a suite said, and whether there are any.
func (b *builds) failure(s *suite) (text string, found bool) {
	var all strings.Builder
	for _, each := range b.ordered {
		if each.owner == s || (s.build != "" && each.path == s.build) {
			found = true
			all.WriteString(each.text.String(""))
		}
	}
	return all.String(), found || s.build != ""
}

// buildCase is the name of the case that stands for a package that was not built: as go test has it
// in its own line about the package.
func buildCase(output string) string {
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if open := strings.LastIndex(line, " ["); strings.HasPrefix(line, "FAIL\t") && open >= 0 && strings.HasSuffix(line, "]") {
			return line[open+1:]
		}
	}
	return "[build failed]"
}
