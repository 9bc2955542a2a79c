package watch

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// files are a workspace: a module, and one beside it that replaces what the first requires.
const files = `
-- m/go.mod --
module example.com/m

go 1.25

require example.com/lib v0.0.0

replace example.com/lib => ../lib
-- m/a/a.go --
package a

import _ "embed"

//go:embed text/a.txt
var Text string
-- m/a/a_test.go --
package a
-- m/a/.#a.go --
-- m/a/a.go~ --
-- m/a/README.md --
-- m/a/text/a.txt --
-- m/a/testdata/golden --
-- m/a/testdata/.hidden/x --
-- m/b/b.go --
package b

import "example.com/m/a"

var B = a.Text
-- m/b/b_test.go --
package b
-- m/b/b_linux.s --
-- m/c/c_test.go --
package c_test

import (
	"testing"

	"example.com/lib"
	"example.com/m/b"
)

func TestC(t *testing.T) { t.Log(b.B, lib.L) }
-- m/testdata/shared --
-- m/none/none.txt --
-- m/vendor/x/x.go --
package x
-- m/.git/HEAD --
-- m/nested/go.mod --
module example.com/nested
-- m/nested/n.go --
package nested
-- lib/go.mod --
module example.com/lib

go 1.25
-- lib/lib.go --
package lib

const L = 1
-- lib/lib_test.go --
package lib
`

// load writes the files and reads the project that the patterns name.
func load(t *testing.T, patterns ...string) (dir string, p Project) {
	t.Helper()
	dir = real(t.TempDir())
	for _, f := range txtar.Parse([]byte(files)).Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", slices.Concat(ListArgs, patterns)...)
	cmd.Dir = filepath.Join(dir, "m")
	cmd.Env = append(os.Environ(), "PWD="+cmd.Dir, "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return dir, Read(out, cmd.Dir, patterns)
}

// What matters to which package.
func TestAffected(t *testing.T) {
	for _, test := range []struct {
		name, patterns string
		file           string // with a slash
		want           string // the last elements of the packages; "-" if the file does not count at all
	}{
		{"its own package, and who imports that", "./...", "m/a/a.go", "a b c"},
		{"what only an external test imports", "./...", "m/b/b.go", "b c"},
		{"assembly", "./...", "m/b/b_linux.s", "b c"},
		{"a replaced module", "./...", "lib/lib.go", "c"},
		{"a test file", "./...", "m/a/a_test.go", "a"},
		{"a test file of a dependency", "./...", "lib/lib_test.go", ""},
		{"a file that is embedded", "./...", "m/a/text/a.txt", "a b c"},
		{"testdata", "./...", "m/a/testdata/golden", "a"},
		{"testdata of several", "./...", "m/testdata/shared", "a b c"},
		{"go.mod", "./...", "m/go.mod", "a b c"},
		{"go.mod of a dependency", "./...", "lib/go.mod", "a b c"},
		{"a dependency of what is under test", "./b", "m/a/a.go", "b"},
		{"a test file of such a one", "./b", "m/a/a_test.go", ""},
		{"what nobody under test imports", "./a", "m/b/b.go", "-"},
		{"one by its import path", "example.com/m/c", "m/a/a.go", "c"},
		{"all by an import path", "example.com/m/...", "m/b/b.go", "b c"},
		{"an editor's backup", "./...", "m/a/a.go~", "-"},
		{"an editor's lock", "./...", "m/a/.#a.go", "-"},
		{"what is not built", "./...", "m/a/README.md", "-"},
		{"what is hidden", "./...", "m/.git/HEAD", "-"},
		{"hidden testdata", "./...", "m/a/testdata/.hidden/x", "-"},
		{"vendor", "./...", "m/vendor/x/x.go", "-"},
		{"another module", "./...", "m/nested/n.go", "-"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir, p := load(t, test.patterns)
			file := filepath.Join(dir, filepath.FromSlash(test.file))
			stamp, counts := take(p, p.layout(), nil)[file]
			got := "-"
			if counts {
				affected := map[string]bool{}
				p.affected(file, stamp.kind, affected)
				var names []string
				for _, path := range slices.Sorted(maps.Keys(affected)) {
					names = append(names, path[strings.LastIndex(path, "/")+1:])
				}
				got = strings.Join(names, " ")
			}
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// What has changed is told by content, and for testdata by time.
func TestChanges(t *testing.T) {
	dir, p := load(t, "./...")
	before := take(p, p.layout(), nil)
	change := func(name string, do func(path string) error) {
		t.Helper()
		if err := do(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
	long := func(path string) error {
		return os.Chtimes(path, before[path].modified.AddDate(1, 0, 0), before[path].modified.AddDate(1, 0, 0))
	}
	change("m/a/a.go", long)
	change("m/a/testdata/golden", long)
	change("m/b/b.go", os.Remove)
	change("m/b/b_test.go", func(path string) error { return os.WriteFile(path, []byte("package b // changed\n"), 0o666) })
	change("m/none/deep", func(path string) error { return os.Mkdir(path, 0o777) })
	change("m/none/deep/new.go", func(path string) error { return os.WriteFile(path, nil, 0o666) })
	change("m/none/deep/new.txt", func(path string) error { return os.WriteFile(path, nil, 0o666) })
	var got []string
	for _, file := range changes(before, take(p, p.layout(), before)) {
		name, _ := filepath.Rel(dir, file)
		got = append(got, filepath.ToSlash(name))
	}
	want := []string{"m/a/testdata/golden", "m/b/b.go", "m/b/b_test.go", "m/none/deep/new.go"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Files of editors, by their names.
func TestIgnored(t *testing.T) {
	for name, want := range map[string]bool{
		"a.go": false, "a_test.go": false, "_a.go": false, "golden": false, "a.go.golden": false,
		".a.go.swp": true, "a.go.swp": true, "a.go~": true, "#a.go#": true, ".#a.go": true, "4913": true,
		"a.go___jb_tmp___": true, "a.go.tmp": true, ".git": true,
	} {
		if got := ignored(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
