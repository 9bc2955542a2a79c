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

// testOf returns the hunted test that a finding is of, and what it is called there.
func (all *content) testOf(found foundCase) (test *hunted, label string) {
	for _, h := range all.Hunted {
		if rest, ok := strings.CutPrefix(found.Name, h.Name+"/"); ok && h.Package == found.pkg {
			return h, rest
		}
	}
	return &hunted{Package: found.pkg}, found.Name
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
