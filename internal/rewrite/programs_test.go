package rewrite_test

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/internal/rewrite"
)

// TestPrograms runs programs as they are and rewritten: they do the same, on the same lines.
func TestPrograms(t *testing.T) {
	for _, name := range []string{"programs", "old", "loops"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join("testdata", name)
			result := write(t, rewrite.Config{Dir: dir, Packages: []string{"./..."}})
			for _, p := range result.Packages {
				for _, as := range p.AsIs {
					t.Errorf("%s runs as it is: %+v", p.Path, as)
				}
			}
			plain := goTest(t, dir, packages(result), "-v")
			rewritten := goTest(t, dir, packages(result), "-v", "-overlay="+result.Overlay)
			if diff := cmp.Diff(plain, rewritten); diff != "" {
				t.Errorf("rewritten, it does something else (-plain +rewritten):\n%s", diff)
			}
		})
	}
}

// write rewrites packages into a folder of the test.
func write(t *testing.T, c rewrite.Config) *rewrite.Result {
	t.Helper()
	c.Into = t.TempDir()
	result, err := rewrite.Write(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// packages are those under test.
func packages(r *rewrite.Result) (paths []string) {
	for _, p := range r.Tested {
		paths = append(paths, p.ImportPath)
	}
	return paths
}

var times = regexp.MustCompile(`(\(|\t)(\d+\.\d+s|cached)\)?`)

// goTest returns what `go test` prints, but for times.
func goTest(t *testing.T, dir string, packages []string, flags ...string) string {
	t.Helper()
	out, err := tryTest(t, dir, packages, flags...)
	if err != nil {
		t.Error(err)
	}
	return out
}

// tryTest is goTest for tests that may fail. The error has what they have printed.
func tryTest(t *testing.T, dir string, packages []string, flags ...string) (string, error) {
	t.Helper()
	args := append([]string{"test", "-vet=off", "-count=1", "-timeout=2m"}, flags...)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "go", append(args, packages...)...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("go %s: %w\n%s", strings.Join(cmd.Args[1:], " "), err, out.String())
	}
	return times.ReplaceAllString(out.String(), ""), err
}
