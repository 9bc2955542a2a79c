package junit

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/orchtest/orchtest/parse"
)

// A document is a report as a reader takes it in. Its types share nothing with those that write it.
type document struct {
	XMLName  xml.Name        `xml:"testsuites"`
	Tests    string          `xml:"tests,attr"`
	Failures string          `xml:"failures,attr"`
	Errors   string          `xml:"errors,attr"`
	Skipped  string          `xml:"skipped,attr"`
	Time     string          `xml:"time,attr"`
	Suites   []documentSuite `xml:"testsuite"`
}

type documentSuite struct {
	Name       string             `xml:"name,attr"`
	Tests      string             `xml:"tests,attr"`
	Failures   string             `xml:"failures,attr"`
	Errors     string             `xml:"errors,attr"`
	Skipped    string             `xml:"skipped,attr"`
	Time       string             `xml:"time,attr"`
	Timestamp  string             `xml:"timestamp,attr"`
	Hostname   string             `xml:"hostname,attr"`
	ID         string             `xml:"id,attr"`
	Properties []documentProperty `xml:"properties>property"`
	Cases      []documentCase     `xml:"testcase"`
	SystemOut  string             `xml:"system-out"`
}

type documentCase struct {
	Name       string             `xml:"name,attr"`
	Classname  string             `xml:"classname,attr"`
	Time       string             `xml:"time,attr"`
	File       string             `xml:"file,attr"`
	Line       string             `xml:"line,attr"`
	Properties []documentProperty `xml:"properties>property"`
	Failure    *documentVerdict   `xml:"failure"`
	Error      *documentVerdict   `xml:"error"`
	Skipped    *documentVerdict   `xml:"skipped"`
}

type documentProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type documentVerdict struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// verdict returns what the case says of the test, as "failure: Failed".
func (c documentCase) verdict() string {
	switch {
	case c.Failure != nil:
		return "failure: " + c.Failure.Message
	case c.Error != nil:
		return "error: " + c.Error.Message
	case c.Skipped != nil:
		return "skipped: " + c.Skipped.Message
	}
	return "passed"
}

// text returns the text of the case's verdict.
func (c documentCase) text() string {
	for _, v := range []*documentVerdict{c.Failure, c.Error, c.Skipped} {
		if v != nil {
			return v.Text
		}
	}
	return ""
}

// written returns the report of the events, read back and checked.
func written(t *testing.T, c Config, events ...parse.Event) document {
	t.Helper()
	r := New(c)
	for _, e := range events {
		r.Add(e)
	}
	var b bytes.Buffer
	if err := r.WriteXML(&b); err != nil {
		t.Fatalf("WriteXML: %v", err)
	}
	return checked(t, b.Bytes())
}

// A reporter is what the checks tell what is wrong: a testing.T or a rapid.T.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// checked reads the file, and checks everything that is true of every report.
func checked(t reporter, file []byte) document {
	t.Helper()
	if err := wellFormed(file); err != nil {
		t.Fatalf("the report is not well-formed XML 1.0: %v\n%s", err, file)
	}
	var d document
	if err := xml.Unmarshal(file, &d); err != nil {
		t.Fatalf("the report cannot be read: %v\n%s", err, file)
	}
	var all counts
	for _, s := range d.Suites {
		var n counts
		if s.Name == "" {
			t.Errorf("a suite has no name")
		}
		checkTime(t, s.Time)
		for _, c := range s.Cases {
			n.count(c)
			if c.Classname != s.Name {
				t.Errorf("case %q of suite %q: classname %q", c.Name, s.Name, c.Classname)
			}
			if c.Name == "" {
				t.Errorf("a case of suite %q has no name", s.Name)
			}
			checkTime(t, c.Time)
		}
		if got, want := [4]string{s.Tests, s.Failures, s.Errors, s.Skipped}, n.attributes(); got != want {
			t.Errorf("suite %q: tests, failures, errors and skipped are %q, its cases are %q", s.Name, got, want)
		}
		all.add(n)
	}
	checkTime(t, d.Time)
	if got, want := [4]string{d.Tests, d.Failures, d.Errors, d.Skipped}, all.attributes(); got != want {
		t.Errorf("tests, failures, errors and skipped are %q, the cases are %q", got, want)
	}
	return d
}

