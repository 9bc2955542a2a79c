package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
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

var table = flag.Bool("table", false, "write the table of docs/exploration.md anew, which takes minutes")

// Of the table.
const (
	tablePage  = "docs/exploration.md"
	tableSeeds = 20
	tableLimit = 10_000
	tableBegin = "<!-- table: go test -run TestTable -table -timeout 2h . -->\n"
	tableEnd   = "<!-- end of table -->\n"
)

// The columns of the table. A depth that is 0 is the default.
var tableColumns = []struct {
	title, strategy string
	depth           int
}{
	{"permutations", explore.Permutations, 0},
	{"fewest-switches", explore.FewestSwitches, 0},
	{"random", explore.AtRandom, 0},
	{"pct", explore.WithPCT, 0},
	{"pct, `--depth 8`", explore.WithPCT, 8},
	{"tree", explore.Tree, 0},
	{"*not given*", "", 0},
}

// TestTable writes the table anew that says how many scenarios each strategy needs for each bug.
func TestTable(t *testing.T) {
	if !*table {
		t.Skip("it is asked for with -table, and takes long")
	}
	run := bugRunner(t)
	found := make([][][]protocol.Exploration, len(tableColumns)) // by column, seed and bug
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, c := range tableColumns {
		seeds := tableSeeds
		if drawn(c.strategy, 1) == 0 {
			seeds = 1
		}
		found[i] = make([][]protocol.Exploration, seeds)
		for seed := range seeds {
			group.Go(func() (err error) {
				found[i][seed], err = run(bugRun{c.strategy, c.depth, drawn(c.strategy, seed+1), tableLimit}, knownBugs)
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	tableWrite(t, tableText(found))
}

// tableText renders what was found, by column, seed and bug.
func tableText(found [][][]protocol.Exploration) string {
	var text strings.Builder
	text.WriteString("| bug | sequences |")
	for _, c := range tableColumns {
		text.WriteString(" " + c.title + " |")
	}
	text.WriteString("\n| --- | ---: |" + strings.Repeat(" ---: |", len(tableColumns)) + "\n")
	for b, bug := range knownBugs {
		fmt.Fprintf(&text, "| %s | %s |", bug.name, tableCount(found[0][0][b].Sequences))
		for i := range tableColumns {
			text.WriteString(" " + tableCell(found[i], b) + " |")
		}
		text.WriteString("\n")
	}
	return text.String()
}

// tableCell is after how many scenarios a bug was found: the median and the worst of the seeds. Where it was not
// found, these are more than any number.
func tableCell(bySeed [][]protocol.Exploration, bug int) string {
	var found []protocol.Exploration
	for _, bugs := range bySeed {
		found = append(found, bugs[bug])
	}
	slices.SortFunc(found, func(a, b protocol.Exploration) int {
		return cmp.Or(b.Failed-a.Failed, a.Passed-b.Passed)
	})
	median, worst := found[len(found)/2], found[len(found)-1]
	if tableFound(median) == tableFound(worst) || median.Failed == 0 {
		return tableFound(worst)
	}
	return tableFound(median) + " / " + tableFound(worst)
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
	if len(n) <= 9 {
		return parse.Grouped(n)
	}
	f, _ := strconv.ParseFloat(n, 64) // it is digits
	mantissa, exponent, _ := strings.Cut(fmt.Sprintf("%.1e", f), "e+")
	raised := strings.NewReplacer("0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹")
	return mantissa + "·10" + raised.Replace(strings.TrimLeft(exponent, "0"))
}

// tableSays is what the page says of a bug and a strategy.
func tableSays(t *testing.T, bug knownBug, strategy string) string {
	column := 0
	for line := range strings.Lines(tableRead(t).text) {
		cells := strings.Split(line, "|")
		if i := slices.Index(cells, " "+strategy+" "); i >= 0 {
			column = i
		} else if cells[1] == " "+bug.name+" " {
			return strings.TrimSpace(cells[column])
		}
	}
	t.Fatalf("%s: nothing of %s", tablePage, bug.name)
	return ""
}

// tableWrite puts the table into the page.
func tableWrite(t *testing.T, text string) {
	page := tableRead(t)
	if err := os.WriteFile(tablePage, []byte(page.before+tableBegin+text+tableEnd+page.after), 0o666); err != nil {
		t.Fatal(err)
	}
}

// tableRead finds the table in the page.
func tableRead(t *testing.T) (page struct{ before, text, after string }) {
	t.Helper()
	content, err := os.ReadFile(tablePage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(content), tableBegin)
	text, after, ends := strings.Cut(rest, tableEnd)
	if !begins || !ends {
		t.Fatalf("%s: no %q … %q", tablePage, tableBegin, tableEnd)
	}
	page.before, page.text, page.after = before, text, after
	return page
}
