package rewrite_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/internal/rewrite"
)

const groupTest = `package m

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
)

func TestGroup(t *testing.T) {
	var g errgroup.Group
	g.Go(func() error {
		var pcs [9]uintptr
		frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
		frame, _ := frames.Next()
		_, file, _ := strings.Cut(frame.File, "golang.org/")
		fmt.Println(file, frame.Line)
		return nil
	})
	g.Wait()
}
`

// TestInstrument rewrites a dependency: of the module cache, of a vendor folder, in a workspace, and one that
// another version replaces.
func TestInstrument(t *testing.T) {
	module(t, "golang.org/x/sync@v0.22.0")
	module(t, "golang.org/x/sync@v0.20.0")
	sum, err := os.ReadFile(filepath.Join("..", "..", "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	const gomod = "module example.com/m\n\ngo 1.25.0\n\nrequire golang.org/x/sync v0.22.0\n"
	for _, c := range []struct {
		name, file string
		prepare    func(t *testing.T, dir string)
	}{
		{"cache", "x/sync@v0.22.0/errgroup/errgroup.go", func(*testing.T, string) {}},
		{"vendor", "x/sync/errgroup/errgroup.go", func(t *testing.T, dir string) { goCommand(t, dir, "mod", "vendor") }},
		{"workspace", "x/sync@v0.22.0/errgroup/errgroup.go", func(t *testing.T, dir string) {
			writeFile(t, filepath.Join(dir, "go.work"), "go 1.25.0\n\nuse .\n")
		}},
		{"replaced", "x/sync@v0.20.0/errgroup/errgroup.go", func(t *testing.T, dir string) {
			writeFile(t, filepath.Join(dir, "go.mod"), gomod+"\nreplace golang.org/x/sync v0.22.0 => golang.org/x/sync v0.20.0\n")
			t.Setenv("GONOSUMDB", "*")
			goCommand(t, dir, "mod", "tidy")
		}},
		{"modfile", "x/sync@v0.22.0/errgroup/errgroup.go", func(t *testing.T, dir string) {
			writeFile(t, filepath.Join(dir, "other.mod"), gomod)
			writeFile(t, filepath.Join(dir, "other.sum"), string(sum))
			writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/m\n\ngo 1.25.0\n")
			t.Setenv("GOFLAGS", "-modfile=other.mod")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			writeFile(t, filepath.Join(dir, "go.mod"), gomod)
			writeFile(t, filepath.Join(dir, "go.sum"), string(sum))
			writeFile(t, filepath.Join(dir, "m_test.go"), groupTest)
			c.prepare(t, dir)
			result := write(t, rewrite.Config{Dir: dir, Instrument: []string{"golang.org/x/sync/...", "example.com/none"}})
			if result.Files["golang.org/x/sync/errgroup/errgroup.go"] == "" {
				t.Errorf("errgroup has not been rewritten: %+v", result.Packages)
			}
			if !slices.Equal(result.Unused, []string{"example.com/none"}) {
				t.Errorf("unused patterns: %q", result.Unused)
			}
			plain := goTest(t, dir, []string{"."}, "-v")
			if !strings.Contains(plain, c.file) {
				t.Errorf("the group is not that of %s:\n%s", c.file, plain)
			}
			if rewritten := goTest(t, dir, []string{"."}, "-v", "-overlay="+result.Overlay); rewritten != plain {
				t.Errorf("rewritten, it does something else:\n%s\nplain:\n%s", rewritten, plain)
			}
		})
	}
}

func goCommand(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// TestConfig rewrites with an overlay of the user's own, tells where the tests are, and leaves a package alone.
func TestConfig(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "go.mod"), "module m\n\ngo 1.25\n")
	writeFile(t, filepath.Join(dir, "m.go"), "package m\n\nfunc Broken(")
	writeFile(t, filepath.Join(dir, "other.txt"), "package m\n\nfunc Send(ch chan int) { ch <- 1 }\n")
	writeFile(t, filepath.Join(dir, "m_test.go"), "package m\n\nimport \"testing\"\n\nfunc TestSend(t *testing.T) { Send(make(chan int, 1)) }\n")
	writeFile(t, filepath.Join(dir, "x_test.go"), "package m_test\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) {}\n")
	writeFile(t, filepath.Join(dir, "sub", "sub_test.go"), "package sub\n\nimport \"testing\"\n\nfunc TestSub(t *testing.T) { close(make(chan int)) }\n")
	writeFile(t, filepath.Join(dir, "overlay.json"), `{"Replace": {"m.go": "other.txt"}}`)
	result := write(t, rewrite.Config{
		Dir:        dir,
		Packages:   []string{"./..."},
		BuildFlags: []string{"-overlay=overlay.json"},
		AsIs:       map[string]string{"m/sub": "because"},
	})
	if len(result.Packages) != 2 || len(result.Packages[0].AsIs) > 0 {
		t.Errorf("the package has not been rewritten: %+v", result.Packages)
	}
	if sub := result.Packages[1]; !slices.Equal(sub.AsIs, []rewrite.AsIs{{Reason: "because"}}) {
		t.Errorf("the package that is left alone: %+v", sub)
	}
	want := []rewrite.Test{
		{Package: "m", Name: "TestSend", File: filepath.Join(dir, "m_test.go"), Line: 5},
		{Package: "m", Name: "TestX", File: filepath.Join(dir, "x_test.go"), Line: 5},
		{Package: "m/sub", Name: "TestSub", File: filepath.Join(dir, "sub", "sub_test.go"), Line: 5},
	}
	if !slices.Equal(result.Tests, want) {
		t.Errorf("tests: %+v", result.Tests)
	}
	if got := result.Files["m/m.go"]; got != filepath.Join(dir, "m.go") {
		t.Errorf("m/m.go is %s", got)
	}
	goTest(t, dir, []string{".", "./sub"}, "-overlay="+result.Overlay)
}
