package parse_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

func TestLineIsWhatJSONMakesOfIt(t *testing.T) {
	text := rapid.OneOf(
		rapid.Just(""), rapid.String(), rapid.StringMatching(`[a-zA-Z0-9 /,._#\n"<>&\\]*`),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
	)
	number := rapid.OneOf(rapid.Float64(), rapid.Float64Range(0, 100), rapid.Just(0.0), rapid.Just(1e-7), rapid.Just(1e21))
	rapid.Check(t, func(t *rapid.T) {
		e := parse.Event{
			Action: text.Draw(t, "action"), Package: text.Draw(t, "package"), ImportPath: text.Draw(t, "path"),
			Test: text.Draw(t, "test"), Output: text.Draw(t, "output"), FailedBuild: text.Draw(t, "build"),
			Key: text.Draw(t, "key"), Value: text.Draw(t, "value"), Path: text.Draw(t, "file"),
		}
		if rapid.Bool().Draw(t, "timed") {
			at := time.Unix(rapid.Int64Range(0, math.MaxInt32).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
			elapsed := math.Abs(number.Draw(t, "elapsed"))
			e.Time, e.Elapsed = &at, &elapsed
		}
		want, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Line(); string(got) != string(want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

func TestLineHasTheScenario(t *testing.T) {
	scenario := protocol.Scenario{Version: protocol.Version, Threads: []string{"<a>"}, Sequence: []int{0}}
	value, err := json.Marshal(scenario)
	if err != nil {
		t.Fatal(err)
	}
	e := parse.Event{Action: parse.ActionAttr, Test: "TestA/0", Key: protocol.AttrScenario}
	held := e
	held.Scenario, e.Value = &scenario, string(value)
	if got, want := string(held.Line()), string(e.Line()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
