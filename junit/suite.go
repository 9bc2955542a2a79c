package junit

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A suite is what the stream said about one package.
type suite struct {
	name    string
	root    string    // of the files
	turns   bool      // as Config has it
	started time.Time // zero where the stream has no times
	last    time.Time // of the latest event
	elapsed *float64  // seconds, as the package's end has them
	action  string    // of the package's end, a fail once there was one; empty before
	output  text      // outside of any test
	build   string    // import path of the build that failed

	again int // which time tests that failed are run again; 0 while they are not

	shard string // of several, 1/4; empty where the run is none
	left  bool   // the tests that are not orchestrated are another shard's

	tests     []*test          // in the order in which they began
	ordered   []*test          // by name; of fewer tests until somebody asks
	latest    map[string]*test // by name
	benchmark *test            // the latest that began, and may run still

	slabs struct {
		tests     slab[test]
		scenarios slab[scenario]
	}

	// shared has the strings that many scenarios have in common.
	shared  map[string]string
	threads namesText
	replay  [2]string         // of the latest scenario
	files   map[string]string // as they are shown, by what the stream has
}

func newSuite(name, root string) *suite {
	return &suite{name: name, root: root, latest: map[string]*test{}, shared: map[string]string{}, files: map[string]string{}}
}

// add takes an event of the package or of one of its tests.
func (s *suite) add(e parse.Event) {
	if e.Time != nil {
		if s.started.IsZero() {
			s.started = *e.Time
		}
		s.last = *e.Time
	}
	if e.Test == "" {
		s.addPackage(e)
		return
	}
	switch e.Action {
	case parse.ActionRun:
		s.begin(e.Test)
	case parse.ActionPass, parse.ActionFail, parse.ActionSkip:
		s.end(e.Test, e.Action, e.Elapsed)
	case parse.ActionBench:
		s.end(e.Test, parse.ActionPass, e.Elapsed)
	case parse.ActionOutput:
		s.print(e.Test, e.Output)
	case parse.ActionAttr:
		switch t := s.latest[e.Test]; {
		case t == nil:
		case e.Scenario != nil:
			s.reported(t, whatIsRead(e.Scenario), func() *protocol.Scenario { return e.Scenario })
		default:
			s.attribute(t, e.Key, e.Value)
		}
	case parse.ActionStart, parse.ActionPause, parse.ActionCont:
		// A test that waits for its turn is one that runs.
	}
}

// addPackage takes an event of the package itself.
func (s *suite) addPackage(e parse.Event) {
	switch e.Action {
	case parse.ActionPass, parse.ActionFail, parse.ActionSkip:
		s.endPackage(e)
	case parse.ActionOutput:
		if benchmarksEnd(e.Output) {
			s.endBenchmarks("")
		}
		s.output.add(e.Output, "")
	case parse.ActionAttr:
		if e.Key == protocol.AttrRerun {
			s.again, _ = strconv.Atoi(e.Value)
			s.action, s.output = "", text{} // the end of these counts
		}
		var record protocol.ShardRecord
		if e.Key == protocol.AttrShard && json.Unmarshal([]byte(e.Value), &record) == nil {
			s.shard, s.left = record.Shard.String(), record.Left
		}
	case parse.ActionStart, parse.ActionRun, parse.ActionPause, parse.ActionCont, parse.ActionBench:
		// None of these says more about a package than that it is there.
	}
}

// endPackage ends the package. A path that occurs twice, as in two streams one after the other, has
// failed if it did so once.
func (s *suite) endPackage(e parse.Event) {
	if s.action != parse.ActionFail {
		s.action = e.Action
	}
	if e.Elapsed != nil {
		sum := *e.Elapsed
		if s.elapsed != nil {
			sum += *s.elapsed
		}
		s.elapsed = &sum
	}
	if e.FailedBuild != "" {
		s.build = e.FailedBuild
	}
	if s.action != parse.ActionFail {
		s.endBenchmarks("")
		s.output = text{}
	}
}

// begin makes the next test of that name.
func (s *suite) begin(name string) *test {
	t := s.slabs.tests.new()
	*t = test{name: name, started: s.last, again: s.again, parent: s.latest[parentName(name)]}
	s.tests = append(s.tests, t)
	s.latest[name] = t
	if isBenchmark(name) {
		s.endBenchmarks(name)
		s.benchmark = t
	}
	return t
}

// end ends the test of that name that runs.
func (s *suite) end(name, action string, elapsed *float64) {
	t := s.latest[name]
	if t == nil || t.action != "" {
		t = s.begin(name)
	}
	t.end(action, elapsed, s.last)
	if t.isScenario() {
		delete(s.latest, name) // nothing is said of it any more, and there may be very many
	}
}

// print takes what a test printed. What comes after the test's end, or from a test that never
// began, is the package's.
func (s *suite) print(name, output string) {
	if t := s.latest[name]; t != nil && t.action == "" {
		t.output.add(output, name)
		return
	}
	s.output.add(output, name)
}

// share returns a string equal to value that it returned before, so that value itself is not kept.
func (s *suite) share(value string) string {
	if known, ok := s.shared[value]; ok {
		return known
	}
	s.shared[value] = value
	return value
}

// relative returns a file as it is shown.
func (s *suite) relative(file string) string {
	shown, known := s.files[file]
	if !known {
		shown = relative(s.root, file)
		s.files[file] = shown
	}
	return shown
}

// parentName returns the name of the test that this one is a subtest of; empty where there is none.
func parentName(name string) string {
	return name[:max(strings.LastIndexByte(name, '/'), 0)]
}
