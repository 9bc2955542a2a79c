package html

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/junit"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/timeline"
)

// A failure is a scenario that failed, or the finding of a hunt, as it is drawn.
type failure struct {
	ID            string
	Package, Test string
	Label         string
	Errored       bool
	Message       string
	Took          string
	File          string // of the call; "" where it is not known
	Line          int
	Chips         []string // what is said of it in a word
	Needs         string   // which of them it needs, if that is known
	Notes         []string // what orchtest has to say about it
	Threads       []string // of a finding: what they wait for
	Lanes         *lanes   // nil where its turns are not drawn
	Undrawn       string   // why not
	Output        string
	Text          string
	Replay        string
	Drawing       template.HTML // all of this, as the template has made it
}

// A candidate is a scenario that failed, and may be drawn.
type candidate struct {
	test  *explored
	index int // in its test
	rank  int // among the ones of its test that failed
	score int // its preemptions
}

// draw draws as many of the scenarios that failed as there is room for.
func (all *content) draw(c Config) {
	room := cmp.Or(c.Room, DefaultRoom)
	for i, found := range all.found {
		test, label := all.testOf(found)
		f := newFinding(test, label, found.Case, c, room >= 0)
		f.ID = fmt.Sprintf("found%d", i+1)
		room -= f.draw()
		all.Findings = append(all.Findings, f)
		test.Findings = append(test.Findings, f)
	}
	for _, found := range candidates(all.Explored) {
		if room < 0 {
			all.Undrawn++
			continue
		}
		f := newFailure(found.test, found.test.cases[found.index], c)
		f.ID = fmt.Sprintf("f%d", len(all.Failures)+1)
		room -= f.draw()
		all.Failures = append(all.Failures, f)
		found.test.Drawn = append(found.test.Drawn, f)
		all.Data.draw(found.test, found.index, len(all.Failures))
	}
}

// draw makes what the page has of a failure that has an ID, and returns how long that is.
func (f *failure) draw() int {
	if f.Lanes != nil {
		f.Lanes.name(f.ID)
	}
	var drawing strings.Builder
	if err := page.ExecuteTemplate(&drawing, "failure", f); err != nil {
		panic("html: " + err.Error()) // the template is ours, and the builder takes everything
	}
	f.Drawing = template.HTML(drawing.String())
	return drawing.Len()
}

// candidates returns the scenarios that failed: of every test the one with the fewest preemptions, then of every
// test the second one, and so on.
func candidates(tests []*explored) []candidate {
	var all []candidate
	for _, test := range tests {
		first := len(all)
		for i, c := range test.cases {
			if isBad(c) {
				all = append(all, candidate{test: test, index: i, score: preemptions(c.Scenario.Turns)})
			}
		}
		own := all[first:]
		slices.SortStableFunc(own, func(a, b candidate) int { return cmp.Compare(a.score, b.score) })
		for i := range own {
			own[i].rank = i
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.rank, b.rank) })
	return all
}

func preemptions(s *protocol.Scenario) int {
	if s == nil {
		return 0
	}
	return timeline.Switches(*s)
}

func newFailure(test *explored, c *junit.Case, config Config) *failure {
	s := c.Scenario
	f := &failure{
		Package: test.Package, Test: test.Name, Label: s.Label, Errored: c.Verdict == junit.Errored,
		Undrawn: "It took no turn.", Took: duration(c.Seconds), File: c.File, Line: c.Line, Replay: command(s),
	}
	found := explained(c)
	f.Output, f.Text = limited(found.output), limited(found.text)
	f.Message = message(c, found)
	for line := range strings.Lines(found.reason) {
		if line = strings.TrimSpace(line); line != f.Message {
			f.Notes = append(f.Notes, line)
		}
	}
	if s.Turns != nil && len(s.Turns.Turns) > 0 {
		f.Lanes = newLanes(sceneOf(*s.Turns, s.Root, config.Source))
		f.Needs = s.Turns.Needs
		f.Chips = append(f.Chips, count(preemptions(s.Turns), "preemption"))
	}
	f.Chips = append(f.Chips, f.Took)
	return f
}

// command returns the command that replays a scenario; "" where none is known.
func command(s *junit.Scenario) string {
	if s.Replay[0] == "" {
		return ""
	}
	label, _, _ := strings.Cut(s.Label, "@") // behind it is which time it is
	return s.Replay[0] + label + s.Replay[1]
}

// message says in a line why a scenario did not pass.
func message(c *junit.Case, found explanation) string {
	reason, output := firstLine(found.reason), firstLine(found.output)
	if verdict, _, _ := strings.Cut(found.text, "\n"); !strings.Contains(verdict, ": ") {
		return cmp.Or(said(c), output, reason) // it is a note on a failure that the output tells
	}
	return cmp.Or(said(c), reason, output)
}
