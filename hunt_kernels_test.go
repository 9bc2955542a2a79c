package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/orchtest/orchtest/internal/rewrite"
	"github.com/orchtest/orchtest/lib/protocol"
)

var huntTable = flag.Bool("hunt-table", false, "hunt all kernels with every strategy, and print the table of docs/hunting.md, which takes minutes")

// Of the kernels.
const (
	kernelSchedules = 1000
	kernelSeeds     = 5
)

// kernels writes the kernels of real bugs that come with Go into a module, each as a test. They are programs that
// print which goroutines are left; as tests they end when the program would print. Returned are the names of the
// tests.
func kernels(t *testing.T, dir string) []string {
	t.Helper()
	goenv := runReal(t, ".", "go", "env", "GOROOT")
	goenv.want(t, 0)
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(goenv.stdout)), "src/runtime/testdata/testgoroutineleakprofile/goker/*.go"))
	if err != nil {
		t.Fatal(err)
	}
	tests := "package kernels\n\nimport \"testing\"\n\nconst yieldCount = 10\n\n"
	var names []string
	for _, file := range files {
		if filepath.Base(file) == "main.go" {
			continue
		}
		name, text := kernel(t, file)
		names = append(names, "Test"+name)
		tests += fmt.Sprintf("func Test%s(*testing.T) { %[1]s() }\n", name)
		write(t, filepath.Join(dir, filepath.Base(file)), text)
	}
	write(t, filepath.Join(dir, "kernels_test.go"), []byte(tests))
	write(t, filepath.Join(dir, "go.mod"), []byte("module kernels\n\ngo 1.25\n"))
	return names
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
}

// kernel returns the function of a kernel and the text of its file, without the profile, and with one copy of what
// it starts many times over to have it happen.
func kernel(t *testing.T, file string) (name string, text []byte) {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	f.Name.Name = "kernels"
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		init, ok := d.(*ast.FuncDecl)
		if !ok || init.Name.Name != "init" || init.Recv != nil {
			return false
		}
		call := init.Body.List[0].(*ast.ExprStmt).X.(*ast.CallExpr)
		name = call.Args[1].(*ast.Ident).Name
		return true
	})
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == name {
			fn.Body.List = slices.DeleteFunc(fn.Body.List, func(s ast.Stmt) bool { return uses(s, "prof") })
		}
	}
	fewer(f, name)
	if name == "" || uses(f, "prof") {
		t.Fatalf("%s: it is not as expected", file)
	}
	for _, d := range f.Decls {
		if imports, ok := d.(*ast.GenDecl); ok && imports.Tok == token.IMPORT {
			imports.Specs = slices.DeleteFunc(imports.Specs, func(s ast.Spec) bool {
				of, err := strconv.Unquote(s.(*ast.ImportSpec).Path.Value)
				return err == nil && !uses(f, path.Base(of))
			})
		}
	}
	f.Comments = nil
	var out bytes.Buffer
	if err := format.Node(&out, fset, f); err != nil {
		t.Fatal(err)
	}
	return name, out.Bytes()
}

// uses tells whether a name is used: as a variable, or as a package.
func uses(in ast.Node, name string) (is bool) {
	ast.Inspect(in, func(n ast.Node) bool {
		if _, imports := n.(*ast.ImportSpec); imports {
			return false
		}
		id, ok := n.(*ast.Ident)
		is = is || ok && id.Name == name
		return true
	})
	return is
}

// fewer has loops end sooner that go round very often, to make it likely that something happens: after ten times, and
// those of the kernel itself, which start so many copies of it, after one.
func fewer(f *ast.File, kernel string) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if fn.Name.Name == kernel {
			for _, s := range fn.Body.List {
				end(s, 10, "1")
			}
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			end(n, 1000, "10")
			return true
		})
	}
}

// end has a loop go round so many times if that is fewer, and it goes round that many times or more.
func end(n ast.Node, least int, times string) {
	loop, ok := n.(*ast.ForStmt)
	if !ok {
		return
	}
	if cond, ok := loop.Cond.(*ast.BinaryExpr); ok {
		if last, ok := cond.Y.(*ast.BasicLit); ok {
			if n, err := strconv.Atoi(last.Value); err == nil && n >= least {
				cond.Op, last.Value = token.LSS, times
			}
		}
	}
}

// TestKernels hunts every kernel that comes with Go.
func TestKernels(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and hunts 63 tests")
	}
	dir := t.TempDir()
	names := kernels(t, dir)
	if len(names) < 60 {
		t.Errorf("got %d kernels", len(names))
	}
	binary := huntBinary(t, dir, "")
	found := 0
	for _, name := range names {
		r := huntOnce(t, binary, protocol.HuntRequest{Test: name, Count: kernelSchedules, Seed: 1})
		if r.Kind == protocol.HuntFinding {
			found++
		} else {
			t.Logf("%s: %s after %d schedules: %s", name, r.Kind, r.Schedules, r.Reason)
		}
	}
	if found < len(names)-1 {
		t.Errorf("found %d of %d", found, len(names))
	}
}

// TestTwins hunts kernels that are repaired.
func TestTwins(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and hunts them")
	}
	binary := huntBinary(t, ".", "./testdata/hunt/twins")
	list := runReal(t, ".", binary, "-test.list", ".")
	list.want(t, 0)
	names := strings.Fields(string(list.stdout))
	if len(names) < 15 {
		t.Errorf("got %d twins", len(names))
	}
	for _, name := range names {
		r := huntOnce(t, binary, protocol.HuntRequest{Test: name, Count: kernelSchedules, Seed: 1})
		if r.Kind != protocol.HuntDone {
			t.Errorf("%s: %s after %d schedules: %s %+v\n%s", name, r.Kind, r.Schedules, r.Reason, r.Finding, r.Trace)
		}
	}
}

