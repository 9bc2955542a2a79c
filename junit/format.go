package junit

import (
	"math"
	"strconv"

	"github.com/jstemmer/go-junit-report/v2/junit"
)

// The types of go-junit-report name the elements and attributes. Those here embed them, and have the fields of
// their own that it lacks, that it leaves out when they are zero, or that it has elsewhere in the
// order of elements. All text that goes into them has been through [clean]. [writer] writes them as encoding/xml
// would.

type testsuites struct {
	junit.Testsuites
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Suites   []testsuite `xml:"testsuite"`

	seconds float64
}

type testsuite struct {
	junit.Testsuite
	Skipped   int           `xml:"skipped,attr"`
	Testcases []testcase    `xml:"testcase"`
	SystemOut *junit.Output `xml:"system-out,omitempty"`

	seconds   float64
	classname string // of its cases
}

type testcase struct {
	Name       string        `xml:"name,attr"`
	Classname  string        `xml:"classname,attr"`
	Time       string        `xml:"time,attr,omitempty"`
	File       string        `xml:"file,attr,omitempty"`
	Line       int           `xml:"line,attr,omitempty"`
	Properties *properties   `xml:"properties,omitempty"`
	Skipped    *junit.Result `xml:"skipped,omitempty"`
	Error      *result       `xml:"error,omitempty"`
	Failure    *result       `xml:"failure,omitempty"`
	Flaky      []rerun       `xml:"flakyFailure"`
	Reruns     []rerun       `xml:"rerunFailure"`

	test *test // nil where it stands for the package as a whole
}

type properties struct {
	Properties []junit.Property `xml:"property"`
}

// result is one whose type is written though nothing is known about it: some schemas require it.
type result struct {
	junit.Result
	Type string `xml:"type,attr"`
}

// add adds a suite and counts it.
func (t *testsuites) add(s testsuite) {
	s.ID = len(t.Suites)
	t.Suites = append(t.Suites, s)
	t.Tests += s.Tests
	t.Failures += s.Failures
	t.Errors += s.Errors
	t.Skipped += s.Skipped
	t.seconds += s.seconds
}

// add adds a case and counts it.
func (s *testsuite) add(c testcase) {
	c.Classname = s.classname
	s.Testcases = append(s.Testcases, c)
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

// set gives the case its outcome, with what was printed.
func (c *testcase) set(o outcome, printed string) {
	switch o.verdict {
	case failed:
		c.Failure = newResult(o.message, printed)
	case errored:
		c.Error = newResult(o.message, printed)
	case skipped:
		c.Skipped = &junit.Result{Message: clean(o.message), Data: clean(printed)}
	}
}

func newResult(message, printed string) *result {
	return &result{Result: junit.Result{Message: clean(message), Data: clean(printed)}}
}

// century is more than any run takes: what a damaged stream says beyond it is not a time.
const century = 100 * 365 * 24 * 60 * 60

// plausible returns the seconds if they are a time that something can take, else the nearest.
func plausible(seconds float64) float64 {
	if math.IsNaN(seconds) {
		return 0
	}
	return min(max(seconds, 0), century)
}

// secondsText returns seconds with three decimals.
func secondsText(seconds float64) string {
	return strconv.FormatFloat(seconds, 'f', 3, 64)
}
