package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestReal runs the command, as a user would, on libraries that others have written.
func TestReal(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command and runs the tests of other modules")
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "orchtest.exe") // the name that runs everywhere
	runReal(t, root, "go", "build", "-o", binary, ".").want(t, 0)

	t.Run("ants", func(t *testing.T) { realAnts(t, root, binary) })
	t.Run("ants repaired", func(t *testing.T) { realAntsRepaired(t, root, binary) })
	for _, module := range []string{"golang.org/x/sync@v0.22.0", "github.com/google/go-cmp@v0.7.0"} {
		path, _, _ := strings.Cut(module, "@")
		t.Run(path, func(t *testing.T) { realSame(t, binary, module) })
	}
}

// realAnts finds github.com/panjf2000/ants/issues/374 with one pragma: the pool gives its lock back
// before it counts the worker that it is about to start.
func realAnts(t *testing.T, root, binary string) {
	dir := realAntsModule(t, root, "v2.11.3",
		"\t\tp.lock.Unlock()", " // pragma: SYNCPOINT", "\n\t\tw = p.workerCache.Get().(worker)\n\t\tw.run()\n")

	stress := runReal(t, dir, "go", "test", "-count=1", "-v", "-run=^TestStress$", ".")
	stress.want(t, 0)
	for line := range strings.Lines(stress.output) {
		if strings.Contains(line, "two callers") {
			t.Log(strings.TrimSpace(line))
		}
	}

	const runs = 5
	for range runs {
		// One scenario at a time: then the first that fails is the first in order.
		r := runReal(t, dir, binary, "--parallel", "1", "--run", "^TestSubmit$", ".")
		r.want(t, 1,
			"FAIL: . TestSubmit/0,1,0 (",
			"2 workers running, want 1 at most",
			"scenario 0,1,0 failed",
			"orchtest: 3 sequences: 1 passed, 1 failed, 1 not run",
			"replay: orchtest --run '^TestSubmit$' --sequence 0,1,0 --syncpoints ")
	}
	t.Logf("orchestrated: %d of %d runs exceeded the capacity", runs, runs)

	replay := func(sequence string) realCommand {
		return runReal(t, dir, binary, "--run", "^TestSubmit$", "--sequence", sequence, ".")
	}
	replay("0,1,0").want(t, 1, "scenario 0,1,0 failed")
	replay("0,0,1").want(t, 0)
}

// realAntsRepaired runs the same test on the version in which that was repaired: the worker is counted
// under the lock. With the pragma there, one thread stops with the lock held, and the other one waits for it:
// the lock is a spin lock.
func realAntsRepaired(t *testing.T, root, binary string) {
	dir := realAntsModule(t, root, "v2.11.4",
		"\t\tw = p.workerCache.Get().(worker)", " // pragma: SYNCPOINT", "\n\t\tw.run()\n\t\tp.lock.Unlock()\n")

	runReal(t, dir, binary, "--run", "^TestSubmit$", ".").want(t, 0,
		"SCENARIOS 3 planned: 3 passed")
	runReal(t, dir, binary, "--run", "^TestSubmit$", "--sequence", "0,1,0", "-f", "standard-verbose", ".").want(t, 0,
		"scenario 0,1,0 passed", "waits: runtime.Gosched at", "ants/pkg/sync/spinlock.go:")
}

// realAntsModule returns the folder of a module with the test of ants, which uses a version of ants with a
// text inserted: see realMark.
func realAntsModule(t *testing.T, root, version, before, text, after string) (dir string) {
	dir = t.TempDir()
	ants := filepath.Join(dir, "ants")
	realModule(t, ants, "github.com/panjf2000/ants/v2@"+version)
	realMark(t, filepath.Join(ants, "ants.go"), before, text, after)
	realCopy(t, filepath.Join(dir, "go.sum"), filepath.Join(root, "go.sum"))
	realCopy(t, filepath.Join(dir, "submit_test.go"),
		filepath.Join(root, "testdata", "real", "ants", "submit_test.go"))
	realWrite(t, filepath.Join(dir, "go.mod"), fmt.Sprintf(`module example.com/submit

go 1.25.0

require (
	github.com/orchtest/orchtest v0.0.0
	github.com/panjf2000/ants/v2 %s
)

replace (
	github.com/orchtest/orchtest => %q
	github.com/panjf2000/ants/v2 => ./ants
)
`, version, root))
	// The dependencies of the two modules are for the go command to add to go.mod.
	t.Setenv("GOFLAGS", strings.TrimSpace(os.Getenv("GOFLAGS")+" -mod=mod"))
	return dir
}

