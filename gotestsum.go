package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/orchtest/orchtest/runner"
)

// reportFlags are those of gotestsum's flags that decide what is said of a run once it is over. They have
// gotestsum's names.
func reportFlags() []cli.Flag {
	names := "`NAME` is " + strings.Join(runner.JUnitNames(), ", ")
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "hide-summary",
			Usage: "leave `SECTIONS` out of the summary: " + strings.Join(runner.SummarySections(), ", ")},
		&cli.StringFlag{Name: "junitfile-testsuite-name", DefaultText: "full",
			Usage: "write the name of a package so as that of its suite in the JUnit file: " + names},
		&cli.StringFlag{Name: "junitfile-testcase-classname", DefaultText: "full",
			Usage: "write it so as the classname of its test cases: " + names},
		&cli.StringFlag{Name: "junitfile-project-name", EnvVars: []string{"ORCHTEST_JUNITFILE_PROJECT_NAME"},
			Usage: "give the JUnit file the name `NAME`"},
		&cli.BoolFlag{Name: "junitfile-hide-empty-pkg", EnvVars: []string{"ORCHTEST_JUNITFILE_HIDE_EMPTY_PKG"},
			Usage: "leave packages without tests out of the JUnit file"},
		&cli.StringFlag{Name: "post-run-command",
			Usage: "run `COMMAND` at the end, unless interrupted, with TESTS_TOTAL, TESTS_FAILED, SCENARIOS_FAILED, … in its environment"},
	}
}

// reportOptions are what the reportFlags say.
func reportOptions(c *cli.Context) runner.ReportOptions {
	return runner.ReportOptions{
		HideSummary:    c.StringSlice("hide-summary"),
		JUnitSuiteName: c.String("junitfile-testsuite-name"),
		JUnitClassname: c.String("junitfile-testcase-classname"),
		JUnitProject:   c.String("junitfile-project-name"),
		PostRun:        c.String("post-run-command"),
		JUnitHideEmpty: c.Bool("junitfile-hide-empty-pkg"),
	}
}

// rerunFlags are those of gotestsum that run tests again.
func rerunFlags() []cli.Flag {
	return []cli.Flag{
		&cli.GenericFlag{Name: "rerun-fails", Value: new(times), DefaultText: "not at all; without =N twice",
			Usage: "run an ordinary test that failed again, up to `N` times until it passes: --rerun-fails=N"},
		&cli.IntFlag{Name: "rerun-fails-max-failures", Value: runner.DefaultRerunMaxFailures,
			Usage: "run no test again if more than `N` have failed"},
	}
}

// times is the value of a flag that may be given without one.
type times string

func (n *times) Set(text string) error {
	*n = times(text)
	return nil // package flag would speak of a boolean value
}

func (n *times) String() string { return string(*n) }

// IsBoolFlag tells package flag that the value may be missing. It is true then.
func (n *times) IsBoolFlag() bool { return true }

// rerunFails is how often a test that failed is run again.
func rerunFails(c *cli.Context) (int, error) {
	switch text := c.Generic("rerun-fails").(*times).String(); text {
	case "":
		return 0, nil
	case "true":
		return 2, nil
	default:
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return 0, &runner.UsageError{Err: fmt.Errorf("--rerun-fails=%s: it is to be a number of times, as 3", text)}
		}
		return n, nil
	}
}
