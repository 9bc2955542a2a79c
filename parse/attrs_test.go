package parse_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

const goodPlan = `{"version":1,"call":0,"threads":["first","second"],"counts":[2,2],"file":"x_test.go","line":7}`

func attr(test, key, value string) parse.Event {
	return parse.Event{Action: parse.ActionAttr, Package: "p", Test: test, Key: key, Value: value}
}

func output(test, text string) parse.Event {
	return parse.Event{Action: parse.ActionOutput, Package: "p", Test: test, Output: text}
}

func TestAttrsPlan(t *testing.T) {
	for _, test := range []struct {
		name, value string
		wrong       string
	}{
		{name: "good", value: goodPlan},
		{name: "garbage", value: "garbage", wrong: "neither a JSON object nor a part of one"},
		{name: "cut off", value: goodPlan[:30], wrong: "not a plan"},
		{name: "another version", value: strings.Replace(goodPlan, `"version":1`, `"version":9`, 1), wrong: "use the same version"},
		{name: "no version", value: `{}`, wrong: "use the same version"},
		{name: "too few counts", value: strings.Replace(goodPlan, "[2,2]", "[2]", 1), wrong: "2 threads and 1 counts"},
		{name: "no turn", value: strings.Replace(goodPlan, "[2,2]", "[2,0]", 1), wrong: "one turn at least"},
		{name: "negative call", value: strings.Replace(goodPlan, `"call":0`, `"call":-1`, 1), wrong: "not a plan"},
		{name: "a part that does not begin", value: "2/3 abc", wrong: "part 2 of 3 came where part 1 had to"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var attrs parse.Attrs
			got, err := attrs.Add(attr("TestA", protocol.AttrPlan, test.value))
			if test.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), test.wrong) || !strings.Contains(err.Error(), "TestA") {
					t.Fatalf("got error %v, want one that names the test and says %q", err, test.wrong)
				}
				oneLine(t, err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Plan == nil || got.Plan.Line != 7 {
				t.Errorf("got %+v, want the plan", got)
			}
		})
	}
}

func TestAttrsJoinsPartsOfTestsThatRunAtOnce(t *testing.T) {
	var attrs parse.Attrs
	long := strings.Replace(goodPlan, "first", strings.Repeat("f", 9000), 1)
	partsA := protocol.Split("TestA", protocol.AttrPlan, long)
	partsB := protocol.Split("TestB", protocol.AttrPlan, long)
	if len(partsA) < 3 {
		t.Fatalf("got %d parts, want some", len(partsA))
	}
	var plans []string
	for i := range partsA {
		for _, e := range []parse.Event{attr("TestA", protocol.AttrPlan, partsA[i]), attr("TestB", protocol.AttrPlan, partsB[i])} {
			got, err := attrs.Add(e)
			if err != nil {
				t.Fatal(err)
			}
			if got.Plan != nil {
				plans = append(plans, e.Test)
			}
		}
	}
	if got := strings.Join(plans, " "); got != "TestA TestB" {
		t.Errorf("got plans of %q, want one of each test, at its last part", got)
	}
}

// test2json passes the line of an attribute on as output too, cut into pieces of 1,024 bytes.
func TestAttrsEcho(t *testing.T) {
	var attrs parse.Attrs
	value := strings.Replace(goodPlan, "first", strings.Repeat("f", 1500), 1)
	if _, err := attrs.Add(attr("TestA", protocol.AttrPlan, value)); err != nil {
		t.Fatal(err)
	}
	line := "=== ATTR  TestA " + protocol.AttrPlan + " " + value + "\n"
	for _, test := range []struct {
		text string
		echo bool
	}{
		{line[:1024], true},
		{line[1024:], true},
		{line[1024:], false}, // the test has printed that itself
		{"=== ATTR  TestA " + protocol.AttrPlan + " {}\n", false},
	} {
		got, err := attrs.Add(output("TestA", test.text))
		if err != nil || got.Echo != test.echo {
			t.Errorf("%.40q…: got echo %v, error %v, want %v", test.text, got.Echo, err, test.echo)
		}
	}
}

func TestAttrsOfOthers(t *testing.T) {
	var attrs parse.Attrs
	for _, e := range []parse.Event{
		attr("TestA", "user.key", "garbage"),
		output("TestA", "=== ATTR  TestA user.key garbage\n"),
		output("TestA", "=== ATTR  TestA orchtest.plan "+strings.Repeat("x", 1000)),
		output("TestA", "\x16=== ATTR  TestB orchtest.plan x\n"),
		{Action: parse.ActionPass, Package: "p", Test: "TestA"},
	} {
		if got, err := attrs.Add(e); err != nil || got != (parse.Reported{}) {
			t.Errorf("%.60q: got %+v, %v, want nothing", e.Line(), got, err)
		}
	}
}

func TestAttrsTooLong(t *testing.T) {
	var attrs parse.Attrs
	_, err := attrs.Add(output("TestA", "\x16=== ATTR  TestA orchtest.plan "+strings.Repeat("x", 900)))
	if err == nil || !strings.Contains(err.Error(), "longer than the 4,096 bytes") {
		t.Fatalf("got %v, want an error that says how long it may be", err)
	}
	oneLine(t, err)
}

func TestDecodeScenario(t *testing.T) {
	good := protocol.Scenario{Version: 1, Sequence: []int{0, 1}, Threads: []string{"a", "b"},
		Turns: []protocol.Turn{{Thread: 0}, {Thread: 1, End: protocol.Returned}}}
	for _, test := range []struct {
		name   string
		change func(*protocol.Scenario)
		wrong  string
	}{
		{"good", func(*protocol.Scenario) {}, ""},
		{"version", func(s *protocol.Scenario) { s.Version = 2 }, "use the same version"},
		{"turn of no thread", func(s *protocol.Scenario) { s.Turns[1].Thread = 2 }, "a turn of thread 2, of 2"},
		{"turn of a negative thread", func(s *protocol.Scenario) { s.Turns[1].Thread = -1 }, "a turn of thread -1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := good
			s.Turns = append([]protocol.Turn{}, good.Turns...)
			test.change(&s)
			text, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			_, err = parse.DecodeScenario(string(text))
			if (err == nil) != (test.wrong == "") || err != nil && !strings.Contains(err.Error(), test.wrong) {
				t.Errorf("got error %v, want %q", err, test.wrong)
			}
		})
	}
}