// realSame compares what orchtest reports of a module without orchestrated tests with what go test
// reports of it.
func realSame(t *testing.T, binary, module string) {
	dir := filepath.Join(t.TempDir(), "module")
	realModule(t, dir, module)
	file := filepath.Join(t.TempDir(), "events.json")

	plain := runReal(t, dir, "go", "test", "-json", "-count=1", "./...")
	plain.want(t, 0)
	runReal(t, dir, binary, "--jsonfile", file, "./...", "--", "-count=1").want(t, 0)
	stream, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want, got := realEvents(t, plain.stdout), realEvents(t, stream)
	for of := range want {
		if _, ok := got[of]; !ok {
			t.Errorf("%v: no events from orchtest", of)
		}
	}
	for of, events := range got {
		if diff := cmp.Diff(want[of], events); diff != "" {
			t.Errorf("%v: events (-go test +orchtest):\n%s", of, diff)
		}
	}
	t.Logf("%d events of %d tests and packages compared", bytes.Count(stream, []byte("\n")), len(want))
}

// A realTest is what events are of: its package and its name, which is "" where the event is the
// package's.
type realTest struct{ Package, Name string }

// realEvents returns the events of a stream as a text for each test: what it printed, and every other
// event as a line where it came. The events of one test come in order; those of several may be mixed
// in many ways.
func realEvents(t *testing.T, stream []byte) map[realTest]string {
	t.Helper()
	texts := map[realTest]string{}
	for line := range bytes.Lines(stream) {
		event := map[string]any{}
		if err := json.Unmarshal(line, &event); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		var of realTest
		of.Package, _ = event["Package"].(string)
		of.Name, _ = event["Test"].(string)
		texts[of] += realText(event)
	}
	for of, text := range texts {
		for _, vary := range realVarying {
			text = vary.ReplaceAllString(text, "$1")
		}
		texts[of] = text
	}
	return texts
}

// realText describes an event of a test. Of output it is what was printed, as a very long line comes in
// pieces, which are to be one again.
func realText(event map[string]any) string {
	output, _ := event["Output"].(string)
	for _, key := range []string{"Time", "Elapsed"} {
		if _, ok := event[key]; ok {
			event[key] = "some"
		}
	}
	if event["Action"] == "output" {
		maps.DeleteFunc(event, func(key string, _ any) bool {
			return slices.Contains([]string{"Time", "Action", "Package", "Test", "Output"}, key)
		})
		if len(event) == 0 {
			return output
		}
	}
	rest, err := json.Marshal(event)
	if err != nil {
		panic(err) // it comes from JSON
	}
	return output + string(rest) + "\n"
}

// What differs from run to run also under go test, and of it the part that is to stay.
var realVarying = []*regexp.Regexp{
	regexp.MustCompile(`\b\d+\.\d+(s)\b`),
	regexp.MustCompile(`\b(goroutine) \d+`),
	regexp.MustCompile(`(go-build)\d+`), // go test's temporary folder
	// An address, or bytes: singleflight prints a stack as such.
	regexp.MustCompile(`\b(0x)[0-9a-f]+(?:, 0x[0-9a-f]+)*\b`),
	regexp.MustCompile(`(?m)^( {8}runtime/debug\.Stack\(\)\n)(?: {8}.*\n)*`),
}

// realModule puts a copy of a module, which may be written to, into dir.
func realModule(t testing.TB, dir, module string) {
	t.Helper()
	r := runReal(t, t.TempDir(), "go", "mod", "download", "-json", module)
	var downloaded struct{ Dir, Error string }
	if err := json.Unmarshal(r.stdout, &downloaded); err != nil {
		t.Fatalf("go mod download -json %s: %v\n%s", module, err, r.output)
	}
	if downloaded.Error != "" {
		t.Skipf("needs the module %s, which cannot be downloaded: %s", module, downloaded.Error)
	}
	if err := os.CopyFS(dir, os.DirFS(downloaded.Dir)); err != nil {
		t.Fatal(err)
	}
}

// realMark inserts text between two others, which follow on each other in just one place of a file.
func realMark(t *testing.T, file, before, text, after string) {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(source, []byte(before+after)); n != 1 {
		t.Fatalf("%s: %d places with %q, want 1", file, n, before+after)
	}
	realWrite(t, file, strings.Replace(string(source), before+after, before+text+after, 1))
}

func realCopy(t *testing.T, to, from string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	realWrite(t, to, string(content))
}

func realWrite(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

// A realCommand is a command that has come to its end.
type realCommand struct {
	args   []string
	status int
	stdout []byte
	output string        // of both streams
	spent  time.Duration // of processor time, with its children
}

// runReal runs a command to its end.
func runReal(t testing.TB, dir string, args ...string) realCommand {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "ORCHTEST_") // the user's defaults, or those of an orchtest around this one
	}), "GOWORK=off", "PWD="+dir, "ORCHTEST_CACHE=off", "ORCHTEST_SHRINK_TIME=0")
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatalf("%s: %v", args, err)
	}
	return realCommand{args, cmd.ProcessState.ExitCode(), stdout.Bytes(), stdout.String() + stderr.String(),
		cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
}

// want fails the test if the command has not ended with a status, or has not printed a text.
func (e realCommand) want(t *testing.T, status int, texts ...string) {
	t.Helper()
	missing := slices.DeleteFunc(texts, func(text string) bool { return strings.Contains(e.output, text) })
	if e.status != status || len(missing) > 0 {
		t.Fatalf("%s: exit status %d, want %d; not printed: %q\n%s", e.args, e.status, status, missing, e.output)
	}
}
