package html

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/junit"
	"github.com/orchtest/orchtest/lib/protocol"
)

// newFinding says what was found. Its turns are drawn if there is room.
func newFinding(test *hunted, label string, c *junit.Case, config Config, room bool) *failure {
	found := c.Hunt.Found
	f := &failure{Package: test.Package, Test: test.Name, Label: label, Replay: found.Replay, File: c.File, Line: c.Line}
	title := hunting.Title(found.Finding)
	f.Message = firstLine(title)
	output, text := cutOut(c.Output, indented(title)+"\n    schedule ", "    replay: "+found.Replay+"\n")
	f.Output, f.Text = limited(output), limited(text)
	if found.Preemptions != nil {
		f.Chips = append(f.Chips, count(*found.Preemptions, "preemption"))
	}
	f.Chips = append(f.Chips, "came "+hunting.Times(found.Times))
	first := "schedule " + grouped(found.Schedule)
	if found.Strategy != "" {
		first += " (" + found.Strategy + ")"
	}
	f.Notes = append(f.Notes, "Shown by "+first+", seed "+found.Seed+".")
	telling := hunting.Telling{Folder: c.Hunt.Root, File: func(site string) string { return found.Files[site] }}
	f.Threads = waiting(telling.Threads(found.Finding))
	switch {
	case len(found.Turns) == 0:
		f.Undrawn = "Its turns are not known."
	case room:
		f.Lanes = newLanes(sceneOfFinding(found.Finding, telling, config.Source))
	default:
		f.Undrawn = "Its turns are not drawn, since the page would be too large: the text below has the last of them."
	}
	return f
}

// mostThreads is of how many threads it is said what they wait for.
const mostThreads = 40

// waiting returns what threads wait for, one a line, and what of the others is said.
func waiting(text string) []string {
	var threads, others []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.Contains(line, " waits: ") {
			threads = append(threads, line)
		} else {
			others = append(others, line)
		}
	}
	if more := len(threads) - mostThreads; more > 0 {
		threads = append(threads[:mostThreads], fmt.Sprintf("%s more wait", grouped(more)))
	}
	return append(threads, others...)
}

// sceneOfFinding returns what is drawn of a finding.
func sceneOfFinding(f protocol.Finding, telling hunting.Telling, source func(string, int, int) []string) scene {
	names, rows := telling.Rows(f)
	c := scene{
		threads: names, timers: -1, rows: rows, labels: make([]string, len(rows)), code: make([]code, len(rows)), turns: f.Skipped + len(f.Turns),
		before: map[int]string{}, idle: make([]bool, len(names)), beyond: "found here", root: telling.Folder,
	}
	last := map[int]int{} // row by thread
	for i, turn := range f.Turns {
		last[rows[i].Thread] = i
		if turn.Thread < 0 {
			c.timers = rows[i].Thread
		}
		c.rows[i].To = wentOn(turn, telling)
		c.labels[i] = operation(turn, rows[i])
		if source != nil {
			c.code[i] = excerpt(placeOf(turn.From, telling), placeOf(turn.To, telling), source)
		}
	}
	for i, thread := range f.Threads {
		at, took := last[i]
		c.idle[i] = thread.On == ""
		switch {
		case thread.On == "" || thread.Ended:
		case !took:
			c.before[i] = thread.On
		case rows[at].Waits:
			c.rows[at].To = "waits: " + thread.On
			if where := telling.Text(thread.At); where != "" {
				c.rows[at].To += " at " + where
			}
		}
	}
	for i := len(f.Threads); i < len(names); i++ {
		c.idle[i] = true
	}
	return c
}

// wentOn says what became of a turn.
func wentOn(turn protocol.HuntTurn, telling hunting.Telling) string {
	switch {
	case turn.Thread < 0:
		return "due"
	case turn.Blocked:
		return "waits: " + cmp.Or(hunting.ReadSite(turn.From).Op, "blocked")
	case turn.To == "":
		return "end"
	}
	return telling.Text(turn.To)
}

// operation is what stands in the block of a turn: the operation with which the thread went on, and where.
func operation(turn protocol.HuntTurn, row protocol.Row) string {
	site := hunting.ReadSite(turn.From)
	if row.From == "begins" || site.Op == "" {
		return protocol.Printable(row.From)
	}
	op := strings.TrimPrefix(strings.TrimPrefix(site.Op, "sync."), "atomic.")
	if site.Line == 0 {
		return protocol.Printable(op)
	}
	file := site.File[strings.LastIndexByte(site.File, '/')+1:]
	return fmt.Sprintf("%s\n%s:%d", protocol.Printable(op), protocol.Printable(file), site.Line)
}

// placeOf returns the line of code of a site, if its file is known.
func placeOf(site string, telling hunting.Telling) place {
	at := hunting.ReadSite(site)
	if file := telling.File(at.File); at.File != "" && file != "" {
		return place{file, at.Line}
	}
	return place{}
}
