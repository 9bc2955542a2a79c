package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/orchtest/orchtest/runner"
)

// mergeCommand is the first argument that makes one report of several shards instead of running tests.
const mergeCommand = "merge"

// runMerge is the command orchtest merge. The arguments are those that follow the word.
func runMerge(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	app := newMergeApp(stdout, stderr)
	own, files, goArgs, err := arrange(args, app.Flags)
	if err == nil && len(goArgs) > 0 {
		err = &runner.UsageError{Err: errors.New("merge: it runs no tests, and so takes no flags of go test")}
	}
	if err != nil {
		return err
	}
	app.Metadata = map[string]any{"files": files}
	return app.RunContext(ctx, append([]string{app.Name}, own...))
}

func newMergeApp(stdout, stderr io.Writer) *cli.App {
	app := &cli.App{
		Name:      "orchtest merge",
		Usage:     "make one report of all shards of a run",
		UsageText: "orchtest merge [flags] FILE…",
		Description: "Each FILE is the stream of a shard, as orchtest --shard I/N --jsonfile FILE writes it. The exit status is\n" +
			"that of a run: 1 if a test failed in any shard, or a shard is missing or broke off; 2 if the files are not\n" +
			"the shards of one run.",
		HideHelpCommand: true,
		Writer:          stdout,
		ErrWriter:       stderr,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Aliases: []string{"f"}, EnvVars: []string{"ORCHTEST_FORMAT"},
				Value: runner.DefaultFormat, Usage: "console `FORMAT`: " + strings.Join(runner.Formats(), ", ")},
			&cli.StringFlag{Name: "junitfile", EnvVars: []string{"ORCHTEST_JUNITFILE"},
				Usage: "write JUnit XML to `FILE`"},
			&cli.StringFlag{Name: "jsonfile", EnvVars: []string{"ORCHTEST_JSONFILE"},
				Usage: "write the event stream of the whole run to `FILE`"},
			&cli.StringFlag{Name: "html", EnvVars: []string{"ORCHTEST_HTML"},
				Usage: "write a page for people to `FILE`"},
		},
		OnUsageError:   usageError,
		ExitErrHandler: func(*cli.Context, error) {}, // run decides
	}
	app.Flags = append(app.Flags, reportFlags()...)
	app.Action = func(c *cli.Context) error {
		return runner.Merge(c.Context, runner.MergeConfig{
			Files:     c.App.Metadata["files"].([]string),
			Format:    c.String("format"),
			JUnitFile: c.String("junitfile"),
			JSONFile:  c.String("jsonfile"),
			HTMLFile:  c.String("html"),

			ReportOptions: reportOptions(c),

			Stdout: stdout,
			Stderr: stderr,
		})
	}
	return app
}
