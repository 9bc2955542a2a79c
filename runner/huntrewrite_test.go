package runner

import (
	"strings"
	"testing"

	"github.com/orchtest/orchtest/internal/rewrite"
)

// TestTested finds the package to blame by what the go command calls what it builds.
func TestTested(t *testing.T) {
	for importPath, want := range map[string]string{
		"m/a":                           "m/a",
		"m/a [m/a.test]":                "m/a",
		"m/a [m/b.test]":                "m/a",
		"m/a_test [m/a.test]":           "m/a",
		"m/a_test":                      "m/a_test",
		"m/a_test [m/a_test.test]":      "m/a_test",
		"m/a_test [m/b.test]":           "m/a_test",
		"m/a_test_test [m/a_test.test]": "m/a_test",
		"m/a.test":                      "m/a",
	} {
		if got := tested(importPath); got != want {
			t.Errorf("%s: got %s, want %s", importPath, got, want)
		}
	}
}

// TestAsItIs says once of each thing that runs as it is why it does, and of a test what is true of it.
func TestAsItIs(t *testing.T) {
	var stderr strings.Builder
	h := &hunt{run: &run{Config: Config{Stderr: &stderr}}, unbuildable: map[string]bool{"m/wrong": true}, rewritten: &rewrite.Result{
		Unused: []string{"n/..."},
		Packages: []rewrite.Package{
			{Path: "m/all", AsIs: []rewrite.AsIs{{Reason: "as it is"}}},
			{Path: "m/some", AsIs: []rewrite.AsIs{{File: "some.go", Line: 3, Reason: "this"}, {File: "some_test.go", Line: 4, Reason: "that\nand more"}}},
			{Path: "m/twice", AsIs: []rewrite.AsIs{{Reason: "at first"}}},
			{Path: "m/wrong", AsIs: []rewrite.AsIs{{Reason: "by itself"}}},
		},
	}}
	h.packages = []*huntPackage{{name: "m/some", path: "some.test"}, {name: "m/twice", path: "twice.test", asItIs: "at last"}}
	h.tellAsItIs()
	const want = `orchtest: --instrument n/...: it matches no dependency of these tests
orchtest: m/twice: it is not hunted, but run as it is: at last
orchtest: m/all: it is not hunted in, but run as it is: as it is
orchtest: m/some: some.go:3: it is not hunted in, but run as it is: this
orchtest: m/some: some_test.go:4: it is not hunted in, but run as it is: that
`
	if got := stderr.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, c := range []struct {
		pkg, asItIs, file string
		line              int
		want              string
	}{
		{"m/all", "", "all_test.go", 3, "it is run as it is: as it is"},
		{"m/some", "", "some_test.go", 4, "it is run as it is: that"},
		{"m/some", "", "some_test.go", 9, "the test was not reached by what hunts: it is generated, or runs in another process"},
		{"m/twice", "at last", "", 0, "it is run as it is: at last"},
		{"sync", "", "", 0, "it is run as it is: the standard library cannot be rewritten"},
	} {
		test := &huntTest{pkg: &huntPackage{name: c.pkg, asItIs: c.asItIs}, file: c.file, line: c.line}
		if got := h.whyAsItIs(test); got != c.want {
			t.Errorf("%s, %s:%d: got %q, want %q", c.pkg, c.file, c.line, got, c.want)
		}
	}
}
