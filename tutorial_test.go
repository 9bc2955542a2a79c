package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTutorial does what docs/tutorial.md says, in a module of its own, and compares what comes of it with what stands
// there. A block is a step, by what follows its three backquotes:
//
//	go FILE    writes the file
//	diff FILE  changes it: what has a minus or a blank in front stands there once
//	console    runs each command behind a $, whose output follows
//
// Any other block is to be read only. With -update the outputs are written anew, but for those in which just times differ.
func TestTutorial(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are for a shell of Unix")
	}
	name := filepath.Join("docs", "tutorial.md")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	walk := newWalkthrough(t)
	got := walk.through(string(text))
	if *update && got != string(text) {
		if err := os.WriteFile(name, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(text), got); diff != "" {
		t.Errorf("%s is not what happens now: go test -run TestTutorial . -update\n-it says +it is\n%s", name, diff)
	}
}

// A walkthrough is a folder in which a document's steps are done.
type walkthrough struct {
	t   *testing.T
	dir string
	env []string
}

func newWalkthrough(t *testing.T) *walkthrough {
	w := &walkthrough{t: t, dir: filepath.Join(t.TempDir(), "shop")}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	w.write("go.mod", "module example.com/shop\n")
	if err := writeModules(w.dir, root); err != nil {
		t.Fatal(err)
	}
	w.env = append(os.Environ(), "PWD="+w.dir, "GOPROXY=off", "GOTRACEBACK=", "NO_COLOR=1", "CI=", "ORCHTEST_CACHE="+filepath.Join(t.TempDir(), "cache"))
	return w
}

// through does the steps of a document, and returns it with what came of them.
func (w *walkthrough) through(text string) string {
	var out strings.Builder
	for rest := text; ; {
		before, block, found := strings.Cut(rest, "\n```")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		info, block, _ := strings.Cut(block, "\n")
		block, after, ended := strings.Cut(block, "\n```\n")
		if !ended {
			w.t.Fatalf("the block %q does not end", info)
		}
		out.WriteString("\n```" + info + "\n" + w.step(info, block+"\n") + "```\n")
		rest = after
	}
}

// step does one, and returns what the block is to have.
func (w *walkthrough) step(info, block string) string {
	kind, file, _ := strings.Cut(info, " ")
	switch {
	case kind == "go" && file != "":
		w.write(file, block)
	case kind == "diff" && file != "":
		w.change(file, block)
	case kind == "console":
		return w.run(block)
	}
	return block
}

func (w *walkthrough) write(file, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		w.t.Fatal(err)
	}
}

func (w *walkthrough) change(file, diff string) {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, file))
	if err != nil {
		w.t.Fatal(err)
	}
	var before, after strings.Builder
	for line := range strings.Lines(diff) {
		if line[0] != '+' {
			before.WriteString(line[1:])
		}
		if line[0] != '-' {
			after.WriteString(line[1:])
		}
	}
	if n := strings.Count(string(text), before.String()); n != 1 {
		w.t.Fatalf("%s has %d times, want once:\n%s", file, n, before.String())
	}
	w.write(file, strings.Replace(string(text), before.String(), after.String(), 1))
}

// run runs the commands of a block.
func (w *walkthrough) run(block string) string {
	var out strings.Builder
	for i, each := range strings.Split("\n"+block, "\n$ ") {
		if i == 0 {
			continue // what stands before the first command
		}
		command, said, _ := strings.Cut(each, "\n")
		cmd := exec.CommandContext(w.t.Context(), "sh", "-c", command)
		cmd.Dir, cmd.Env = w.dir, w.env
		now, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil {
			w.t.Fatal(err)
		}
		said = strings.TrimSuffix(said, "\n")
		if text := strings.TrimRight(string(now), "\n"); timeless(text) != timeless(said) {
			said = text
		}
		fmt.Fprintf(&out, "$ %s\n", command)
		if said != "" {
			out.WriteString(said + "\n")
		}
	}
	return out.String()
}

// times are those that a run takes, with the blanks that align them.
var takenTimes = regexp.MustCompile(` *\b\d+(\.\d+)?(ms|µs|s)\b`)

// timeless returns what a command printed without how long things took.
func timeless(text string) string { return takenTimes.ReplaceAllString(text, " TIME") }