// huntBinary builds the tests of one package, rewritten.
func huntBinary(t *testing.T, dir, pattern string) string {
	t.Helper()
	var patterns []string
	if pattern != "" {
		patterns = []string{pattern}
	}
	result, err := rewrite.Write(t.Context(), rewrite.Config{Dir: dir, Packages: patterns, Into: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range result.Packages {
		if len(p.AsIs) > 0 {
			t.Errorf("%s runs as it is: %+v", p.Path, p.AsIs)
		}
	}
	binary := filepath.Join(t.TempDir(), "hunted.test")
	args := append([]string{"go", "test", "-c", "-vet=off", "-overlay=" + result.Overlay, "-o", binary}, patterns...)
	runReal(t, dir, args...).want(t, 0)
	return binary
}

// maxInconclusive is after how many inconclusive schedules a test is given up.
const maxInconclusive = 5

// huntOnce hunts a test and returns what was reported last, with the number of all schedules. As an inconclusive one
// ends its process, another process goes on.
func huntOnce(t testing.TB, binary string, r protocol.HuntRequest) (last protocol.HuntReport) {
	t.Helper()
	all, ran := r.Count, 0
	for range maxInconclusive {
		last = huntProcess(t, binary, r)
		ran += last.Schedules
		if last.Kind != protocol.HuntInconclusive || ran >= all {
			break
		}
		r.First, r.Delay, r.Count = last.Schedule+1, last.Delay, all-ran
	}
	last.Schedules = ran
	return last
}

func huntProcess(t testing.TB, binary string, r protocol.HuntRequest) (last protocol.HuntReport) {
	t.Helper()
	r.Report = filepath.Join(t.TempDir(), "report")
	os.Remove(r.Report)
	cmd := exec.Command(binary, "-test.run=^"+r.Test+"$", fmt.Sprintf("-test.count=%d", r.Count), "-test.failfast",
		"-test.parallel=64", "-test.timeout=5m")
	cmd.Env = append(os.Environ(), protocol.EnvHunt+"="+r.Line(), "GOMAXPROCS=1", "GODEBUG=randautoseed=0")
	output, _ := cmd.CombinedOutput() // findings fail
	lines, err := os.ReadFile(r.Report)
	if err != nil {
		t.Errorf("%s: %v\n%s", r.Test, err, output)
	}
	for line := range bytes.Lines(lines) {
		if last, err = protocol.ReadHuntReport(strings.TrimSuffix(string(line), "\n")); err != nil {
			t.Error(err)
		}
	}
	if last.Kind == protocol.HuntProgress || last.Kind == "" {
		t.Errorf("%s: the process ended after %d schedules\n%s", r.Test, last.Schedules, output)
	}
	return last
}

// The columns of the table.
var huntColumns = [][]string{nil, {"delay"}, {"random"}, {"pct"}}

// TestKernelTable prints the table that says after how many schedules each strategy finds each kernel.
func TestKernelTable(t *testing.T) {
	if !*huntTable {
		t.Skip("it is asked for with -hunt-table, and takes long")
	}
	dir := t.TempDir()
	names := kernels(t, dir)
	binary := huntBinary(t, dir, "")
	cells := make([]string, len(names)*len(huntColumns))
	within := make([][kernelSeeds]int, len(cells)) // schedules until found
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i := range cells {
		group.Go(func() error {
			for seed := range kernelSeeds {
				if seed > 0 && slices.Equal(huntColumns[i%len(huntColumns)], []string{"delay"}) {
					within[i][seed] = within[i][0] // it draws nothing
					continue
				}
				within[i][seed] = kernelSchedules + 1
				r := huntOnce(t, binary, protocol.HuntRequest{
					Test: names[i/len(huntColumns)], Strategies: huntColumns[i%len(huntColumns)], Count: kernelSchedules, Seed: uint64(seed + 1),
				})
				if r.Kind == protocol.HuntFinding {
					within[i][seed] = r.Schedules
				}
			}
			slices.Sort(within[i][:])
			cells[i] = huntCell(within[i][kernelSeeds/2], within[i][kernelSeeds-1])
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	fmt.Print("| kernel | portfolio | delay | random | pct |\n| --- | ---: | ---: | ---: | ---: |\n")
	for i, name := range names {
		fmt.Printf("| %s | %s |\n", strings.TrimPrefix(name, "Test"), strings.Join(cells[i*len(huntColumns):(i+1)*len(huntColumns)], " | "))
	}
	for _, most := range []int{1, 10, 100, kernelSchedules} {
		fmt.Printf("| found within %d |", most)
		for c := range huntColumns {
			median, worst := 0, 0
			for i := c; i < len(cells); i += len(huntColumns) {
				if within[i][kernelSeeds/2] <= most {
					median++
				}
				if within[i][kernelSeeds-1] <= most {
					worst++
				}
			}
			fmt.Printf(" %s |", huntCell(median, worst))
		}
		fmt.Println()
	}
}

// huntCell is a median and a worst, which may be none.
func huntCell(median, worst int) string {
	text := func(n int) string {
		if n > kernelSchedules {
			return "—"
		}
		return strconv.Itoa(n)
	}
	if median == worst {
		return text(median)
	}
	return text(median) + " / " + text(worst)
}
