package junit

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A Package is a testsuite of the report, for those who show it in another way than as XML. Its text is as
// clean as that of the XML.
type Package struct {
	Name    string
	Started time.Time // zero where the stream has no times
	Seconds float64
	Output  string // what it printed outside of its tests, if it failed
	Cases   []Case // in the order of the XML

	Explorations []Explored
}

// An Explored says what became of the exploration of a call of a test.
type Explored struct {
	Test string
	protocol.Exploration
}

// A Verdict is what became of a [Case].
type Verdict string

// The verdicts.
const (
	Passed  Verdict = "passed"
	Failed  Verdict = "failed"
	Errored Verdict = "errored"
	Skipped Verdict = "skipped"
)

// A Case is a testcase of the report.
type Case struct {
	Name     string
	Verdict  Verdict
	Message  string // of one that did not pass
	Output   string // of one that did not pass
	Seconds  float64
	File     string // "" where it is not known
	Line     int
	Whole    bool      // it stands for the package as a whole
	Scenario *Scenario // nil where it is none
	Hunt     *Hunt     // nil where it was not hunted; it is there only if Config.Turns is set
}

// A Scenario is what is known of a case that is one.
type Scenario struct {
	Test     string // the orchestrated test that it belongs to
	Label    string // its name within that test, as 0,1,0,1#01
	Executed string // whose turns were taken, in order
	Threads  []string

	// What follows is there only if Config.Turns is set.

	// Root is the folder that the paths of Turns are shown relative to.
	Root string

	// Replay has what the command that replays it has before and behind the label; both are "" where
	// none is known.
	Replay [2]string
	// Turns is the whole report of the library; nil where the scenario did not fail.
	Turns *protocol.Scenario
}

// Packages returns the testsuites of the report. What has no end in the stream by then did not finish.
func (r *Report) Packages() []Package {
	var all []Package
	threads, scenarios := threadNames{}, new(slab[Scenario])
	for _, each := range r.render() {
		s, suite := each.suite, &each.testsuite
		p := Package{
			Name: s.label(nil), Started: s.started, Seconds: suite.seconds,
			Explorations: explorations(s.sorted()), Cases: make([]Case, len(suite.Testcases)),
		}
		if suite.SystemOut != nil {
			p.Output = suite.SystemOut.Data
		}
		for i := range suite.Testcases {
			p.Cases[i] = suite.Testcases[i].plain(threads, scenarios)
		}
		all = append(all, p)
	}
	return all
}

// plain returns the case as those see it who know no XML.
func (c *testcase) plain(threads threadNames, scenarios *slab[Scenario]) Case {
	seconds, _ := strconv.ParseFloat(c.Time, 64) // we have made it
	plain := Case{
		Name: c.Name, Verdict: Passed, Seconds: seconds, File: c.File, Line: c.Line, Whole: c.test == nil,
	}
	set := func(v Verdict, found junit.Result) {
		plain.Verdict, plain.Message, plain.Output = v, found.Message, found.Data
	}
	switch {
	case c.Failure != nil:
		set(Failed, c.Failure.Result)
	case c.Error != nil:
		set(Errored, c.Error.Result)
	case c.Skipped != nil:
		set(Skipped, *c.Skipped)
	}
	if c.test != nil {
		plain.Hunt = c.test.hunt
	}
	if c.test != nil && c.test.isScenario() {
		plain.Scenario = scenarios.new()
		*plain.Scenario = c.test.plain(threads)
	}
	return plain
}

// plain returns what is known of a scenario.
func (t *test) plain(threads threadNames) Scenario {
	plain := Scenario{Test: clean(t.parent.name), Label: clean(strings.TrimPrefix(t.name, t.parent.name+"/"))}
	s := t.scenario
	if s == nil {
		return plain
	}
	plain.Executed, plain.Root, plain.Replay, plain.Turns = s.executed, s.root, s.replay, s.turns
	plain.Threads = threads.of(s.threads)
	return plain
}

// threadNames are the names of threads by the JSON array of them: many scenarios have the same.
type threadNames map[string][]string

func (n threadNames) of(text string) []string {
	names, known := n[text]
	if !known {
		if err := json.Unmarshal([]byte(text), &names); err != nil {
			panic("junit: names of threads that were encoded here: " + err.Error())
		}
		n[text] = names
	}
	return names
}

// keep keeps what [Config.Turns] asks for.
func (x *scenario) keep(s *suite, found scenarioReport, whole func() *protocol.Scenario) {
	x.root = s.root
	x.replay = s.replayOf(found.Replay, x.sequence+protocol.Suffix(found.Call))
	if found.Failed {
		x.turns = whole()
	}
}

// replayOf returns what a command has before and behind the label of its scenario.
func (s *suite) replayOf(command, label string) [2]string {
	before, behind := s.replay[0], s.replay[1] // nearly always the same
	if before != "" && len(command) == len(before)+len(label)+len(behind) &&
		strings.HasPrefix(command, before) && strings.HasPrefix(command[len(before):], label) && strings.HasSuffix(command, behind) {
		return s.replay
	}
	const flag = "--sequence "
	i := strings.Index(command, flag)
	if i < 0 {
		return [2]string{}
	}
	at := i + len(flag)
	if strings.HasPrefix(command[at:], "'") {
		at++
	}
	behind, found := strings.CutPrefix(command[at:], label)
	if !found {
		return [2]string{}
	}
	s.replay = [2]string{s.share(command[:at]), s.share(behind)}
	return s.replay
}
