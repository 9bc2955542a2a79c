package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/lib/protocol"
)

var huntReal = flag.Int("hunt.real", 0, "hunt `N` schedules of each test of modules that others have written; with 1000 it takes long")

// expectations says of each module what a hunt of 1,000 schedules of each test comes to, where that is not a pass.
// What every finding in it is was read in the code: docs/hunting.md tells.
const expectations = "testdata/real/hunt.txt"

// allSchedules is with how many schedules of each test all that is expected is found.
const allSchedules = 1000

// TestHuntReal hunts in modules that others have written, and compares what it finds with what is known to be there.
// Without the flag it is one small package.
func TestHuntReal(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command and the tests of other modules")
	}
	binary := huntRealBinary(t)
	if *huntReal == 0 {
		huntModule(t, binary, huntExpected{module: "golang.org/x/sync@v0.24.0"},
			50, "./errgroup")
		return
	}
	for _, m := range readHuntExpected(t) {
		t.Run(m.module, func(t *testing.T) { huntModule(t, binary, m, *huntReal, "./...") })
	}
}

func huntRealBinary(t *testing.T) string {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "orchtest.exe") // the name that runs everywhere
	runReal(t, root, "go", "build", "-o", binary, ".").want(t, 0)
	return binary
}

// A huntExpected is what the hunt of a module comes to.
type huntExpected struct {
	module string   // with its version
	flags  []string // of the command
	tests  []string // those that do not just pass, sorted: see huntOutcomes
}

// readHuntExpected reads the table: a line with a module and flags, and indented ones for its tests.
func readHuntExpected(t *testing.T) (all []huntExpected) {
	t.Helper()
	text, err := os.ReadFile(expectations)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0 || fields[0] == "#":
		case !strings.HasPrefix(line, "\t"):
			all = append(all, huntExpected{module: fields[0], flags: fields[1:]})
		default:
			m := &all[len(all)-1]
			m.tests = append(m.tests, strings.TrimSpace(line))
		}
	}
	for _, m := range all {
		slices.Sort(m.tests)
	}
	return all
}

// huntModule hunts in a copy of a module. With fewer schedules than all, it may find less than is expected.
func huntModule(t *testing.T, binary string, m huntExpected, schedules int, packages string) {
	t.Setenv("GOFLAGS", strings.TrimSpace(os.Getenv("GOFLAGS")+" -mod=mod")) // some lack sums of what their tests need
	dir := filepath.Join(t.TempDir(), "module")
	realModule(t, dir, m.module)
	stream := filepath.Join(t.TempDir(), "events.json")
	args := append([]string{binary, "hunt", "--schedules", strconv.Itoa(schedules), "--shrink-time", "0",
		"--trace-dir", t.TempDir(), "--jsonfile", stream}, m.flags...)
	r := runReal(t, dir, append(args, packages)...)
	if r.status > 1 {
		t.Fatalf("%s: exit status %d\n%s", r.args, r.status, r.output)
	}
	events, err := os.ReadFile(stream)
	if err != nil {
		t.Fatal(err)
	}
	got, passed := huntOutcomes(t, events)
	if passed == 0 {
		t.Fatalf("no test was hunted and passed\n%s", r.output)
	}
	want := m.tests
	if schedules < allSchedules {
		want = slices.DeleteFunc(slices.Clone(want), func(test string) bool { return !slices.Contains(got, test) })
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tests that did not just pass (-expected +hunted):\n%s\n%s", diff, r.output)
	}
	if i := strings.Index(r.output, "\nHUNTED "); i >= 0 {
		line, _, _ := strings.Cut(r.output[i+1:], "\n")
		t.Log(line)
	}
}

// huntOutcomes are, sorted, a line for each test that did not just pass, with what it came to, and one for each
// finding; and how many tests have passed.
func huntOutcomes(t *testing.T, stream []byte) (tests []string, passed int) {
	t.Helper()
	for line := range bytes.Lines(stream) {
		var event struct{ Package, Test, Key, Value string }
		if err := json.Unmarshal(line, &event); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		name := event.Package + "." + event.Test
		switch event.Key {
		case protocol.AttrHunt:
			var h protocol.Hunted
			huntDecode(t, event.Value, &h)
			switch {
			case h.Outcome == protocol.HuntPassed:
				passed++
			case h.Outcome != protocol.HuntFailed:
				tests = append(tests, name+": "+h.Outcome)
			}
			for _, u := range h.Unconfirmed {
				tests = append(tests, fmt.Sprintf("%s: not confirmed: %s", name, u.Name))
			}
		case protocol.AttrFinding:
			var f protocol.HuntFound
			huntDecode(t, event.Value, &f)
			tests = append(tests, name+": "+f.Identity)
		}
	}
	slices.Sort(tests)
	return tests, passed
}

func huntDecode(t *testing.T, text string, to any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), to); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

// TestHuntAnts finds github.com/panjf2000/ants/issues/374 without a pragma, and not in the version in which that was
// repaired: compare TestReal.
func TestHuntAnts(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command and the tests of other modules")
	}
	binary := huntRealBinary(t)
	t.Setenv("GOFLAGS", strings.TrimSpace(os.Getenv("GOFLAGS")+" -mod=mod"))
	hunt := func(version, schedules string) realCommand {
		dir := t.TempDir()
		realModule(t, filepath.Join(t.TempDir(), "module"), "github.com/panjf2000/ants/v2@"+version) // or skips
		realCopy(t, filepath.Join(dir, "go.sum"), "go.sum")
		realCopy(t, filepath.Join(dir, "submit_test.go"), filepath.Join("testdata", "real", "submit", "submit_test.go"))
		realWrite(t, filepath.Join(dir, "go.mod"),
			"module example.com/submit\n\ngo 1.25.0\n\nrequire github.com/panjf2000/ants/v2 "+version+"\n")
		runReal(t, dir, "go", "mod", "tidy").want(t, 0)
		return runReal(t, dir, binary, "hunt", "--instrument", "github.com/panjf2000/ants/v2/...", "--schedules", schedules,
			"--trace-dir", t.TempDir(), ".")
	}
	hunt("v2.11.3", "1000").want(t, 1, "FAIL: . TestSubmit/failure (", "2 workers running, want 1 at most")
	if r := hunt("v2.11.4", "1000"); r.status != 0 || strings.Contains(r.output, "workers running") {
		t.Errorf("%s: exit status %d\n%s", r.args, r.status, r.output)
	}
}

// TestHuntExample hunts the example that is for that, in both of its variants.
func TestHuntExample(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command and an example")
	}
	binary := huntRealBinary(t)
	hunt := func(flags ...string) realCommand {
		return runReal(t, ".", append([]string{binary, "hunt", "--trace-dir", t.TempDir(), "./examples/queue"}, flags...)...)
	}
	hunt().want(t, 0, "HUNTED 1 test, 1,000 schedules, seed 1: 1 huntable and passed")
	hunt("--", "-tags", "broken").want(t, 1, "FAIL: examples/queue TestDo/deadlock (", "deadlock: no goroutine can go on", "q.runs.Store(false)")
}
