// Package junit turns the event stream of an orchtest run into a JUnit XML report.
//
// The stream is one of `go test -json`, in which the scenarios of an orchestrated test are its
// subtests. A [Report] takes it event by event and writes the file at the end:
//
//	report := junit.New(junit.Config{Root: folder})
//	for _, event := range events {
//		report.Add(event)
//	}
//	err := report.WriteXML(file)
//
// What stands in the file:
//
//   - One testsuite per package, sorted by import path; an empty one for a package without tests. In
//     it the test cases, sorted by name, the scenarios of a test by call and sequence. So the order in
//     which packages and tests were done makes no difference to the file.
//   - The classname of a case is its package, never empty; its name is the one in the stream.
//   - An orchestrated test is its scenarios: each is a case with the file and line of the call and
//     the properties orchtest.sequence ("0,1,0,1"), orchtest.threads (a JSON array, which survives any
//     name) and orchtest.executed ("0,1,1"), and where it failed in a batch orchtest.again, what became of it
//     in a process of its own (pass, fail, skip, error). What became of the exploration is a property of the
//     suite, orchtest.exploration.TestX. The test has a case of its own only where something would be
//     lost otherwise: it failed, or did not finish, and no scenario of it shows that, or there is no
//     scenario of it at all.
//   - Every other test is a case, the parents of subtests and benchmarks too. Its attributes are
//     properties, but for those whose key begins with "orchtest.".
//   - A case that failed has a failure with what it printed, without the framing of the testing
//     package. What was begun and not finished, and what could not be run, is an error. A skipped
//     case has the reason, both as attribute and as text, since readers take one or the other. A case
//     that passed has no output.
//   - Where tests that failed were run again, each is the case of its first run. If it passed at last, the case did,
//     with a flakyFailure for each failure; else it has a rerunFailure for each further one, as Maven's Surefire writes it.
//   - A package that was not built is a failed case, "[build failed]" or "[setup failed]", with the
//     compiler's text. A package that failed without a failed test is the errored case
//     "[package failed]", and one whose end is missing "[package did not finish]". Where a failed
//     package has failed tests, what it printed outside of them is the suite's system-out.
//   - Where the run is one of several shards, which one is a property of the suite, orchtest.shard. A test that
//     is another shard's, or of which all scenarios are, has no case, unless it failed.
//   - The counts in the attributes are those of the cases in the file.
//   - The file is well-formed XML 1.0 whatever was printed and however tests are named: ANSI escape
//     sequences are left out, a carriage return is a line feed, a character that XML forbids is
//     U+FFFD. All other text survives, `]]>` too.
//
// Limits: the times of a stream are taken as they are. The output of a test is kept until the test
// has passed, that of one that failed until the end. The report has the attributes file and line and
// the properties of test cases, which GitLab, CircleCI and the junit step of Jenkins read or
// pass over; the strict schema of Jenkins' separate xunit plugin refuses them.
package junit

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/orchtest/orchtest/parse"
)

// A Config says what the stream does not. Its zero value is a valid one.
type Config struct {
	// Root is the folder that the files of test cases are written relative to, with slashes. A file
	// that is not below it, and every file where Root is empty, is written as the stream has it.
	Root string
	// Name is that of the report as a whole; none where it is empty.
	Name string
	// SuiteName and Classname write the import path of a package, as the name of its suite and as the classname of its
	// cases. It is written as it is where they are nil.
	SuiteName, Classname func(importPath string) string
	// HideEmpty leaves out the suites that have no case.
	HideEmpty bool
	// Hostname is the attribute of every suite; none where it is empty.
	Hostname string
	// Properties are those of every suite, as go.version; none where it is nil.
	Properties map[string]string
	// Turns keeps what [Report.Packages] says of scenarios and WriteXML does not: the turns of those that
	// failed, and the commands that replay them; and what hunts reported.
	Turns bool
}

// A Report takes the events of a stream and writes them as JUnit XML. It is made by [New] and must
// be used by one goroutine at a time.
type Report struct {
	config Config
	suites map[string]*suite // by package
	builds builds

	// rendered are the suites as they are written, in that order; nil until somebody asks. Several may.
	rendered []rendered
}

// rendered is a suite as it is written.
type rendered struct {
	*suite
	testsuite
}

// New returns a report without events.
func New(c Config) *Report {
	return &Report{config: c, suites: map[string]*suite{}, builds: builds{byPath: map[string]*build{}}}
}

// Add takes the next event. An event whose action it does not know changes nothing.
func (r *Report) Add(e parse.Event) {
	if e.Action == parse.ActionAttr && e.Package == "" {
		return // of the stream as a whole
	}
	r.rendered = nil
	switch e.Action {
	case parse.ActionBuildOutput, parse.ActionBuildFail:
		r.builds.add(e)
	case parse.ActionStart, parse.ActionRun, parse.ActionPause, parse.ActionCont, parse.ActionPass,
		parse.ActionFail, parse.ActionSkip, parse.ActionBench, parse.ActionOutput, parse.ActionAttr:
		r.suite(e.Package).add(e)
	case parse.ActionArtifacts:
		// Where a test left files says nothing about its verdict.
	}
}

// WriteXML writes the report. What has no end in the stream by then did not finish.
func (r *Report) WriteXML(w io.Writer) error {
	var root testsuites
	root.Name = clean(r.config.Name)
	for _, each := range r.render() {
		if each.Tests > 0 || !r.config.HideEmpty {
			root.add(each.testsuite)
		}
	}
	if err := root.writeXML(w); err != nil {
		return fmt.Errorf("write JUnit XML: %w", err)
	}
	return nil
}

// render returns the suites as they are written, in that order.
func (r *Report) render() []rendered {
	if r.rendered != nil {
		return r.rendered
	}
	r.claimBuilds()
	for _, name := range slices.Sorted(maps.Keys(r.suites)) {
		s := r.suites[name]
		r.rendered = append(r.rendered, rendered{s, s.render(r.config, &r.builds)})
	}
	return r.rendered
}

// SetRoot sets what the files of test cases in the events to come are written relative to; see [Config]. The
// streams of shards may come from different folders.
func (r *Report) SetRoot(folder string) {
	r.config.Root = folder
	r.rendered = nil
	for _, s := range r.suites {
		s.root, s.files = folder, map[string]string{}
	}
}

// suite returns the suite of a package, which it makes where there is none.
func (r *Report) suite(name string) *suite {
	s := r.suites[name]
	if s == nil {
		s = newSuite(name, r.config.Root)
		s.turns = r.config.Turns
		r.suites[name] = s
	}
	return s
}
