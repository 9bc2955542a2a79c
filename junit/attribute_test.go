package junit

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

func TestPlansThatCount(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		values []string
		want   bool
	}{
		{"whole", []string{`{"version":1,"call":0}`}, true},
		{"in parts", []string{`1/2 {"version":1,`, `2/2 "call":0}`}, true},
		{"after garbage", []string{"garbage", `{"version":1}`}, true},
		{"of a later version", []string{`{"version":2}`}, false},
		{"empty", []string{""}, false},
		{"garbage", []string{"certainly"}, false},
		{"broken JSON", []string{`{"version":1`}, false},
		{"of another shape", []string{`{"version":1,"threads":3}`}, false},
		{"a part is missing", []string{`1/3 {"version":1,`, `3/3 "call":0}`}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			events := stream(begin("TestX"))
			for _, value := range test.values {
				events = append(events, attr("TestX", protocol.AttrPlan, value))
			}
			events = stream(events, ranScenario(t, "TestX", serial, 0, "pass", ""), ended("pass", "TestX"), ended("pass", ""))
			want := []string{"TestX passed", "TestX/0,0,1,1 passed"}
			if test.want {
				want = want[1:]
			}
			got := written(t, Config{}, events...).suite(t).verdicts()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("cases (-want +got):\n%s", diff)
			}
		})
	}
}

func TestScenarioInParts(t *testing.T) {
	t.Parallel()
	found := protocol.Scenario{Version: 1, Sequence: serial, Threads: []string{strings.Repeat("x", 5000)}, File: "/a_test.go", Line: 3}
	text, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	events := stream(planned(t, "TestX"), begin("TestX/0,0,1,1"))
	parts := protocol.Split("TestX/0,0,1,1", protocol.AttrScenario, string(text))
	if len(parts) < 2 {
		t.Fatalf("a value of %d bytes is sent in %d part", len(text), len(parts))
	}
	for _, part := range parts {
		events = append(events, attr("TestX/0,0,1,1", protocol.AttrScenario, part))
	}
	c := written(t, Config{}, append(events, ended("pass", "TestX/0,0,1,1"))...).suite(t).named(t, "TestX/0,0,1,1")
	if want := fmt.Sprintf("[%q]", found.Threads[0]); c.Line != "3" || c.Properties[1].Value != want {
		t.Errorf("line %q and threads %.40q…, want 3 and %.40q…", c.Line, c.Properties[1].Value, want)
	}
}

func TestUserAttributes(t *testing.T) {
	t.Parallel()
	c := written(t, Config{},
		begin("TestA"), attr("TestA", "owner", "them"), attr("TestA", "owner", "us\x00"), attr("TestA", "area", "money"),
		attr("TestA", "orchtest.future", "?"), parse.Event{Action: "attr", Package: pkg, Test: "TestOther", Key: "owner"},
		ended("pass", "TestA"), attr("TestA", "late", "yes"),
	).suite(t).named(t, "TestA")
	want := []documentProperty{{"area", "money"}, {"late", "yes"}, {"owner", "us\uFFFD"}}
	if diff := cmp.Diff(want, c.Properties); diff != "" {
		t.Errorf("properties (-want +got):\n%s", diff)
	}
}
