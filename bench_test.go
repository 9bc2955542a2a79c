package main

import (
	"os"
	"os/exec"
	"path/filepath"
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