// counts are of cases.
type counts struct{ tests, failures, errors, skipped int }

func (n *counts) count(c documentCase) {
	n.tests++
	for v, of := range map[*documentVerdict]*int{c.Failure: &n.failures, c.Error: &n.errors, c.Skipped: &n.skipped} {
		if v != nil {
			*of++
		}
	}
}

func (n *counts) add(more counts) {
	n.tests += more.tests
	n.failures += more.failures
	n.errors += more.errors
	n.skipped += more.skipped
}

func (n counts) attributes() [4]string {
	return [4]string{fmt.Sprint(n.tests), fmt.Sprint(n.failures), fmt.Sprint(n.errors), fmt.Sprint(n.skipped)}
}

var threeDecimals = regexp.MustCompile(`^[0-9]+\.[0-9]{3}$`)

func checkTime(t reporter, time string) {
	t.Helper()
	if !threeDecimals.MatchString(time) {
		t.Errorf("time %q is not a number of seconds with three decimals", time)
	}
}

// checkUnique checks that no two cases of a suite have one name.
func checkUnique(t *testing.T, d document) {
	t.Helper()
	for _, s := range d.Suites {
		seen := map[string]bool{}
		for _, c := range s.Cases {
			if seen[c.Name] {
				t.Errorf("suite %q has two cases %q", s.Name, c.Name)
			}
			seen[c.Name] = true
		}
	}
}

// characterReference finds what stands for a character: the decoder of encoding/xml takes a
// reference to a character that XML 1.0 forbids.
var characterReference = regexp.MustCompile(`&#(x?)([0-9A-Fa-f]+);`)

// wellFormed reads all of the file, and looks at every byte of it.
func wellFormed(file []byte) error {
	if !utf8.Valid(file) {
		return fmt.Errorf("it is not UTF-8")
	}
	for i, r := range string(file) {
		if !allowed(r) {
			return fmt.Errorf("byte %d is the character %U", i, r)
		}
	}
	for _, reference := range characterReference.FindAllSubmatch(file, -1) {
		var r rune
		format := "%d"
		if len(reference[1]) > 0 {
			format = "%x"
		}
		if _, err := fmt.Sscanf(string(reference[2]), format, &r); err != nil || !allowed(r) {
			return fmt.Errorf("reference %s", reference[0])
		}
	}
	d := xml.NewDecoder(bytes.NewReader(file))
	for {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// allowed is production 2 of XML 1.0, in words of its own.
func allowed(r rune) bool {
	return strings.ContainsRune("\t\n\r", r) || (r >= 0x20 && r < 0xD800) ||
		(r >= 0xE000 && r < 0xFFFE) || (r >= 0x10000 && r <= 0x10FFFF)
}

// suite returns the only suite.
func (d document) suite(t *testing.T) documentSuite {
	t.Helper()
	if len(d.Suites) != 1 {
		t.Fatalf("the report has %d suites, want 1", len(d.Suites))
	}
	return d.Suites[0]
}

// named returns the only case of that name.
func (s documentSuite) named(t *testing.T, name string) documentCase {
	t.Helper()
	var found []documentCase
	for _, c := range s.Cases {
		if c.Name == name {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		t.Fatalf("suite %q has %d cases %q among %q, want 1", s.Name, len(found), name, s.names())
	}
	return found[0]
}

func (s documentSuite) names() []string {
	names := make([]string, len(s.Cases))
	for i, c := range s.Cases {
		names[i] = c.Name
	}
	return names
}

// verdicts returns name and verdict of every case, in order.
func (s documentSuite) verdicts() []string {
	verdicts := make([]string, len(s.Cases))
	for i, c := range s.Cases {
		verdicts[i] = c.Name + " " + c.verdict()
	}
	return verdicts
}
