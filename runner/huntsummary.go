package runner

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A huntedSink finds in the stream what became of the tests that were hunted.
type huntedSink struct{ tests []huntedTest }

// A huntedTest is what the stream says of a test that was hunted.
type huntedTest struct {
	name string
	protocol.Hunted
}

func (s *huntedSink) event(e parse.Event, _ bool) error {
	if e.Key != protocol.AttrHunt {
		return nil
	}
	t := huntedTest{name: e.Test}
	if err := json.Unmarshal([]byte(e.Value), &t.Hunted); err == nil { // of a later version it may be something else
		s.tests = append(s.tests, t)
	}
	return nil
}

// summary says what became of all tests: a line for the sum, and one for each test of which more is to be said than
// that it passed. There may be tests of which nothing was run.
func (s *huntedSink) summary(shard protocol.Shard, left int) string {
	counts, schedules, undecided, seed := map[string]int{}, 0, 0, ""
	var tests strings.Builder
	for _, t := range s.tests {
		counts[t.Outcome]++
		schedules += t.Schedules
		seed = t.Seed
		if t.Outcome == protocol.HuntPassed && t.Length == 0 {
			undecided++
		}
		tests.WriteString(t.summary())
	}
	text := fmt.Sprintf("HUNTED %s, %s", parse.Counted(len(s.tests), "test"), counted(schedules, "schedule"))
	if seed != "" {
		text += ", seed " + seed
	}
	if shard.Of > 0 {
		text += fmt.Sprintf(", shard %v", shard)
	}
	if terms := outcomeTerms(counts, undecided, left); len(terms) > 0 {
		text += ": " + strings.Join(terms, ", ")
	}
	return text + "\n" + tests.String()
}

// outcomeTerms say how many tests have which outcome.
func outcomeTerms(counts map[string]int, undecided, left int) []string {
	var terms []string
	for _, each := range []struct{ outcome, text string }{
		{protocol.HuntPassed, "huntable and passed"},
		{protocol.HuntFailed, "with findings"},
		{protocol.HuntErrored, "errored"},
		{protocol.HuntUndecided, "inconclusive"},
		{protocol.HuntDeclined, "not huntable"},
		{protocol.HuntNotHunted, "not hunted"},
		{protocol.HuntSkipped, "skipped"},
	} {
		n := counts[each.outcome]
		if n == 0 {
			continue
		}
		term := grouped(n) + " " + each.text
		if each.outcome == protocol.HuntPassed && undecided > 0 {
			term += fmt.Sprintf(" (%s of them with nothing to decide)", grouped(undecided))
		}
		terms = append(terms, term)
	}
	if left > 0 {
		terms = append(terms, grouped(left)+" not run")
	}
	return terms
}

// counted returns a number, grouped, and what it counts.
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return grouped(n) + " " + noun
}

// summary is what is said of a test; "" where it has simply passed.
func (t huntedTest) summary() string {
	var facts []string
	switch t.Outcome {
	case protocol.HuntFailed:
		facts = append(facts, hunting.Counted(t.Findings)+" in "+counted(t.Schedules, "schedule"))
		if t.Inconclusive > 0 {
			facts = append(facts, grouped(t.Inconclusive)+" inconclusive")
		}
	case protocol.HuntPassed, protocol.HuntSkipped:
	default:
		facts = append(facts, t.Outcome+": "+firstLine(t.Reason))
	}
	if n := t.Planned - t.Schedules; n > 0 && t.OutOfTime {
		facts = append(facts, grouped(n)+" not run, out of time")
	}
	if t.Exhausted && t.Outcome == protocol.HuntPassed && t.Length > 0 && len(t.Strategies) == 1 {
		facts = append(facts, fmt.Sprintf("these %s are all of the search", counted(t.Schedules, "schedule")))
	}
	if len(t.Unconfirmed) > 0 {
		facts = append(facts, "not confirmed: "+hunting.Counted(t.Unconfirmed))
	}
	if len(facts) == 0 {
		return ""
	}
	return fmt.Sprintf("  %s: %s\n", t.name, strings.Join(facts, "; "))
}
