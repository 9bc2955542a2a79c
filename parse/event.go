// Package parse reads the event stream of `go test -json` and finds in it what the library reported.
//
// It takes values and gives values: it starts nothing, reads no files and no clock.
package parse

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/orchtest/orchtest/lib/protocol"
)

// Actions of an [Event], as `go doc test2json` and `go help buildjson` list them.
const (
	ActionStart       = "start"
	ActionRun         = "run"
	ActionPause       = "pause"
	ActionCont        = "cont"
	ActionPass        = "pass"
	ActionFail        = "fail"
	ActionSkip        = "skip"
	ActionBench       = "bench"
	ActionOutput      = "output"
	ActionAttr        = "attr"
	ActionArtifacts   = "artifacts"
	ActionBuildOutput = "build-output"
	ActionBuildFail   = "build-fail"
)

// An Event is one line of the stream.
type Event struct {
	Time        *time.Time `json:",omitempty"`
	Action      string
	Package     string   `json:",omitempty"`
	ImportPath  string   `json:",omitempty"` // of a build-output or build-fail
	Test        string   `json:",omitempty"`
	Elapsed     *float64 `json:",omitempty"` // seconds
	Output      string   `json:",omitempty"`
	FailedBuild string   `json:",omitempty"`
	Key         string   `json:",omitempty"`
	Value       string   `json:",omitempty"`
	Path        string   `json:",omitempty"`

	// Scenario is, where orchtest made the event itself and it is an attribute [protocol.AttrScenario], what stands
	// in its Value. That is empty then: to write it takes longer than all else, and not everybody reads it.
	Scenario *protocol.Scenario `json:"-"`
	// Display, unless nil, is what a terminal shows in place of Output. It is not part of the stream.
	Display *string `json:"-"`

	// raw is the line that the event was read from, without its end: what this package does not
	// know of survives in it.
	raw []byte
}

// Decode reads one line of the stream. The event keeps line.
func Decode(line []byte) (Event, error) {
	line = bytes.TrimRight(line, "\r\n")
	var e Event
	if err := json.Unmarshal(line, &e); err != nil {
		return Event{}, fmt.Errorf("not an event of go test -json: %w: %.80q", err, line)
	}
	if e.Action == "" {
		return Event{}, fmt.Errorf("not an event of go test -json: it has no Action: %.80q", line)
	}
	e.raw = line
	return e, nil
}

// Ends reports whether the event is the end of a test or, where Test is empty, of a package.
func (e Event) Ends() bool {
	switch e.Action {
	case ActionPass, ActionFail, ActionSkip:
		return true
	}
	return false
}

// EndLine reports whether an output event is the line that announces the end of its test.
func (e Event) EndLine() bool {
	if e.Action != ActionOutput {
		return false
	}
	text := strings.TrimLeft(e.Output, " ")
	for _, verdict := range []string{"PASS", "FAIL", "SKIP"} {
		if strings.HasPrefix(text, "--- "+verdict+": "+e.Test+" (") {
			return true
		}
	}
	return false
}

// Edit returns a copy of the event whose fields may be changed: [Event.Line] then has them as they
// are, and nothing that this package does not know of.
func (e Event) Edit() Event {
	e.raw = nil
	if e.Elapsed != nil {
		elapsed := *e.Elapsed
		e.Elapsed = &elapsed
	}
	return e
}
