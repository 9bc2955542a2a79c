package junit

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// reserved begins the keys that are not the user's.
const reserved = "orchtest."

// attributes are those of one test.
type attributes struct {
	user map[string]string
	// What came in parts so far; not needed any more once the test has ended.
	plan, scenario, exploration, hunt, finding protocol.Joiner
}

// trimmed returns what of the attributes is needed once the test has ended.
func (a *attributes) trimmed() *attributes {
	if a == nil || a.user == nil {
		return nil
	}
	return &attributes{user: a.user}
}

// attribute takes an attribute of a test. A value that is not what the key promises is passed over.
func (s *suite) attribute(t *test, key, value string) {
	if t.attrs == nil {
		t.attrs = &attributes{}
	}
	switch key {
	case protocol.AttrPlan:
		if plan, ok := read[protocol.Plan](&t.attrs.plan, value); ok && plan.Version <= protocol.Version {
			t.planned = true
		}
	case protocol.AttrScenario:
		text := joined(&t.attrs.scenario, value)
		if found, ok := decode[scenarioReport](text); ok && found.Version <= protocol.Version {
			s.reported(t, found, func() *protocol.Scenario {
				whole, _ := parse.DecodeScenario(text) // what cannot be read is not shown
				return whole
			})
		}
	case protocol.AttrExploration:
		if found, ok := read[protocol.Exploration](&t.attrs.exploration, value); ok && found.Version <= protocol.Version {
			t.explore(found)
		}
	case protocol.AttrHunt:
		if found, ok := read[protocol.Hunted](&t.attrs.hunt, value); ok && found.Version <= protocol.Version {
			t.hunted, t.file, t.line = huntedProperties(found), s.share(relative(s.root, found.File)), found.Line
			s.keepHunt(t, Hunt{Test: &found})
		}
	case protocol.AttrFinding:
		if found, ok := read[protocol.HuntFound](&t.attrs.finding, value); ok && found.Version <= protocol.Version {
			t.hunted, t.file, t.line = foundProperties(found), s.share(relative(s.root, found.File)), found.Line
			s.keepHunt(t, Hunt{Found: &found})
		}
	case protocol.AttrError:
		t.trouble = cmp.Or(clean(value), "could not be run")
	default:
		t.attrs.set(key, value)
	}
}

// reported takes the report of a scenario; whole returns all of it, nil where it cannot be read.
func (s *suite) reported(t *test, found scenarioReport, whole func() *protocol.Scenario) {
	t.scenario = s.newScenario(t, found, t.serialOf(found.Call))
	if s.turns {
		t.scenario.keep(s, found, whole)
	}
	if t.planned {
		t.ranSerial(found)
	}
}

// read returns the value of an attribute once all of its parts have come.
func read[T any](parts *protocol.Joiner, value string) (T, bool) {
	return decode[T](joined(parts, value))
}

// joined returns the text of an attribute once all of its parts have come; "" before.
func joined(parts *protocol.Joiner, value string) string {
	whole, complete, err := parts.Add(value)
	if err != nil || !complete {
		return ""
	}
	return whole
}

func decode[T any](text string) (v T, ok bool) {
	err := json.Unmarshal([]byte(text), &v)
	return v, err == nil
}

// ranSerial keeps the sequence of the serial run of a call, which an orchestrated test itself reports.
func (t *test) ranSerial(found scenarioReport) {
	if t.serial == nil {
		t.serial = map[int][]int{}
	}
	t.serial[found.Call] = found.Sequence
}

// serialOf returns the sequence of the serial run of a call, as the test that a scenario is a subtest of
// reported it.
func (t *test) serialOf(call int) []int {
	if t.parent == nil {
		return nil
	}
	return t.parent.serial[call]
}

// explore keeps what became of the exploration of one call; the latest word about it counts.
func (t *test) explore(found protocol.Exploration) {
	same := func(e protocol.Exploration) bool { return e.Call == found.Call }
	if i := slices.IndexFunc(t.explored, same); i >= 0 {
		t.explored[i] = found
		return
	}
	t.explored = append(t.explored, found)
}

// set keeps an attribute of the user.
func (a *attributes) set(key, value string) {
	if strings.HasPrefix(key, reserved) {
		return
	}
	if a.user == nil {
		a.user = map[string]string{}
	}
	a.user[key] = value
}
