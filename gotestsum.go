package main

import (
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
