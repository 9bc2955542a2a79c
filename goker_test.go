package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/parse"
)

// TestGoker runs the command on kernels of real deadlocks: each is to be found, as a deadlock or a leak and
// in some orders only, and its repaired twin is to pass in every order.
func TestGoker(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command, and runs some 250 scenarios")
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	binary, file := filepath.Join(dir, "orchtest.exe"), filepath.Join(dir, "events.json")
	runReal(t, root, "go", "build", "-o", binary, ".").want(t, 0)
	runReal(t, root, binary, "--keep-going", "--deadlock-window", "100ms", "--jsonfile", file, "./testdata/goker").want(t, 1)

	kernels := gokerVerdicts(t, file)
	const least = 15
	if len(kernels) < 2*least {
		t.Errorf("got %d tests, want a kernel and its twin at least %d times", len(kernels), least)
	}
	for name, k := range kernels {
		broken, repaired := strings.CutSuffix(name, "Repaired")
		switch {
		case repaired && (k.failed > 0 || k.passed == 0):
			t.Errorf("%s: %d scenarios passed and %d failed", name, k.passed, k.failed)
		case repaired && kernels[broken] == nil:
			t.Errorf("%s: there is no %s", name, broken)
		case !repaired && (k.passed == 0 || k.failed == 0 || k.found != k.failed):
			t.Errorf("%s: %d scenarios passed and %d failed, %d by a deadlock or a leak", name, k.passed, k.failed, k.found)
		case !repaired && kernels[name+"Repaired"] == nil:
			t.Errorf("%s: it has no repaired twin", name)
		}
	}
}

// A gokerVerdict counts the scenarios of one test.
type gokerVerdict struct {
	passed, failed int
	found          int // by a deadlock or a leak
}

func gokerVerdicts(t *testing.T, file string) map[string]*gokerVerdict {
	t.Helper()
	stream, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	kernels := map[string]*gokerVerdict{}
	told := map[string]bool{} // scenarios that said so
	for line := range bytes.Lines(stream) {
		var e parse.Event
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		test, _, scenario := strings.Cut(e.Test, "/")
		if test == "" || !scenario && e.Action != parse.ActionOutput { // what the serial scenario prints is the test's
			continue
		}
		k := kernels[test]
		if k == nil {
			k = &gokerVerdict{}
			kernels[test] = k
		}
		switch e.Action {
		case parse.ActionOutput:
			if text := strings.TrimSpace(e.Output); strings.HasPrefix(text, "deadlock: ") || strings.HasPrefix(text, "leak: ") {
				told[e.Test] = true
			}
		case parse.ActionPass:
			k.passed++
		case parse.ActionFail:
			k.failed++
			if told[e.Test] || told[test] {
				k.found++
			}
		}
	}
	return kernels
}
