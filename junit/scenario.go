package junit

import (
	"cmp"
	"encoding/json"
	"iter"
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

	whole *protocol.Scenario // has the turns; nil where Turns has them
}

type turn struct {
	Thread int `json:"thread"`
}

// whatIsRead returns what the report reads of a scenario.
func whatIsRead(s *protocol.Scenario) scenarioReport {
	return scenarioReport{
		Version: s.Version, Call: s.Call, Sequence: s.Sequence, Threads: s.Threads, whole: s,
		File: s.File, Line: s.Line, Cached: s.Cached, Again: s.Again, Failed: s.Failed, Replay: s.Replay,
	}
}

// taken returns whose turns were taken, in order.
func (r scenarioReport) taken() iter.Seq[int] {
	return func(yield func(int) bool) {
		if r.whole != nil {
			for _, t := range r.whole.Turns {
				if !yield(t.Thread) {
					return
				}
			}
			return
		}
		for _, t := range r.Turns {
			if !yield(t.Thread) {
				return
			}
		}
	}
}

// asPlanned reports whether the turns were taken as the sequence has them.
func (r scenarioReport) asPlanned() bool {
	i := 0
	for thread := range r.taken() {
		if i == len(r.Sequence) || r.Sequence[i] != thread {
			return false
		}
		i++
	}
	return i == len(r.Sequence)
}

// newScenario takes the report of a test, and the sequence of the serial run of its call.
func (s *suite) newScenario(t *test, found scenarioReport, serial []int) *scenario {
	sequence := sequenceText(t, found.Sequence)
	executed := sequence // nearly always
	if !found.asPlanned() {
		executed = permutations.Format(slices.Collect(found.taken()))
	}
	made := s.slabs.scenarios.new()
	*made = scenario{
		sequence: sequence,
		executed: executed,
		threads:  s.threads.text(found.Threads),
		serial:   isSerial(found.Sequence, serial),
		cached:   found.Cached,
		file:     s.relative(found.File),
		line:     max(found.Line, 0),
		again:    s.share(found.Again),
	}
	return made
}

// sequenceText returns the text of a sequence. Nearly always it is the end of the test's name, and then it is no
// other string.
func sequenceText(t *test, sequence []int) string {
	if t.parent != nil {
		if rest := t.name[len(t.parent.name):]; isPlain(rest) && len(rest) == 2*len(sequence) && same(rest, sequence) {
			return rest[1:]
		}
	}
	return permutations.Format(sequence)
}

// same reports whether the rest of a name, which [isPlain], is that of a sequence of the same length.
func same(rest string, sequence []int) bool {
	for i, thread := range sequence {
		if int(rest[2*i+1]-'0') != thread {
			return false
		}
	}
	return true
}

// isSerial reports whether a sequence is that of a serial run which took these turns. What that did not
// come to stands behind them in index order; where it is not known, that is the whole sequence.
func isSerial(sequence, serial []int) bool {
	n := len(serial)
	return len(sequence) >= n && slices.Equal(sequence[:n], serial) && slices.IsSorted(sequence[n:])
}

// namesText is the text of the names of threads: one scenario after the other has the same.
type namesText struct {
	names []string
	last  string
}

func (n *namesText) text(names []string) string {
	if n.last == "" || !slices.Equal(n.names, names) {
		n.names, n.last = slices.Clone(names), threadsText(names)
	}
	return n.last
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
		if len(t.explored) == 0 {
			continue // as nearly all
		}
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
