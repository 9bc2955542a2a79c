package junit

import (
	"encoding/json"
	"testing"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// pkg is the package of the events that the functions below make.
const pkg = "example.com/shop/bank"

func begin(test string) parse.Event {
	return parse.Event{Action: parse.ActionRun, Package: pkg, Test: test}
}

func said(test, output string) parse.Event {
	return parse.Event{Action: parse.ActionOutput, Package: pkg, Test: test, Output: output}
}

func ended(action, test string) parse.Event {
	return parse.Event{Action: action, Package: pkg, Test: test, Elapsed: new(float64)}
}

func attr(test, key, value string) parse.Event {
	return parse.Event{Action: parse.ActionAttr, Package: pkg, Test: test, Key: key, Value: value}
}

// reported is the attribute that a value of the protocol is sent as.
func reported(t testing.TB, test, key string, value any) parse.Event {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return attr(test, key, string(text))
}

// planned begins an orchestrated test.
func planned(t testing.TB, test string) []parse.Event {
	plan := protocol.Plan{Version: 1, Threads: []string{"first", "second"}, Counts: []int{2, 2}, File: "/src/bank_test.go", Line: 12}
	return []parse.Event{begin(test), reported(t, test, protocol.AttrPlan, plan)}
}

// ranScenario is a whole scenario; an action of "" leaves it unfinished.
func ranScenario(t testing.TB, parent string, sequence []int, call int, action, output string) []parse.Event {
	name := parent + "/" + permutations.Format(sequence) + protocol.Suffix(call)
	found := protocol.Scenario{
		Version: 1, Call: call, Sequence: sequence, Threads: []string{"first", "second"},
		FailedTurn: -1, File: "/src/bank_test.go", Line: 12,
	}
	for _, thread := range sequence {
		found.Turns = append(found.Turns, protocol.Turn{Thread: thread})
	}
	events := []parse.Event{begin(name), reported(t, name, protocol.AttrScenario, found), said(name, output)}
	if action != "" {
		events = append(events, ended(action, name))
	}
	return events
}

// stream joins events and slices of events.
func stream(parts ...any) []parse.Event {
	var events []parse.Event
	for _, part := range parts {
		switch part := part.(type) {
		case parse.Event:
			events = append(events, part)
		case []parse.Event:
			events = append(events, part...)
		}
	}
	return events
}
