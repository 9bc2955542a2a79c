package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// orchtest builds the command and returns its path.
func orchtest(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "orchtest")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// timed runs a command and returns how long it took.
func timed(b *testing.B, dir string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %v\n%s", args, err, out)
	}
	return time.Since(start)
}

// BenchmarkOverhead runs a package that has no orchestrated test with orchtest and with go test -json
// in turn. Both build and run it: the result cache is off, the build cache is warm.
func BenchmarkOverhead(b *testing.B) {
	dir := b.TempDir()
	for name, text := range map[string]string{
		"go.mod":    "module example.com/plain\n\ngo 1.25\n",
		"x_test.go": "package plain\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) {}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	orchtest := orchtest(b)
	ours := []string{orchtest, "./...", "--", "-count=1"}
	theirs := []string{"go", "test", "-json", "-count=1", "./..."}
	timed(b, dir, ours...)
	var sum time.Duration
	n := 0
	for b.Loop() {
		a := timed(b, dir, ours...)
		c := timed(b, dir, theirs...)
		sum += a - c
		n++
	}
	b.ReportMetric(float64(sum.Milliseconds())/float64(n), "ms-more")
}

// BenchmarkHuntBuild compares what it takes to rewrite and build the tests of modules for a hunt with what go test takes
// to build them, in turn, with all files changed each time.
func BenchmarkHuntBuild(b *testing.B) {
	orchtest := orchtest(b)
	for _, module := range []string{"golang.org/x/sync@v0.24.0", "github.com/sourcegraph/conc@v0.3.0", "github.com/panjf2000/ants/v2@v2.12.1"} {
		b.Run(module, func(b *testing.B) {
			b.Setenv("GOFLAGS", strings.TrimSpace(os.Getenv("GOFLAGS")+" -mod=mod")) // some lack sums of what their tests need
			dir := filepath.Join(b.TempDir(), "module")
			realModule(b, dir, module)
			hunt := []string{orchtest, "hunt", "--run", "^None$", "./..."}
			runReal(b, dir, hunt...) // compiles what rewritten code calls
			var ours, theirs, oursClock, theirsClock time.Duration
			for b.Loop() {
				changeFiles(b, dir)
				start := time.Now()
				theirs += runReal(b, dir, "go", "test", "-run", "^None$", "./...").spent
				theirsClock += time.Since(start)
				start = time.Now()
				ours += runReal(b, dir, hunt...).spent
				oursClock += time.Since(start)
			}
			b.ReportMetric(float64(ours)/float64(theirs), "processor-times")
			b.ReportMetric(float64(oursClock)/float64(theirsClock), "clock-times")
		})
	}
}

// changeFiles changes what the Go files of a folder are compiled to: with that unchanged, go test would link nothing.
func changeFiles(b *testing.B, dir string) {
	b.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, fmt.Appendf(text, "\nfunc changed%[1]d() int { return %[1]d }\n", time.Now().UnixNano()), 0o644)
	})
	if err != nil {
		b.Fatal(err)
	}
}
