package main

import (
	"context"
	"errors"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/orchtest/orchtest/runner"
)

func mergeFlags() []cli.Flag {
	return append(flagsNamed("format", "junitfile", "jsonfile", "html"), reportFlags()...)
}

// runMerge makes one report of several shards.
func runMerge(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	app := newCommandApp("merge", stdout, stderr, func(c *cli.Context) error {
		if len(c.App.Metadata["goArgs"].([]string)) > 0 {
			return &runner.UsageError{Err: errors.New("merge: it runs no tests, and so takes no flags of go test")}
		}
		return runner.Merge(c.Context, runner.MergeConfig{
			Files:     c.App.Metadata["packages"].([]string),
			Format:    c.String("format"),
			JUnitFile: c.String("junitfile"),
			JSONFile:  c.String("jsonfile"),
			HTMLFile:  c.String("html"),

			ReportOptions: reportOptions(c),

			Stdout: stdout,
			Stderr: stderr,
		})
	})
	app.Description = "Each FILE is the stream of a shard, as orchtest --shard I/N --jsonfile FILE writes it. The exit status is\n" +
		"that of a run: 1 if a test failed in any shard, or a shard is missing or broke off; 2 if the files are not\n" +
		"the shards of one run."
	return runApp(ctx, app, args)
}
