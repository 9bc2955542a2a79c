package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A knownBug is a test of testdata/bugs.
type knownBug struct {
	test, name string
	strategy   string // that finds it soon
}

var knownBugs = []knownBug{
	{"LostUpdate", "lost update", explore.Permutations},
	{"CheckThenAct", "check-then-act", explore.FewestSwitches},
	{"TornRead", "torn read", explore.FewestSwitches},
	{"DoubleChecked", "double-checked locking", explore.FewestSwitches},
	{"ABA", "ABA on a lock-free stack", explore.AtRandom},
	{"Reorder3", "reordering, 3 threads", explore.FewestSwitches},
	{"Reorder5", "reordering, 5 threads", explore.AtRandom},
	{"Reorder10", "reordering, 10 threads", explore.AtRandom},
	{"Reorder20", "reordering, 20 threads", explore.AtRandom},
	{"Stealing", "work-stealing queue", explore.FewestSwitches},
	{"Deadlock", "deadlock that needs 3 preemptions", explore.AtRandom},
	{"Retries", "too few retries", explore.AtRandom},
	{"SlowPath", "slow path", explore.Tree},
	{"Stampede", "stampede", explore.AtRandom},
	{"Lapped2", "lapped reader, 2 threads", explore.FewestSwitches},
	{"Lapped7", "lapped reader, 7 threads", explore.WithPCT},
}

// TestBugs runs the command on code with known bugs: each is to be found by a strategy that is made for its
// like, and the repaired twin is to pass.
func TestBugs(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command, and runs some 4,000 scenarios")
	}
	run := bugRunner(t)
	for _, strategy := range explore.Strategies() {
		t.Run(strategy, func(t *testing.T) {
			bugs := slices.DeleteFunc(slices.Clone(knownBugs), func(b knownBug) bool { return b.strategy != strategy })
			found, err := run(bugRun{strategy: strategy, seed: drawn(strategy, 1), limit: 2000}, bugs)
			if err != nil {
				t.Fatal(err)
			}
			for i, e := range found {
				if e.Failed != 1 {
					t.Errorf("%s: it was not found: %s", bugs[i].test, parse.Summary(e))
				}
				if want := tableSays(t, bugs[i], strategy); drawn(strategy, 1) == 0 && tableFound(e) != want {
					t.Errorf("%s: it was found after %s scenarios, and the table says %s", bugs[i].test, tableFound(e), want)
				}
			}
		})
	}
	for _, strategy := range []string{"", explore.Tree} {
		t.Run("repaired "+strategy, func(t *testing.T) {
			bugs := slices.Clone(knownBugs)
			for i := range bugs {
				bugs[i].test += "Repaired"
			}
			found, err := run(bugRun{strategy: strategy, seed: drawn(strategy, 1), limit: 100}, bugs)
			if err != nil {
				t.Fatal(err)
			}
			for i, e := range found {
				if e.Passed != min(e.Planned, 100) || e.Passed < 10 {
					t.Errorf("%s: not all have passed: %s", bugs[i].test, parse.Summary(e))
				}
			}
		})
	}
}

// TestDeadlockNeedsThreePreemptions goes through all executions with two preemptions or fewer, which pass.
func TestDeadlockNeedsThreePreemptions(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command, and runs some 7,000 scenarios")
	}
	bug := slices.IndexFunc(knownBugs, func(b knownBug) bool { return b.test == "Deadlock" })
	found, err := bugRunner(t)(bugRun{strategy: explore.FewestSwitches, limit: 10_000}, knownBugs[bug:bug+1])
	if err != nil {
		t.Fatal(err)
	}
	e := found[0]
	if c := e.Strategies[0].Complete; e.Failed != 1 || c.Preemptions != 2 || c.Executions > e.Passed {
		t.Errorf("it was not found after all with two preemptions, and with three: %s", parse.Summary(e))
	}
}

// A bugRun says how bugs are looked for. What is zero is not said to the command.
type bugRun struct {
	strategy    string
	depth, seed int
	limit       int
}

// drawn returns the seed for a strategy: only where one draws something it may be told.
func drawn(strategy string, seed int) int {
	if slices.Contains([]string{explore.Permutations, explore.FewestSwitches, explore.Tree}, strategy) {
		return 0
	}
	return seed
}

// bugRunner returns a function that runs the command on tests of testdata/bugs, one scenario at a time, and
// returns what became of each. It may be called by several goroutines at once. The scenarios share processes: they
// are the same as in processes of their own, sooner.
func bugRunner(t *testing.T) func(bugRun, []knownBug) ([]protocol.Exploration, error) {
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	binary := filepath.Join(dir, "orchtest.exe")
	runReal(t, root, "go", "build", "-o", binary, ".").want(t, 0)
	return func(run bugRun, bugs []knownBug) ([]protocol.Exploration, error) {
		names := make([]string, len(bugs))
		for i, b := range bugs {
			names[i] = "Test" + b.test
		}
		file, err := os.CreateTemp(dir, "*.json")
		if err != nil {
			return nil, err
		}
		defer os.Remove(file.Name())
		file.Close() // it is replaced
		args := []string{binary, "--isolation", "batch", "--parallel", "1", "--deadlock-window", "100ms", "--jsonfile", file.Name(),
			"--format", "none", "--run", "^(" + strings.Join(names, "|") + ")$",
			"--max-scenarios", strconv.Itoa(run.limit)}
		if run.strategy != "" {
			args = append(args, "--explore", run.strategy)
		}
		if run.seed != 0 {
			args = append(args, "--seed", strconv.Itoa(run.seed))
		}
		if run.depth != 0 {
			args = append(args, "--depth", strconv.Itoa(run.depth))
		}
		r := runReal(t, root, append(args, "./testdata/bugs")...)
		if r.status > 1 {
			return nil, fmt.Errorf("%q: exit status %d\n%s", r.args, r.status, r.output)
		}
		return bugsFound(file.Name(), names)
	}
}

// bugsFound reads from a stream what became of tests.
func bugsFound(path string, names []string) ([]protocol.Exploration, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	found := make([]protocol.Exploration, len(names))
	for r := bufio.NewReader(file); ; {
		line, err := r.ReadBytes('\n')
		if bytes.Contains(line, []byte(protocol.AttrExploration)) {
			event, err := parse.Decode(line)
			if err != nil {
				return nil, err
			}
			if err := json.Unmarshal([]byte(event.Value), &found[slices.Index(names, event.Test)]); err != nil {
				return nil, err
			}
		}
		if err != nil { // the end
			break
		}
	}
	for i, e := range found {
		if e.Passed+e.Failed == 0 || e.Errored+e.Skipped+e.Diverged > 0 || e.Failed > 1 {
			return nil, fmt.Errorf("%s: it was to run up to its first failure: %s", names[i], parse.Summary(e))
		}
	}
	return found, nil
}
