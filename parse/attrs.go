package parse

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A Reported is what the library said in an event.
type Reported struct {
	Plan     *protocol.Plan
	Scenario *protocol.Scenario
	// Echo marks an output event that only repeats an attribute of the library's: test2json passes
	// the line on after the event that it made of it. It is of no interest to a reader.
	Echo bool
}

// Attrs finds what the library reported among the events of one package. The zero value is ready.
type Attrs struct {
	joiners map[string]*protocol.Joiner // by test and key
	echo    string                      // what is still to come of the line of the latest attribute
	test    string                      // whose line it is
}

// Add looks at the next event of the package. An error says that the library's report cannot be
// used; it is one line.
func (a *Attrs) Add(e Event) (Reported, error) {
	switch {
	case e.Action == ActionAttr && ours(e.Key):
		a.test, a.echo = e.Test, fmt.Sprintf("=== ATTR  %s %s %s\n", e.Test, e.Key, e.Value)
		return a.attr(e)
	case e.Action == ActionOutput && a.echo != "" && e.Test == a.test && strings.HasPrefix(a.echo, e.Output):
		a.echo = a.echo[len(e.Output):]
		return Reported{Echo: true}, nil
	case e.Action == ActionOutput && tooLong(e):
		return Reported{}, fmt.Errorf("%s: an attribute is longer than the 4,096 bytes that test2json reads: "+
			"%.60q: it is to be sent in parts, as lib/orchestrate of this version does", named(e.Test), e.Output)
	}
	a.echo = ""
	return Reported{}, nil
}

func (a *Attrs) attr(e Event) (Reported, error) {
	id := e.Test + " " + e.Key
	if a.joiners == nil {
		a.joiners = map[string]*protocol.Joiner{}
	}
	if a.joiners[id] == nil {
		a.joiners[id] = new(protocol.Joiner)
	}
	whole, complete, err := a.joiners[id].Add(e.Value)
	if err != nil {
		return Reported{}, fmt.Errorf("%s: attribute %s: %w", named(e.Test), e.Key, err)
	}
	if !complete {
		return Reported{}, nil
	}
	delete(a.joiners, id)
	switch e.Key {
	case protocol.AttrPlan:
		plan, err := DecodePlan(whole)
		if err != nil {
			return Reported{}, fmt.Errorf("%s: attribute %s: %w", named(e.Test), e.Key, err)
		}
		return Reported{Plan: plan}, nil
	case protocol.AttrScenario:
		scenario, err := DecodeScenario(whole)
		if err != nil {
			return Reported{}, fmt.Errorf("%s: attribute %s: %w", named(e.Test), e.Key, err)
		}
		return Reported{Scenario: scenario}, nil
	}
	return Reported{}, nil
}

// named returns the name of a test for a message of one line.
func named(test string) string {
	if strings.ContainsFunc(test, unicode.IsControl) {
		return strconv.Quote(test)
	}
	return test
}

// ours reports whether an attribute is of the protocol.
func ours(key string) bool {
	switch key {
	case protocol.AttrPlan, protocol.AttrScenario:
		return true
	}
	return false
}

// tooLong reports whether an output event is the beginning of a line that test2json would have made
// an attribute of ours from, had it not been too long: the marker that the testing package puts
// before such a line is still there.
func tooLong(e Event) bool {
	rest, ok := strings.CutPrefix(e.Output, "\x16=== ATTR  "+e.Test+" ")
	if !ok {
		return false
	}
	key, _, _ := strings.Cut(rest, " ")
	return ours(key)
}

// DecodePlan reads the value of an attribute [protocol.AttrPlan].
func DecodePlan(text string) (*protocol.Plan, error) {
	var p protocol.Plan
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return nil, fmt.Errorf("not a plan: %w: %.60q", err, text)
	}
	if err := checkVersion(p.Version); err != nil {
		return nil, err
	}
	if p.Call < 0 || len(p.Threads) != len(p.Counts) {
		return nil, fmt.Errorf("not a plan: it has %d threads and %d counts: %.60q", len(p.Threads), len(p.Counts), text)
	}
	for _, n := range p.Counts {
		if n < 1 {
			return nil, fmt.Errorf("not a plan: a thread takes one turn at least: %.60q", text)
		}
	}
	return &p, nil
}

// DecodeScenario reads the value of an attribute [protocol.AttrScenario].
func DecodeScenario(text string) (*protocol.Scenario, error) {
	var s protocol.Scenario
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return nil, fmt.Errorf("not a scenario: %w: %.60q", err, text)
	}
	if err := checkVersion(s.Version); err != nil {
		return nil, err
	}
	for _, turn := range s.Turns {
		if turn.Thread < 0 || turn.Thread >= len(s.Threads) {
			return nil, fmt.Errorf("not a scenario: a turn of thread %d, of %d: %.60q", turn.Thread, len(s.Threads), text)
		}
	}
	for _, thread := range s.Sequence {
		if thread < 0 || thread >= len(s.Threads) {
			return nil, fmt.Errorf("not a scenario: thread %d, of %d, in its sequence: %.60q", thread, len(s.Threads), text)
		}
	}
	return &s, nil
}

func checkVersion(v int) error {
	if v < 1 || v > protocol.Version {
		return fmt.Errorf("version %d of the protocol: this orchtest reads version %d: "+
			"use the same version of the orchtest command and of its library", v, protocol.Version)
	}
	return nil
}
