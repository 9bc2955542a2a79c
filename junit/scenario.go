package junit

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// A scenario is what the report keeps of a [protocol.Scenario].
type scenario struct {
	sequence string
	executed string
	threads  string
	serial   bool
	cached   bool
	file     string
	line     int
	again    string // of one that failed in a batch: what became of it in a process of its own

	// What follows is there if Config.Turns is set.
	root   string             // as Config has it
	replay [2]string          // what the command has before and behind the scenario's label
	turns  *protocol.Scenario // of one that failed
}

// A scenarioReport is what the report reads of a [protocol.Scenario]: of its many turns, which nearly
// all of the value are, just the threads.
type scenarioReport struct {
	Version  int      `json:"version"`
	Call     int      `json:"call"`
	Sequence []int    `json:"sequence"`
	Threads  []string `json:"threads"`
	Turns    []turn   `json:"turns"`
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Cached   bool     `json:"cached"`
	Failed   bool     `json:"failed"`
	Replay   string   `json:"replay"`
	Again    string   `json:"again"`
}

type turn struct {
	Thread int `json:"thread"`
}

// whatIsRead returns what the report reads of a scenario.
func whatIsRead(s *protocol.Scenario) scenarioReport {
	report := scenarioReport{
		Version: s.Version, Call: s.Call, Sequence: s.Sequence, Threads: s.Threads, Turns: make([]turn, len(s.Turns)),
		File: s.File, Line: s.Line, Cached: s.Cached, Again: s.Again, Failed: s.Failed, Replay: s.Replay,
	}
	for i, t := range s.Turns {
		report.Turns[i].Thread = t.Thread
	}
	return report
}

// newScenario takes a report, and the sequence of the serial run of its call.
func (s *suite) newScenario(found scenarioReport, serial []int) *scenario {
	threads := make([]int, len(found.Turns))
	for i, turn := range found.Turns {
		threads[i] = turn.Thread
	}
	sequence, executed := permutations.Format(found.Sequence), permutations.Format(threads)
	if executed == sequence { // nearly always, and then one of the two strings is enough
		executed = sequence
	}
	return &scenario{
		sequence: sequence,
		executed: executed,
		threads:  s.share(threadsText(found.Threads)),
		serial:   isSerial(found.Sequence, serial),
		cached:   found.Cached,
		file:     s.share(relative(s.root, found.File)),
		line:     max(found.Line, 0),
		again:    s.share(found.Again),
	}
}

// isSerial reports whether a sequence is that of a serial run which took these turns. What that did not
// come to stands behind them in index order; where it is not known, that is the whole sequence.
func isSerial(sequence, serial []int) bool {
	n := len(serial)
	return len(sequence) >= n && slices.Equal(sequence[:n], serial) && slices.IsSorted(sequence[n:])
}

// threadsText returns the names as a JSON array.
func threadsText(names []string) string {
	if names == nil {
		names = []string{}
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(names); err != nil {
		panic("junit: names of threads that cannot be encoded: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// properties returns the properties of the scenario's test case.
func (s *scenario) properties() []junit.Property {
	properties := []junit.Property{
		{Name: "orchtest.sequence", Value: s.sequence},
		{Name: "orchtest.threads", Value: s.threads},
		{Name: "orchtest.executed", Value: s.executed},
	}
	if s.cached {
		properties = append(properties, junit.Property{Name: "orchtest.cached", Value: "true"})
	}
	if s.again != "" {
		properties = append(properties, junit.Property{Name: "orchtest.again", Value: s.again})
	}
	return properties
}

// explorationProperties returns those of a suite that say what became of each exploration.
func explorationProperties(tests []*test) []junit.Property {
	var properties []junit.Property
	for _, e := range explorations(tests) {
		name := "orchtest.exploration." + e.Test + protocol.Suffix(e.Call)
		properties = append(properties, junit.Property{Name: name, Value: parse.Summary(e.Exploration)})
	}
	return properties
}

// explorations returns those of all tests, in their order.
func explorations(tests []*test) []Explored {
	var all []Explored
	byCall := func(a, b protocol.Exploration) int { return cmp.Compare(a.Call, b.Call) }
	for _, t := range tests {
		for _, e := range slices.SortedStableFunc(slices.Values(t.explored), byCall) {
			all = append(all, Explored{t.name, e})
		}
	}
	return all
}

// A tally counts the scenarios of one orchestrated test.
type tally struct{ all, bad int }

// count returns the tally of every orchestrated test that has scenarios.
func count(tests []*test) map[*test]tally {
	tallies := map[*test]tally{}
	for _, t := range tests {
		if !t.isScenario() {
			continue
		}
		n := tallies[t.parent]
		n.all++
		if t.outcome().bad() {
			n.bad++
		}
		tallies[t.parent] = n
	}
	return tallies
}

// isCase reports whether the test has a test case of its own: an orchestrated one has not where its
// scenarios say everything.
func (t *test) isCase(scenarios tally) bool {
	return !t.planned || scenarios.all == 0 || (t.outcome().bad() && scenarios.bad == 0)
}

// text returns what the test printed. The serial scenario is the run in which the plan was made, and
// that printed under the name of the orchestrated test itself.
func (t *test) text() string {
	own := t.output.String(t.name)
	if t.isScenario() && t.scenario != nil && t.scenario.serial {
		return t.parent.output.String(t.parent.name) + own
	}
	return own
}
