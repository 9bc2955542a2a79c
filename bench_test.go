package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/orchtest/orchtest/runner"
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

// BenchmarkReports runs 10,000 scenarios that pass, without reports and with the JUnit and the HTML report, in turn. Its
// figures are how much longer it takes with them, and how much more processor time, its scenarios' included: on a busy
// machine that says more. The medians are compared.
func BenchmarkReports(b *testing.B) {
	orchtest := orchtest(b)
	dir := b.TempDir()
	for _, isolation := range runner.Isolations() {
		b.Run(isolation, func(b *testing.B) {
			without := []string{orchtest, "--no-cache", "--isolation", isolation, "--run", "^TestEight$", "./runner/testdata/many"}
			with := append(slices.Clone(without), "--junitfile", filepath.Join(dir, "junit.xml"), "--html", filepath.Join(dir, "report.html"))
			spent(b, with)
			var wall, cpu [2][]time.Duration
			for b.Loop() {
				for i, args := range [][]string{without, with} {
					w, c := spent(b, args)
					wall[i], cpu[i] = append(wall[i], w), append(cpu[i], c)
				}
			}
			b.ReportMetric(more(wall), "%-more")
			b.ReportMetric(more(cpu), "%-more-cpu")
		})
	}
}

// spent runs a command and returns how long it took, and how much of the processors it and its children used.
func spent(b *testing.B, args []string) (wall, cpu time.Duration) {
	b.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %v\n%s", args, err, out)
	}
	return time.Since(start), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// more is by how many per cent the median of the second ones exceeds that of the first ones.
func more(of [2][]time.Duration) float64 {
	for _, each := range of {
		slices.Sort(each)
	}
	n := len(of[0]) / 2
	return 100 * (float64(of[1][n])/float64(of[0][n]) - 1)
}
