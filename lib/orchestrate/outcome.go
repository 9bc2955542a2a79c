package orchestrate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/orchtest/orchtest/lib/internal/race"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// Outcome gives what the scenario came to a label, as "both withdrawn". The run ends with a table of the labels: in
// how many scenarios each came out, and a sequence that shows it. Called again, the last label counts. [Expect] and
// [Forbid] make a verdict of it.
//
// The table is that of the jcstress harness (https://github.com/openjdk/jcstress). Outcome may be called by the
// scenario function, its threads, and goroutines that these start, until the scenario's end.
func (t *T) Outcome(label string) {
	if t.ignored() {
		return
	}
	t.setOutcome(label)
}

//go:norace
func (t *T) setOutcome(label string) {
	race.Disable()
	t.outcome.Store(&label)
	race.Enable()
}

// label is the scenario's outcome, "" where it has none.
func (t *T) label() string {
	if label := t.outcome.Load(); label != nil {
		return *label
	}
	return ""
}

// Expect names all outcomes that there may be: a scenario fails that has another one, or none. See [T.Outcome].
func Expect(labels ...string) Option {
	return func(c *call) {
		c.t.Helper()
		c.expected = c.outcomes("Expect", c.expected, labels)
	}
}

// Forbid names outcomes that there must not be: a scenario with one of them fails. See [T.Outcome].
func Forbid(labels ...string) Option {
	return func(c *call) {
		c.t.Helper()
		c.forbidden = c.outcomes("Forbid", c.forbidden, labels)
	}
}

func (c *call) outcomes(option string, before, labels []string) []string {
	c.t.Helper()
	if len(labels) == 0 || slices.Contains(labels, "") {
		c.t.Fatalf("orchestrate: %s(%s): name outcomes, as t.Outcome does", option, quoteAll(labels))
	}
	return append(before, labels...)
}

// judge fails a scenario that has passed so far, if its outcome is not one that it may have.
func (c *call) judge(t *T) {
	if t.Failed() || t.Skipped() || len(t.course.threads) == 0 {
		return
	}
	label := t.label()
	var why string
	switch {
	case slices.Contains(c.forbidden, label):
		why = fmt.Sprintf("outcome %q is forbidden", label)
	case c.expected == nil || slices.Contains(c.expected, label):
		return
	case label == "":
		why = fmt.Sprintf("it has no outcome: t.Outcome was not called; expected is one of %s", quoteAll(c.expected))
	default:
		why = fmt.Sprintf("outcome %q is unexpected; expected is one of %s", label, quoteAll(c.expected))
	}
	fmt.Fprintf(t.Output(), "%s\n", why)
	t.TB.Fail()
	t.fail()
}

func quoteAll(labels []string) string {
	quoted := make([]string, len(labels))
	for i, label := range labels {
		quoted[i] = fmt.Sprintf("%q", label)
	}
	return strings.Join(quoted, ", ")
}

// count takes note of a scenario's outcome, for the table that plain `go test -v` shows.
func (c *call) count(t *T) {
	label := t.label()
	if label == "" || t.Skipped() {
		return
	}
	if c.seen == nil {
		c.seen = map[string]*seen{}
	}
	s := c.seen[label]
	if s == nil {
		s = &seen{sequence: permutations.Format(executed(t))}
		c.seen[label] = s
	}
	s.scenarios++
}

// A seen is an outcome inside of this process.
type seen struct {
	scenarios int
	sequence  string // the first that showed it
}

// logOutcomes logs the table of outcomes, the most frequent first.
func (c *call) logOutcomes() {
	c.t.Helper()
	if len(c.seen) == 0 {
		return
	}
	labels := slices.SortedFunc(maps.Keys(c.seen), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.seen[b].scenarios, c.seen[a].scenarios), cmp.Compare(a, b))
	})
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "outcome\tscenarios\tfor example")
	for _, label := range labels {
		fmt.Fprintf(w, "%s\t%d\t%s\n", protocol.Printable(label), c.seen[label].scenarios, c.seen[label].sequence)
	}
	w.Flush()
	c.t.Logf("what the scenarios came out with:\n%s", strings.TrimSuffix(b.String(), "\n"))
}
