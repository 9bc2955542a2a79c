package html

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/orchtest/orchtest/junit"
	"github.com/orchtest/orchtest/parse"
)

// content is what the page shows.
type content struct {
	Good       bool
	Headline   string
	Incomplete string
	Started    string // "" where it is not known
	Took       string

	Totals    []segment // of all scenarios
	Explored  []*explored
	Failures  []*failure // scenarios that are drawn
	Undrawn   int        // scenarios that failed and are not
	Hunts     []segment  // of the tests that were hunted
	Hunted    []*hunted
	Findings  []*failure
	Broken    []broken // ordinary tests, and packages as a whole
	Packages  []packageRow
	Scenarios int
	Data      data

	found []foundCase
}

// More is the number of those that are not drawn, for people.
func (all *content) More() string { return grouped(all.Undrawn) }

// A packageRow is a package in the table of all.
type packageRow struct {
	Name                    string
	Passed, Failed, Skipped int // ordinary tests
	Scenarios               string
	Took                    string
	Output                  string
	Skips                   []skip
}

// A skip is a test that was skipped.
type skip struct{ Name, Reason string }

// broken is a case that is no scenario and failed.
type broken struct {
	Package, Name, Verdict, Message, Output string
	Took                                    string
}

func newContent(packages []junit.Package, c Config) *content {
	all := &content{Incomplete: c.Incomplete}
	var seconds float64
	var started time.Time
	for _, p := range packages {
		all.add(p)
		seconds += p.Seconds
		if started.IsZero() || !p.Started.IsZero() && p.Started.Before(started) {
			started = p.Started
		}
	}
	if !started.IsZero() {
		all.Started = started.Format("2 January 2006, 15:04:05 MST")
	}
	all.Took = duration(seconds)
	for _, test := range all.Explored {
		test.finish()
	}
	all.finishHunts()
	all.Totals = totals(all.Explored)
	all.Data = newData(all.Explored)
	all.draw(c)
	all.sayHeadline()
	// What failed is what one looks for.
	slices.SortStableFunc(all.Explored, func(a, b *explored) int { return cmp.Compare(btoi(b.Bad), btoi(a.Bad)) })
	return all
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// add adds a package.
func (all *content) add(p junit.Package) {
	row := packageRow{Name: p.Name, Took: duration(p.Seconds), Output: limited(p.Output)}
	tests, scenarios := map[string]*explored{}, 0
	for i := range p.Cases {
		c := &p.Cases[i]
		if c.Scenario != nil {
			scenarios++
			all.explored(tests, p, c.Scenario.Test).add(c)
			continue
		}
		told := all.addHunted(p, c)
		if told && c.Hunt.Found != nil {
			continue
		}
		switch c.Verdict {
		case junit.Passed:
			row.Passed++
		case junit.Skipped:
			row.Skipped++
			row.Skips = append(row.Skips, skip{c.Name, c.Message})
		case junit.Failed, junit.Errored:
			row.Failed++
			if told {
				continue
			}
			all.Broken = append(all.Broken, broken{
				Package: p.Name, Name: c.Name, Verdict: string(c.Verdict), Message: said(c), Output: limited(c.Output),
				Took: duration(c.Seconds),
			})
		}
	}
	for _, e := range p.Explorations {
		test := all.explored(tests, p, e.Test)
		test.explorations = append(test.explorations, e.Exploration)
	}
	all.Scenarios += scenarios
	row.Scenarios = grouped(scenarios)
	all.Packages = append(all.Packages, row)
}

// explored returns the orchestrated test of that name, which it makes where there is none.
func (all *content) explored(tests map[string]*explored, p junit.Package, name string) *explored {
	test := tests[name]
	if test == nil {
		test = &explored{Package: p.Name, Name: name}
		tests[name] = test
		all.Explored = append(all.Explored, test)
	}
	return test
}

// said is the message of a case, unless that says no more than its verdict does.
func said(c *junit.Case) string {
	if c.Message == "Failed" {
		return ""
	}
	return c.Message
}

// sayHeadline says in a few words how the run went.
func (all *content) sayHeadline() {
	scenarios := 0
	for _, test := range all.Explored {
		scenarios += test.bad()
	}
	var parts []string
	if scenarios > 0 {
		parts = append(parts, count(scenarios, "scenario"))
	}
	if n := len(all.Broken); n > 0 {
		parts = append(parts, count(n, "test"))
	}
	failed := ""
	if len(parts) > 0 {
		failed = strings.Join(parts, " and ") + " failed"
	}
	if n := len(all.Findings); n > 0 {
		failed = strings.TrimSuffix(count(n, "finding")+"; "+failed, "; ")
	}
	switch all.Good = failed == "" && all.Incomplete == ""; {
	case failed != "":
		all.Headline = failed
	case all.Incomplete != "":
		all.Headline = "Not complete"
	case all.Scenarios == 0 && len(all.Packages) == 0:
		all.Headline = "There was nothing to test"
	case len(all.Hunted) > 0:
		all.Headline = all.huntHeadline()
	default:
		all.Headline = "All passed"
	}
}

// count returns a number with its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return grouped(n) + " " + noun
}

func grouped(n int) string { return parse.Grouped(strconv.Itoa(n)) }

// duration returns seconds as people read them.
func duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.2f s", seconds)
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", seconds)
	}
	return d.Round(time.Second).String()
}

// shown is how many bytes of the output of one test the page has at its beginning and at its end.
const shown = 16 << 10

// limited returns what the page has of an output.
func limited(output string) string {
	output = strings.TrimRight(output, "\n")
	if len(output) <= 2*shown {
		return output
	}
	head, tail := output[:shown], output[len(output)-shown:]
	left := len(output) - 2*shown
	return strings.ToValidUTF8(head, "") + fmt.Sprintf("\n… %s bytes are left out here; --junitfile and --jsonfile have them …\n",
		grouped(left)) + strings.ToValidUTF8(tail, "")
}
