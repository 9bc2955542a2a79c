package rewrite_test

import (
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/orchtest/orchtest/internal/rewrite"
)

// TestChosen rewrites the packages under test and the project's own that they are built from, in whatever form the go
// command lists these. All files named send.go synchronise.
func TestChosen(t *testing.T) {
	const send = "\n\nfunc Send(ch chan int) { ch <- 1 }\n"
	for _, c := range []struct {
		name     string
		files    string
		packages []string
		asked    []string // by --instrument
		want     []string // the files that are rewritten
		unused   []string
		wrong    string // the error
	}{
		{
			name: "compiled again for tests",
			files: `
-- go.mod --
module m
-- a/send.go --
package a
-- a/a_test.go --
package a
-- a/x_test.go --
package a_test

import _ "m/b"
-- b/send.go --
package b

import _ "m/a"
-- c/send.go --
package c

import _ "m/b"
-- c/c_test.go --
package c
`,
			packages: []string{"./a", "./c"}, want: []string{"m/a/send.go", "m/b/send.go", "m/c/send.go"},
		},
		{
			name: "compiled for tests only",
			files: `
-- go.mod --
module m
-- a/send.go --
package a
-- a/a_test.go --
package a
-- a/x_test.go --
package a_test

import _ "m/b"
-- b/send.go --
package b

import _ "m/a"
`,
			packages: []string{"./a"}, want: []string{"m/a/send.go", "m/b/send.go"},
		},
		{
			name: "own and asked for",
			files: `
-- go.mod --
module m
-- send.go --
package m
`,
			packages: []string{"."}, asked: []string{"m", "n"}, want: []string{"m/send.go"}, unused: []string{"n"},
		},
		{
			name: "another module's",
			files: `
-- go.mod --
module m

go 1.25

require example.com/n v1.0.0
-- send.go --
package m
-- vendor/modules.txt --
# example.com/n v1.0.0
## explicit; go 1.25
example.com/n
-- vendor/example.com/n/send.go --
package n
`,
			packages: []string{".", "example.com/n"}, want: []string{"example.com/n/send.go", "m/send.go"},
		},
		{
			name: "single files",
			files: `
-- go.mod --
module m
-- send.go --
package m
`,
			packages: []string{"send.go"}, want: []string{"command-line-arguments/send.go"},
		},
		{
			name: "one line",
			files: `
-- go.mod --
module m
-- send.go --
package m; import "fmt"; var _ = fmt.Sprint()
`,
			packages: []string{"."}, want: []string{"m/send.go"},
		},
		{
			name:     "no module",
			files:    "-- send.go --\npackage m\n",
			packages: []string{"send.go"}, wrong: "there is no go.mod in this folder or above it",
		},
		{
			name:     "no package",
			files:    "-- go.mod --\nmodule m\n",
			packages: []string{"./..."}, wrong: "./...: no packages",
		},
		{
			name:     "no folder",
			files:    "-- go.mod --\nmodule m\n",
			packages: []string{"./a"}, wrong: "directory not found",
		},
		{
			name:     "no list",
			files:    "-- go.mod --\nmodul m\n",
			packages: []string{"./..."}, wrong: "go list: ",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, f := range txtar.Parse([]byte(c.files)).Files {
				text := string(f.Data)
				if strings.HasSuffix(f.Name, "send.go") {
					text += send
				}
				writeFile(t, filepath.Join(dir, filepath.FromSlash(f.Name)), text)
			}
			result, err := rewrite.Write(t.Context(), rewrite.Config{Dir: dir, Into: t.TempDir(), Packages: c.packages, Instrument: c.asked})
			if c.wrong != "" {
				if listing := (*rewrite.ListError)(nil); !errors.As(err, &listing) || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("got the error %v, want one of the list with %q", err, c.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := slices.Sorted(maps.Keys(result.Files)); !slices.Equal(got, c.want) {
				t.Errorf("got %q rewritten, want %q", got, c.want)
			}
			if !slices.Equal(result.Unused, c.unused) {
				t.Errorf("unused patterns %q, want %q", result.Unused, c.unused)
			}
			for _, p := range result.Packages {
				for _, as := range p.AsIs {
					t.Errorf("%s runs as it is: %+v", p.Path, as)
				}
			}
		})
	}
}
