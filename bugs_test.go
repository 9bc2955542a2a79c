package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

var table = flag.Bool("table", false, "write the table of docs/exploration.md anew, which takes long")

// A knownBug is a test of testdata/bugs.
type knownBug struct {
	test, name string
	strategy   string // that finds it soon
	depth      int    // with which pct finds it soonest
}

var knownBugs = []knownBug{
	{"LostUpdate", "lost update", explore.Permutations, 2},
	{"CheckThenAct", "check-then-act", explore.FewestSwitches, 2},
	{"TornRead", "torn read", explore.FewestSwitches, 2},
	{"DoubleChecked", "double-checked locking", explore.FewestSwitches, 2},
	{"ABA", "ABA on a lock-free stack", explore.AtRandom, 4},
	{"Reorder3", "reordering, 3 threads", explore.FewestSwitches, 2},
	{"Reorder5", "reordering, 5 threads", explore.AtRandom, 2},
	{"Reorder10", "reordering, 10 threads", explore.AtRandom, 2},
	{"Reorder20", "reordering, 20 threads", explore.AtRandom, 2},
	{"Stealing", "work-stealing queue", explore.FewestSwitches, 2},
	{"Deadlock", "deadlock that needs 3 preemptions", explore.AtRandom, 4},
	{"Retries", "too few retries", explore.AtRandom, 6},
	{"SlowPath", "slow path", explore.Tree, 3},
	{"Stampede", "stampede", explore.AtRandom, 4},
	{"Lapped", "lapped reader", explore.WithPCT, 2},
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
// returns what became of each. It may be called by several goroutines at once.
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
		defer file.Close()
		args := []string{binary, "--parallel", "1", "--deadlock-window", "100ms", "--jsonfile", file.Name(),
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

// Of the table in docs/exploration.md.
const (
	tableSeeds = 20
	tableLimit = 10_000
	tableBegin = "<!-- table: go test -run TestTable -table -timeout 2h . -->\n"
	tableEnd   = "<!-- end of table -->\n"
)

// A tableColumn is a way to look for all bugs.
type tableColumn struct {
	title, strategy string
	depth           func(knownBug) int
}

var (
	noDepth      = func(knownBug) int { return 0 }
	tableColumns = []tableColumn{
		{"permutations", explore.Permutations, noDepth},
		{"fewest-switches", explore.FewestSwitches, noDepth},
		{"random", explore.AtRandom, noDepth},
		{"pct", explore.WithPCT, noDepth},
		{"pct of the best depth", explore.WithPCT, func(b knownBug) int { return b.depth }},
		{"tree", explore.Tree, noDepth},
		{"default", "", noDepth},
	}
)

// TestTable writes the table anew that says how many scenarios each strategy needs for each bug.
func TestTable(t *testing.T) {
	if !*table {
		t.Skip("it is asked for with -table, and takes long")
	}
	run := bugRunner(t)
	cells := map[string]*tableCell{} // by column and bug
	cell := func(c tableColumn, b knownBug) *tableCell { return cells[c.title+" "+b.test] }
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for _, c := range tableColumns {
		byDepth := map[int][]knownBug{}
		for _, b := range knownBugs {
			byDepth[c.depth(b)] = append(byDepth[c.depth(b)], b)
			cells[c.title+" "+b.test] = &tableCell{}
		}
		seeds := tableSeeds
		if drawn(c.strategy, 1) == 0 {
			seeds = 1
		}
		for depth, bugs := range byDepth {
			for seed := 1; seed <= seeds; seed++ {
				group.Go(func() error {
					found, err := run(bugRun{c.strategy, depth, drawn(c.strategy, seed), tableLimit}, bugs)
					for i, e := range found {
						cell(c, bugs[i]).found[seed-1] = e
					}
					return err
				})
			}
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	text.WriteString("| bug | sequences |")
	for _, c := range tableColumns {
		text.WriteString(" " + c.title + " |")
	}
	text.WriteString("\n| --- | ---: |" + strings.Repeat(" ---: |", len(tableColumns)) + "\n")
	for _, b := range knownBugs {
		fmt.Fprintf(&text, "| %s | %s |", b.name, tableCount(cell(tableColumns[0], b).found[0].Sequences))
		for _, c := range tableColumns {
			text.WriteString(" " + cell(c, b).text())
			if depth := c.depth(b); depth > 0 {
				fmt.Fprintf(&text, " (%d)", depth)
			}
			text.WriteString(" |")
		}
		text.WriteString("\n")
	}
	tableWrite(t, text.String())
}

// A tableCell is what became of a bug, by seed. Of a strategy that draws nothing there is one.
type tableCell struct {
	found [tableSeeds]protocol.Exploration
}

// text is after how many scenarios the bug was found: the median and the worst.
func (c *tableCell) text() string {
	found := slices.DeleteFunc(c.found[:], func(e protocol.Exploration) bool { return e.Version == 0 })
	slices.SortFunc(found, func(a, b protocol.Exploration) int {
		return cmp.Or(cmp.Compare(a.Passed+(1-a.Failed)*tableLimit, b.Passed+(1-b.Failed)*tableLimit))
	})
	median, worst := tableFound(found[len(found)/2]), tableFound(found[len(found)-1])
	if len(found) == 1 || median == worst {
		return worst
	}
	return median + " / " + worst
}

// tableFound is after how many scenarios a bug was found.
func tableFound(e protocol.Exploration) string {
	n := parse.Grouped(strconv.Itoa(e.Passed + e.Failed))
	switch {
	case e.Failed > 0:
		return n
	case e.Passed == tableLimit:
		return "> " + n
	}
	return "not in " + n
}

// tableCount is a number, which may be very large.
func tableCount(n string) string {
	if len(n) > 9 {
		return fmt.Sprintf("%s.%s·10^%d", n[:1], n[1:2], len(n)-1)
	}
	return parse.Grouped(n)
}

// tableWrite puts the table into the page.
func tableWrite(t *testing.T, text string) {
	path := filepath.Join("docs", "exploration.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), tableBegin)
	_, after, ended := strings.Cut(rest, tableEnd)
	if !ok || !ended {
		t.Fatalf("%s: no %q … %q", path, tableBegin, tableEnd)
	}
	if err := os.WriteFile(path, []byte(before+tableBegin+text+tableEnd+after), 0o666); err != nil {
		t.Fatal(err)
	}
}
