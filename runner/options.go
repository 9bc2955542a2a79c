package runner

import (
	"path"
	"slices"
	"strings"

	"github.com/google/shlex"
	"gotest.tools/gotestsum/testjson"

	"github.com/orchtest/orchtest/junit"
)

// ReportOptions are the options of gotestsum that decide what is said of a run once it is over. Its zero value
// says everything, and as gotestsum does by default.
type ReportOptions struct {
	HideSummary []string // sections that the summary leaves out: of SummarySections
	PostRun     string   // a command, as a shell splits it, that is run at the end; "" is none

	JUnitSuiteName string // how the name of a suite is written: one of JUnitNames; "" is "full"
	JUnitClassname string // how the classname of a case is, likewise
	JUnitProject   string // the name of the report; "" is none
	JUnitHideEmpty bool   // leave out packages without tests
}

// SummarySections are the sections that can be hidden.
func SummarySections() []string {
	return append(strings.Split(testjson.SummarizeAll.String(), ","), "all")
}

// JUnitNames are the ways in which an import path is written: as it is, without the path of the module, and just
// its last element.
func JUnitNames() []string { return []string{"full", "relative", "short"} }

func (o ReportOptions) check() error {
	for _, section := range o.HideSummary {
		if !slices.Contains(append(SummarySections(), "none"), section) {
			return usagef("--hide-summary %s: there is no such section; there are: %s", section, strings.Join(SummarySections(), ", "))
		}
	}
	for _, each := range []struct{ flag, value string }{
		{"--junitfile-testsuite-name", o.JUnitSuiteName}, {"--junitfile-testcase-classname", o.JUnitClassname},
	} {
		if each.value != "" && !slices.Contains(JUnitNames(), each.value) {
			return usagef("%s %s: there is no such way to write a name; there are: %s", each.flag, each.value, strings.Join(JUnitNames(), ", "))
		}
	}
	if _, err := shlex.Split(o.PostRun); err != nil {
		return usagef("--post-run-command %s: %w", o.PostRun, err)
	}
	return nil
}

// sections are those that the summary has.
func (o ReportOptions) sections() testjson.Summary {
	shown := testjson.SummarizeAll
	for _, name := range o.HideSummary {
		section, _ := testjson.NewSummary(name)
		shown &^= section
	}
	return shown
}

// junit is what a JUnit report is made with.
func (o ReportOptions) junit(root string) junit.Config {
	return junit.Config{
		Root: root, Name: o.JUnitProject, HideEmpty: o.JUnitHideEmpty,
		SuiteName: naming(o.JUnitSuiteName), Classname: naming(o.JUnitClassname),
	}
}

// naming returns what writes an import path in this way; nil where it is written as it is.
func naming(way string) func(string) string {
	switch way {
	case "relative":
		return testjson.RelativePackagePath
	case "short":
		return path.Base
	}
	return nil
}
