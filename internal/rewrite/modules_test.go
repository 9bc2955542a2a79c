package rewrite_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/internal/rewrite"
)

// TestModules rewrites libraries that others have written: their own tests pass as before.
func TestModules(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and tests other modules")
	}
	for _, m := range []struct{ module, skip string }{
		{module: "golang.org/x/sync@v0.22.0"},
		{module: "golang.org/x/time@v0.16.0"},
		{module: "github.com/sourcegraph/conc@v0.3.0"},
		{module: "github.com/alitto/pond/v2@v2.7.1"},
		{module: "github.com/hashicorp/golang-lru/v2@v2.0.7"},
		{module: "github.com/cenkalti/backoff/v4@v4.3.0"},
		{module: "go.uber.org/atomic@v1.12.0", skip: "Stress"},      // a minute, rewritten or not
		{module: "github.com/panjf2000/ants/v2@v2.11.3", skip: "."}, // two minutes, rewritten or not
	} {
		t.Run(m.module, func(t *testing.T) {
			dir := module(t, m.module)
			result := write(t, rewrite.Config{Dir: dir, Packages: []string{"./..."}})
			for _, p := range result.Packages {
				for _, as := range p.AsIs {
					t.Errorf("%s runs as it is: %+v", p.Path, as)
				}
			}
			var err error
			for range moduleTries {
				_, err = tryTest(t, dir, packages(result), "-short", "-run=^Test", "-skip="+m.skip, "-overlay="+result.Overlay)
				if err == nil {
					return
				}
			}
			t.Error(err)
		})
	}
}

// moduleTries is how often tests of others may be run until they pass: many of them sleep for a few milliseconds and
// expect that to be enough.
const moduleTries = 4

// module is a copy of a module, of the module cache.
func module(t *testing.T, name string) (dir string) {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", name)
	cmd.Dir = t.TempDir()
	out, _ := cmd.Output()
	var downloaded struct{ Dir string }
	if json.Unmarshal(out, &downloaded) != nil || downloaded.Dir == "" {
		t.Skipf("%s is not in the module cache, and cannot be downloaded", name)
	}
	dir = filepath.Join(t.TempDir(), "module")
	copyFolder(t, downloaded.Dir, dir)
	cmd = exec.Command("go", "mod", "download")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("what %s requires cannot be downloaded: %s", name, out)
	}
	return dir
}

func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil {
			writeFile(t, filepath.Join(to, relative), string(text))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestKernels rewrites the programs with leaks that come with Go, and builds them.
func TestKernels(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	from := filepath.Join(strings.TrimSpace(string(root)), "src", "runtime", "testdata", "testgoroutineleakprofile")
	kernels, _ := filepath.Glob(filepath.Join(from, "goker", "*.go"))
	if len(kernels) == 0 {
		t.Skip("this Go comes without them")
	}
	dir := t.TempDir()
	for _, kernel := range append(kernels, filepath.Join(from, "main.go")) {
		text, err := os.ReadFile(kernel)
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(dir, filepath.Base(kernel)), string(text))
	}
	version := strings.Join(strings.SplitN(strings.TrimPrefix(runtime.Version(), "go"), ".", 3)[:2], ".")
	writeFile(t, filepath.Join(dir, "go.mod"), "module kernels\n\ngo "+version+"\n")
	writeFile(t, filepath.Join(dir, "kernels_test.go"), "package main\n\nimport \"testing\"\n\nfunc TestKernels(t *testing.T) {}\n")
	result := write(t, rewrite.Config{Dir: dir})
	if len(result.Packages) != 1 || len(result.Packages[0].AsIs) > 0 || len(result.Files) < 30 {
		t.Errorf("not all has been rewritten: %+v", result.Packages)
	}
	goTest(t, dir, []string{"."}, "-overlay="+result.Overlay)
}
