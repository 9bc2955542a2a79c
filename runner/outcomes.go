package runner

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// outcomes are the labels that the scenarios of a call came out with.
type outcomes map[string]*outcome

type outcome struct {
	scenarios, failed int
	least             []int // the least sequence that shows it, in lexicographic order: that does not depend on how many run at once
}

// add takes note of a scenario.
func (o outcomes) add(s scenarioResult) {
	if s.report == nil || s.report.Outcome == "" || s.verdict == skipped {
		return
	}
	of := o[s.report.Outcome]
	if of == nil {
		of = &outcome{least: s.sequence}
		o[s.report.Outcome] = of
	}
	of.scenarios++
	if s.verdict != passed {
		of.failed++
	}
	if slices.Compare(s.sequence, of.least) < 0 {
		of.least = s.sequence
	}
}

// list returns what the stream says of them, and of those that the test expects and that did not come.
func (o outcomes) list(plan protocol.Plan) []protocol.Outcome {
	var all []protocol.Outcome
	for label, of := range o {
		all = append(all, protocol.Outcome{
			Label: label, Scenarios: of.scenarios, Failed: of.failed, Sequence: permutations.Format(of.least),
			Expected: slices.Contains(plan.Expected, label), Forbidden: slices.Contains(plan.Forbidden, label),
		})
	}
	for _, label := range plan.Expected {
		if o[label] == nil {
			all = append(all, protocol.Outcome{Label: label, Expected: true})
		}
	}
	protocol.SortOutcomes(all)
	return slices.CompactFunc(all, func(a, b protocol.Outcome) bool { return a.Label == b.Label })
}

// outcomeTable shows what scenarios came out with: in how many, and a sequence that shows it. It is "" where there
// is nothing to show.
func outcomeTable(e protocol.Exploration) string {
	if len(e.Outcomes) == 0 {
		return ""
	}
	rows := [][]string{{"outcome", "scenarios", "for example", ""}}
	for _, o := range e.Outcomes {
		remark := ""
		switch {
		case o.Forbidden:
			remark = "forbidden"
		case o.Scenarios == 0:
			remark = "expected, did not come"
		case o.Failed > 0:
			remark = fmt.Sprintf("%d failed", o.Failed)
		}
		example := o.Sequence
		if example != "" {
			example += protocol.Suffix(e.Call)
		}
		rows = append(rows, []string{protocol.Printable(o.Label), parse.Grouped(strconv.Itoa(o.Scenarios)), example, remark})
	}
	return indent(aligned(rows))
}
