package junit

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/orchtest/orchtest/parse"
)

// render returns the suite as it is written.
func (s *suite) render(c Config, builds *builds) testsuite {
	out := testsuite{seconds: s.seconds(), classname: s.label(c.Classname)}
	out.Name = s.label(c.SuiteName)
	out.Hostname = clean(c.Hostname)
	out.Time = secondsText(out.seconds)
	if !s.started.IsZero() {
		out.Timestamp = s.started.Format(time.RFC3339)
	}
	tests := s.sorted()
	if all := s.properties(c, tests); len(all) > 0 {
		out.Testsuite.Properties = &all
	}
	s.renderPackage(&out, builds, s.renderTests(&out, tests))
	return out
}

// sorted returns the tests by name. Several reports may ask, and for thousands it takes a while.
func (s *suite) sorted() []*test {
	if len(s.ordered) != len(s.tests) {
		s.ordered = sorted(s.tests)
	}
	return s.ordered
}

// renderTests adds the cases of the tests, and reports whether one of them is bad.
func (s *suite) renderTests(out *testsuite, tests []*test) (bad bool) {
	tallies := count(tests)
	reruns := rerunsOf(tests)
	out.Testcases = make([]testcase, 0, len(tests)+1)
	for _, t := range tests {
		if t.again > 0 && reruns[t.name] != nil {
			continue // it stands with the first run
		}
		if !t.isCase(tallies[t]) || s.leaves(t, tallies[t]) {
			continue
		}
		c := s.renderTest(t)
		flaky := reruns[t.name].addTo(&c)
		out.add(c)
		bad = bad || t.outcome().bad() && !flaky
	}
	return bad
}

// renderPackage adds what the package printed outside of its tests, if it did not pass: as a case
// where no other shows that.
func (s *suite) renderPackage(out *testsuite, builds *builds, bad bool) {
	printed := s.output.String("")
	compiler, unbuilt := builds.failure(s)
	switch {
	case unbuilt:
		if compiler == "" {
			compiler = printed
		}
		out.add(packageCase(buildCase(printed), outcome{failed, "Failed"}, compiler))
	case s.action == parse.ActionPass || s.action == parse.ActionSkip:
		return
	case bad:
		if rest := clean(withoutVerdict(printed)); strings.TrimSpace(rest) != "" {
			out.SystemOut = &junit.Output{Data: rest}
		}
	case s.action == parse.ActionFail:
		out.add(packageCase("[package failed]", outcome{errored, "the package failed, and no test of it did"}, printed))
	default:
		out.add(packageCase("[package did not finish]", outcome{errored, "did not finish"}, printed))
	}
}

// leaves reports whether a test is left to another shard, and nothing is to be said of it here.
func (s *suite) leaves(t *test, scenarios tally) bool {
	switch {
	case t.isScenario() || t.outcome().bad():
		return false
	case t.planned:
		return scenarios.all == 0 && len(t.explored) > 0 && t.explored[0].Shard != nil
	}
	return s.left
}

// packageCase returns a case that stands for the package as a whole.
func packageCase(name string, o outcome, printed string) testcase {
	c := testcase{Name: clean(name), Time: secondsText(0)}
	c.set(o, printed)
	return c
}

// renderTest returns the case of a test.
func (s *suite) renderTest(t *test) testcase {
	name := cmp.Or(clean(t.name), "[no name]")
	c := testcase{Name: name, Time: s.testTime(t), test: t}
	var all []junit.Property
	if t.isScenario() && t.scenario != nil {
		c.File = clean(t.scenario.file)
		c.Line = t.scenario.line
		all = t.scenario.properties()
	}
	if t.hunted != nil {
		c.File, c.Line = clean(t.file), t.line
		all = append(all, t.hunted...)
	}
	if t.attrs != nil {
		all = append(all, sortedProperties(t.attrs.user)...)
	}
	if len(all) > 0 {
		c.Properties = &properties{cleaned(all)}
	}
	switch o := t.outcome(); {
	case o.verdict == skipped:
		reason := strings.TrimSpace(t.text())
		c.set(outcome{skipped, reason}, reason)
	case o.bad():
		c.set(o, t.text())
	}
	return c
}

// label is the name of the suite, or the classname of its cases: readers refuse an empty one.
func (s *suite) label(write func(importPath string) string) string {
	name := s.name
	if write != nil && name != "" {
		name = write(name)
	}
	return cmp.Or(clean(name), "[no package]")
}

// properties returns the configured ones, and those of the explorations.
func (s *suite) properties(c Config, tests []*test) []junit.Property {
	all := sortedProperties(c.Properties)
	if s.shard != "" {
		all = append(all, junit.Property{Name: "orchtest.shard", Value: s.shard})
	}
	return cleaned(append(all, explorationProperties(tests)...))
}

// sortedProperties returns the values by name.
func sortedProperties(values map[string]string) []junit.Property {
	var all []junit.Property
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, junit.Property{Name: name, Value: values[name]})
	}
	return all
}

// cleaned cleans the properties in place.
func cleaned(all []junit.Property) []junit.Property {
	for i, p := range all {
		all[i] = junit.Property{Name: clean(p.Name), Value: clean(p.Value)}
	}
	return all
}

// seconds returns how long the package took: as it says, or until its latest event.
func (s *suite) seconds() float64 {
	if s.elapsed != nil {
		return plausible(*s.elapsed)
	}
	return plausible(s.last.Sub(s.started).Seconds())
}

// testTime returns how long a test took, or has been running at the latest event.
func (s *suite) testTime(t *test) string {
	switch {
	case t.elapsed != nil:
		return secondsText(plausible(*t.elapsed))
	case t.started.IsZero():
		return secondsText(0)
	}
	return secondsText(plausible(s.last.Sub(t.started).Seconds()))
}

// withoutVerdict returns what a package printed without what go test and the testing package say
// about every package that failed.
func withoutVerdict(printed string) string {
	var b strings.Builder
	for line := range strings.Lines(printed) {
		trimmed := strings.TrimRight(line, "\r\n")
		verdict := trimmed == "PASS" || trimmed == "FAIL" || strings.HasPrefix(trimmed, "FAIL\t") ||
			strings.HasPrefix(trimmed, "exit status ") || strings.HasPrefix(trimmed, "coverage: ")
		if !verdict {
			b.WriteString(line)
		}
	}
	return b.String()
}
