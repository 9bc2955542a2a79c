package hunting

import (
	"bytes"
	"cmp"
	"fmt"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A Tally is what a process has reported so far. It is an io.Writer that takes the text of the report.
type Tally struct {
	First, Stride int // of the request

	Ran       int // schedules
	Next      int // number of the next one
	Longest   int // the most decisions in a schedule
	Threads   int // the most of a schedule
	Delay     string
	Exhausted bool
	Done      bool   // the process has run all that it was asked for, or has stopped at a finding
	Hash      string // of the last schedule's trace
	Trace     string // of a lenient replay, as text

	Findings     []protocol.HuntReport
	Inconclusive []protocol.HuntReport
	NotHuntable  string // why; "" if it is
	ToolError    string
	Diverged     string // a replay: where

	Lines int   // how many there were
	Err   error // of the first line that cannot be read

	line []byte
}

// NewTally returns one for a request.
func NewTally(r protocol.HuntRequest) *Tally {
	return &Tally{First: r.First, Stride: max(r.Stride, 1), Next: r.First}
}

// Write takes the next piece of the report. It never fails.
func (t *Tally) Write(p []byte) (int, error) {
	t.line = append(t.line, p...)
	for {
		line, rest, found := bytes.Cut(t.line, []byte("\n"))
		if !found {
			return len(p), nil // a line that was not ended is of a process that was
		}
		t.read(line)
		t.line = rest
	}
}

func (t *Tally) read(line []byte) {
	if len(bytes.TrimSpace(line)) == 0 {
		return
	}
	t.Lines++
	r, err := protocol.ReadHuntReport(string(line))
	if err != nil {
		if t.Err == nil {
			t.Err = fmt.Errorf("line %d of a hunting process's report: %w: %.80q", t.Lines, err, line)
		}
		return
	}
	t.Add(r)
}

// Add takes what a line says.
func (t *Tally) Add(r protocol.HuntReport) {
	t.Longest, t.Threads = max(t.Longest, r.Longest), max(t.Threads, r.Threads)
	if r.Delay != "" {
		t.Delay = r.Delay
	}
	if r.Hash != "" {
		t.Hash = r.Hash
	}
	t.Exhausted = t.Exhausted || r.Exhausted
	switch r.Kind {
	case protocol.HuntFinding:
		if r.Finding != nil {
			t.Findings = append(t.Findings, r)
		}
		t.reached(r.Schedule + t.Stride)
	case protocol.HuntInconclusive:
		t.Inconclusive = append(t.Inconclusive, r)
		t.reached(r.Schedule + t.Stride)
	case protocol.HuntNotHuntable:
		t.NotHuntable = r.Reason
	case protocol.HuntToolError:
		t.ToolError = r.Reason
	case protocol.HuntDiverged:
		t.Diverged = r.Reason
	case protocol.HuntDone, protocol.HuntProgress:
		t.Done = r.Kind == protocol.HuntDone
		t.Trace = r.Trace
		t.reached(r.Schedule)
	default:
		t.Err = cmp.Or(t.Err, fmt.Errorf("a hunting process's report is of a kind that is not known: %q", r.Kind))
	}
}

// Explained reports whether the process has said why it ended before it was done, other than by a finding.
func (t *Tally) Explained() bool {
	return t.NotHuntable != "" || t.ToolError != "" || t.Diverged != "" || (len(t.Inconclusive) > 0 && !t.Done)
}

// reached takes note of the number of the next schedule.
func (t *Tally) reached(next int) {
	t.Next = max(t.Next, next)
	t.Ran = (t.Next - t.First) / t.Stride
}
