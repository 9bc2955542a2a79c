package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var huntCompare = flag.Bool("hunt-compare", false, "run all kernels with other tools, and print the comparison of docs/hunting.md, which takes an hour at most")

// Of the comparison: each kernel is run so often, or for so long.
const (
	compareRuns  = 1000
	compareLimit = 10 * time.Second
)

// A compared tool is one that a kernel's test is run with.
type compared struct {
	name     string
	requires string // a module
	imports  string
	test     string // the test of the kernel %[1]s; it says RUN before each run, and FOUND or what found says
	found    string
	mutexes  bool // they are the tool's
	race     bool
}

var comparison = []compared{
	{
		name: "go test -race", imports: `"fmt"; "testing"; "time"`, race: true, found: "WARNING: DATA RACE",
		test: `for range %[2]d { fmt.Println("RUN"); %[1]s() }; time.Sleep(100*time.Millisecond)`,
	},
	{
		name: "goleak", requires: "go.uber.org/goleak v1.3.0", imports: `"fmt"; "testing"; "go.uber.org/goleak"`, found: "FOUND",
		test: `for range %[2]d { fmt.Println("RUN"); %[1]s(); if goleak.Find() != nil { fmt.Println("FOUND"); return } }`,
	},
	{
		name: "go-deadlock", requires: "github.com/sasha-s/go-deadlock v0.3.9", found: "FOUND", mutexes: true,
		imports: `"fmt"; "os"; "testing"; "time"; "github.com/sasha-s/go-deadlock"`,
		test: `deadlock.Opts.DeadlockTimeout = time.Second
	deadlock.Opts.OnPotentialDeadlock = func() { fmt.Println("FOUND"); os.Exit(0) }
	for range %[2]d { fmt.Println("RUN"); %[1]s() }
	time.Sleep(3*time.Second)`,
	},
	{
		name: "testing/synctest", imports: `"fmt"; "testing"; "testing/synctest"`, found: "deadlock: ",
		test: `for range %[2]d { fmt.Println("RUN"); synctest.Test(t, func(*testing.T) { %[1]s() }) }`,
	},
}

// TestCompare runs the kernels with tools that find bugs in the runs that happen.
func TestCompare(t *testing.T) {
	if !*huntCompare {
		t.Skip("-hunt-compare prints the comparison")
	}
	for _, tool := range comparison {
		t.Run(tool.name, func(t *testing.T) {
			dir := t.TempDir()
			names := kernels(t, dir)
			if len(names) == 0 {
				t.Skip("this Go comes without the kernels")
			}
			tool.build(t, dir, names)
			found, soon := 0, 0
			for _, name := range names {
				runs := tool.run(t, dir, name)
				if runs > 0 {
					found++
				}
				if runs == 1 {
					soon++
				}
				t.Logf("%s: %d", name, runs)
			}
			t.Logf("| %s | %d | %d |", tool.name, found, soon)
		})
	}
}

// build builds the tests.
func (c *compared) build(t *testing.T, dir string, names []string) {
	t.Helper()
	text := "package kernels\n\nimport (" + c.imports + ")\n\nconst yieldCount = 10\n\n"
	for _, name := range names {
		text += fmt.Sprintf("func Test%[1]s(t *testing.T) {\n\t"+c.test+"\n}\n\n", strings.TrimPrefix(name, "Test"), compareRuns)
	}
	write(t, filepath.Join(dir, "kernels_test.go"), []byte(text))
	if c.requires != "" {
		write(t, filepath.Join(dir, "go.mod"), []byte("module kernels\n\ngo 1.25\n\nrequire "+c.requires+"\n"))
	}
	if c.mutexes {
		c.replaceMutexes(t, dir)
	}
	args := []string{"go", "test", "-c", "-mod=mod", "-vet=off", "-o", "tool.test"}
	if c.race {
		args = append(args, "-race")
	}
	if built := runReal(t, dir, append(args, ".")...); built.status != 0 {
		t.Skipf("%s is not to be had: %s", c.requires, built.output)
	}
}

// replaceMutexes has the kernels use those of the tool.
func (c *compared) replaceMutexes(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		of := strings.NewReplacer("sync.Mutex", "deadlock.Mutex", "sync.RWMutex", "deadlock.RWMutex").Replace(string(text))
		if of == string(text) || strings.HasSuffix(file, "_test.go") {
			continue
		}
		of = strings.Replace(of, "package kernels", "package kernels\n\nimport \"github.com/sasha-s/go-deadlock\"", 1)
		write(t, file, []byte(of+"\n\nvar _ sync.Locker\n"))
		if !strings.Contains(of, `"sync"`) {
			t.Errorf("%s: it locks without sync", file)
		}
	}
}

// run runs a kernel, and returns in which of its runs something was found; 0 if nothing was.
func (c *compared) run(t *testing.T, dir, name string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), compareLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "tool.test"), "-test.run=^"+name+"$")
	output, _ := cmd.CombinedOutput() // a kernel that deadlocks ends by the limit
	before, _, found := strings.Cut(string(output), c.found)
	if !found {
		return 0
	}
	return strings.Count(before, "RUN\n")
}
