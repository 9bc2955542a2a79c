package parse

import (
	"bytes"
	"errors"
	"regexp"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
)

// marker begins the lines that the testing package itself prints in a test binary that was started
// with -test.v=test2json, also in the middle of a line that the test had not ended.
const marker = '\x16'

// longest is how long a line may be before it is passed on in pieces. Lines of the testing package
// are not cut below the second figure: a scenario's report may be long.
const (
	longest       = 64 << 10
	longestMarked = 16 << 20
)

// coverage is the line that the testing package prints behind everything where coverage is on. What it
// says of one scenario is of no use.
var coverage = regexp.MustCompile(`^coverage: (\d+\.\d% of statements|\[no statements\])`)

// A Child is an io.Writer that reads what a test binary prints which runs one scenario, or a batch of them: it takes the
// library's report out, and passes on what the test itself printed, without the framing lines of the
// testing package. It never fails.
type Child struct {
	// Output is called with each piece of the test's own output: a line with its end, or a part of
	// one that is too long or was not ended. The slice is valid only during the call.
	Output func([]byte)
	// Scenario is the report, if one has come, and Err why one that came cannot be used. They are
	// there after Close.
	Scenario *protocol.Scenario
	Err      error
	// Failed tells that the testing package reported a test as failed.
	Failed bool
	// Skipped is the last test, and not a subtest, that it reported as skipped; "" if there is none.
	Skipped string
	// Answer is nil, unless the binary runs a batch: then it is called with each report as it comes, which is
	// nil where an error says why it cannot be used. Scenario and Err stay as they are.
	Answer func(*protocol.Scenario, error)

	line   []byte
	ended  bool // the tests have, and what follows is not of them
	joiner protocol.Joiner
	report string
	told   *protocol.Scenario // the last report of a batch that says everything
}

// Write takes the next piece of what the binary printed.
func (c *Child) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		i := bytes.IndexAny(rest, "\n"+string(marker))
		switch {
		case i < 0:
			c.line = append(c.line, rest...)
			rest = nil
		case rest[i] == '\n':
			c.line = append(c.line, rest[:i+1]...)
			rest = rest[i+1:]
			c.flush()
		default:
			c.line = append(c.line, rest[:i]...)
			c.flush()
			c.line = append(c.line, marker)
			rest = rest[i+1:]
		}
		if limit := c.limit(); len(c.line) > limit {
			c.Output(c.line)
			c.line = c.line[:0]
		}
	}
	return len(p), nil
}

// Close ends a line that was not ended, and reads the report. It never fails.
func (c *Child) Close() error {
	c.flush()
	if c.Answer == nil && c.Err == nil && c.report != "" {
		c.Scenario, c.Err = DecodeScenario(c.report)
	}
	return nil
}

func (c *Child) limit() int {
	if len(c.line) > 0 && c.line[0] == marker {
		return longestMarked
	}
	return longest
}

// flush deals with the line that is complete.
func (c *Child) flush() {
	if len(c.line) == 0 {
		return
	}
	defer func() { c.line = c.line[:0] }()
	if c.ended && coverage.Match(c.line) {
		return
	}
	if c.line[0] != marker {
		c.Output(c.line)
		return
	}
	text := string(bytes.TrimRight(c.line[1:], "\r\n"))
	if !framing(text) {
		// The test printed the marker itself.
		c.Output(c.line)
		return
	}
	c.ended = text == "PASS" || text == "FAIL"
	if strings.HasPrefix(strings.TrimLeft(text, " "), "--- FAIL: ") {
		c.Failed = true
	}
	if rest, ok := strings.CutPrefix(text, "--- SKIP: "); ok {
		c.Skipped, _, _ = strings.Cut(rest, " ")
	}
	if rest, ok := strings.CutPrefix(text, "=== ATTR  "); ok {
		_, rest, _ = strings.Cut(rest, " ")
		key, value, _ := strings.Cut(rest, " ")
		switch {
		case key == protocol.AttrScenario:
			c.reported(value)
		case key == protocol.AttrPassed && c.Answer != nil:
			c.Answer(c.passed(value))
		}
	}
}

// passed returns the report of a scenario that passed, of which just the turns are told.
func (c *Child) passed(value string) (*protocol.Scenario, error) {
	if c.told == nil {
		return nil, errors.New("a report that leaves out what none before it has told")
	}
	turns, err := protocol.ReadPassed(value, len(c.told.Threads))
	if err != nil {
		return nil, err
	}
	report := *c.told
	report.Turns, report.FailedTurn, report.Failed, report.Skipped = turns, -1, false, false
	return &report, nil
}

// reported takes the next part of the report.
func (c *Child) reported(value string) {
	whole, complete, err := c.joiner.Add(value)
	if c.Answer != nil && (complete || err != nil) {
		if err == nil {
			c.told, err = DecodeScenario(whole)
		}
		c.Answer(c.told, err)
		return
	}
	if err != nil {
		c.Err = err
	}
	if complete {
		c.report = whole
	}
}

// framing reports whether a line that begins with the marker is one of the testing package's.
func framing(text string) bool {
	text = strings.TrimLeft(text, " ")
	if text == "PASS" || text == "FAIL" {
		return true
	}
	for _, prefix := range []string{"=== RUN ", "=== PAUSE ", "=== CONT ", "=== NAME ", "=== ATTR ", "=== ARTIFACTS ",
		"--- PASS: ", "--- FAIL: ", "--- SKIP: ", "--- BENCH: "} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}
