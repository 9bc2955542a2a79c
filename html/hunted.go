package html

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/junit"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A hunted is a test that was hunted, in the table of them.
type hunted struct {
	Package, Name string
	Class         string // of its outcome
	Outcome       string
	Bad           bool
	Schedules     string
	Strategies    string
	Remarks       []string
	Findings      []*failure
	Undrawn       int

	rank int // of its outcome, as in huntOutcomes
}

// huntOutcomes are what may become of a hunted test: its colour, what it is called here, and its sign. What one
// looks for is first.
var huntOutcomes = []struct{ outcome, class, name, sign string }{
	{protocol.HuntFailed, "failed", "with findings", "✗"},
	{protocol.HuntErrored, "errored", "errored", "!"},
	{protocol.HuntUndecided, "skipped", "inconclusive", "?"},
	{protocol.HuntDeclined, "infeasible", "not huntable", "–"},
	{protocol.HuntNotHunted, "notrun", "not hunted", "–"},
	{protocol.HuntSkipped, "others", "skipped", "–"},
	{protocol.HuntPassed, "passed", "huntable and passed", "✓"},
}

// Sign stands for the outcome.
func (h *hunted) Sign() string { return huntOutcomes[h.rank].sign }

// addHunted adds a case that was hunted, and reports whether all of it is shown with the hunts.
func (all *content) addHunted(p junit.Package, c *junit.Case) bool {
	if c.Hunt == nil {
		return false
	}
	if c.Hunt.Found != nil {
		all.found = append(all.found, foundCase{p.Name, c})
		return true
	}
	all.Hunted = append(all.Hunted, newHunted(p.Name, c.Name, c.Hunt.Test))
	return c.Hunt.Test.Outcome == protocol.HuntFailed
}

func newHunted(pkg, name string, o *protocol.Hunted) *hunted {
	h := &hunted{
		Package: pkg, Name: name, Schedules: grouped(o.Schedules), Strategies: strings.Join(o.Strategies, ", "),
		Outcome: o.Outcome, Class: "others", rank: len(huntOutcomes) - 2,
	}
	for i, known := range huntOutcomes {
		if known.outcome == o.Outcome {
			h.rank, h.Class, h.Outcome = i, known.class, known.name
		}
	}
	h.Bad = o.Outcome == protocol.HuntFailed || o.Outcome == protocol.HuntErrored
	switch {
	case o.Planned > o.Schedules && !o.Exhausted && o.Schedules > 0:
		h.Schedules += " of " + grouped(o.Planned)
	case o.Exhausted:
		h.Remarks = append(h.Remarks, "there are no other schedules")
	}
	if o.Reason != "" {
		h.Remarks = append(h.Remarks, o.Reason)
	}
	if o.Inconclusive > 0 && o.Outcome != protocol.HuntUndecided {
		h.Remarks = append(h.Remarks, count(o.Inconclusive, "schedule")+" inconclusive")
	}
	if o.OutOfTime {
		h.Remarks = append(h.Remarks, "the time was over")
	}
	if len(o.Unconfirmed) > 0 {
		h.Remarks = append(h.Remarks, "not confirmed: "+hunting.Counted(o.Unconfirmed))
	}
	return h
}

// finishHunts is called when all packages were added: what one looks for is first.
func (all *content) finishHunts() {
	slices.SortStableFunc(all.Hunted, func(a, b *hunted) int { return cmp.Compare(a.rank, b.rank) })
	for i := len(huntOutcomes) - 1; i >= 0; i-- {
		n := 0
		for _, h := range all.Hunted {
			n += btoi(h.rank == i)
		}
		if n > 0 {
			share := math.Round(float64(n)/float64(len(all.Hunted))*1e6) / 1e4
			all.Hunts = append(all.Hunts, segment{huntOutcomes[i].class, huntOutcomes[i].name, grouped(n), share})
		}
	}
}

// A foundCase is a finding in a package.
type foundCase struct {
	pkg string
	*junit.Case
}

// test returns the hunted test that a finding is of, and what it is called there.
func (all *content) testOf(found foundCase) (test *hunted, label string) {
	for _, h := range all.Hunted {
		if rest, ok := strings.CutPrefix(found.Name, h.Name+"/"); ok && h.Package == found.pkg {
			return h, rest
		}
	}
	return &hunted{Package: found.pkg}, found.Name
}

// newFinding says what was found. Its turns are drawn if there is room.
func newFinding(test *hunted, label string, c *junit.Case, config Config, room bool) *failure {
	found := c.Hunt.Found
	f := &failure{Package: test.Package, Test: test.Name, Label: label, Replay: found.Replay, File: c.File, Line: c.Line}
	title := hunting.Title(found.Finding)
	f.Message = firstLine(title)
	output, text := cutOut(c.Output, indented(title)+"\n    schedule ", "    replay: "+found.Replay+"\n")
	f.Output, f.Text = limited(output), limited(text)
	if found.Preemptions != nil {
		f.Chips = append(f.Chips, "needs "+count(*found.Preemptions, "preemption"))
	}
	f.Chips = append(f.Chips, "came "+hunting.Times(found.Times))
	first := "schedule " + grouped(found.Schedule)
	if found.Strategy != "" {
		first += " (" + found.Strategy + ")"
	}
	f.Notes = append(f.Notes, "First shown by "+first+", seed "+found.Seed+".")
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

// huntHeadline says in a few words what the hunts came to.
func (all *content) huntHeadline() string {
	passed := 0
	for _, h := range all.Hunted {
		passed += btoi(h.rank == len(huntOutcomes)-1)
	}
	if passed == len(all.Hunted) {
		return "Nothing was found"
	}
	return fmt.Sprintf("Nothing was found in %s of %s", grouped(passed), parse.Counted(len(all.Hunted), "hunted test"))
}
