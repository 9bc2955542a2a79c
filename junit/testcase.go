package junit

import (
	"time"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A test is one test of the stream: ordinary, orchestrated, or a scenario.
type test struct {
	name    string
	parent  *test // nil for a test that is not a subtest, or whose parent is not in the stream
	action  string
	started time.Time
	again   int // which time it was run again; 0 is not
	elapsed *float64
	output  text
	attrs   *attributes // nil where it has none

	planned  bool          // it is orchestrated
	serial   map[int][]int // of an orchestrated one: the sequence of the serial run, by call
	scenario *scenario     // nil where it reported none
	trouble  string        // why it could not be run
	explored []protocol.Exploration

	hunted []junit.Property // of one that was hunted, and of a finding
	hunt   *Hunt            // the same as it was reported; kept as Config.Turns asks for
	file   string           // where one stands that was hunted; empty where that is not known
	line   int
}

// end ends the test at that time.
func (t *test) end(action string, elapsed *float64, at time.Time) {
	t.action = action
	t.elapsed = elapsed
	if elapsed == nil && !t.started.IsZero() {
		seconds := at.Sub(t.started).Seconds()
		t.elapsed = &seconds
	}
	if action == parse.ActionPass && t.trouble == "" {
		t.output = text{}
	}
	t.attrs = t.attrs.trimmed()
}

// isScenario reports whether the test is a scenario of an orchestrated one, run or not.
func (t *test) isScenario() bool {
	return !t.planned && t.parent != nil && t.parent.planned && (t.scenario != nil || t.trouble != "")
}

// endedWell reports whether the test is known to have ended without failing. A test does not end
// before its subtests: where the end of one is missing, its parent's counts.
func (t *test) endedWell() bool {
	for ; t != nil; t = t.parent {
		switch t.action {
		case parse.ActionPass, parse.ActionSkip:
			return true
		case parse.ActionFail:
			return false
		}
	}
	return false
}

// A verdict is what became of a test case.
type verdict int

const (
	passed verdict = iota
	skipped
	failed
	errored
)

// An outcome is the verdict on a test, and the message that goes with it.
type outcome struct {
	verdict verdict
	message string
}

// bad reports whether the outcome is one that makes the run red.
func (o outcome) bad() bool { return o.verdict == failed || o.verdict == errored }

// outcome returns what became of the test.
func (t *test) outcome() outcome {
	switch {
	case t.trouble != "":
		return outcome{errored, t.trouble}
	case t.action == parse.ActionSkip:
		return outcome{verdict: skipped}
	case t.action == parse.ActionFail && t.planned:
		return outcome{errored, "failed, and no scenario of it did"}
	case t.action == parse.ActionFail:
		return outcome{failed, "Failed"}
	case t.endedWell():
		return outcome{verdict: passed}
	default:
		return outcome{errored, "did not finish"}
	}
}
