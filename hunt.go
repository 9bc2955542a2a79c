package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/runner"
)

// runHunt looks for concurrency bugs in tests as they are.
func runHunt(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flagsNamed(newApp(stdout, stderr).Flags, "format", "junitfile", "jsonfile", "html", "run")
	flags = append(append(flags, huntFlags()...), reportFlags()...)
	app := newCommandApp("hunt", stdout, stderr, flags, func(c *cli.Context) error {
		config, err := huntConfig(c, stdout, stderr)
		if err != nil {
			return err
		}
		return runner.Hunt(c.Context, config)
	})
	app.Description = "Each test is run under many schedules: wherever its goroutines synchronise, it is decided which of them goes on.\n" +
		"What is found is confirmed in a process of its own, and made simple. The exit status is that of orchtest: 1 if\n" +
		"something was found. A test that is inconclusive or not huntable is skipped, and says why."
	return runApp(ctx, app, args)
}

func huntFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "parallel", Aliases: []string{"p"}, DefaultText: "the number of CPUs",
			Usage: "run up to `N` processes at once"},
		&cli.IntFlag{Name: "schedules", Value: runner.DefaultSchedules,
			Usage: "run `N` schedules of each test"},
		&cli.DurationFlag{Name: "time", DefaultText: "no limit",
			Usage: "hunt for `D` from the first schedule on, in all tests together; what was found by then is still confirmed; without --schedules it is the only limit"},
		&cli.BoolFlag{Name: "until-failure",
			Usage: "go on, --schedules of each test at a time, until something is found or --time is over"},
		&cli.BoolFlag{Name: "keep-going", Usage: "do not stop the hunt of a test at its first finding"},
		&cli.StringFlag{Name: "shard", Usage: "hunt just the tests of shard `I/N` of all, as 1/4: every test is in one of them"},
		&cli.StringFlag{Name: "strategy", Value: hunting.Portfolio,
			Usage: "decide by `STRATEGY`: " + strings.Join(hunting.Strategies(), ", ") + "; in a portfolio the others take turns"},
		&cli.Uint64Flag{Name: "seed", Value: runner.DefaultHuntSeed, Usage: "draw as with the seed `N`"},
		&cli.IntFlag{Name: "depth", Value: runner.DefaultDepth, Usage: "look for bugs of depth `D`: of pct"},
		&cli.StringSliceFlag{Name: "instrument",
			Usage: "hunt also in the packages of dependencies that match `PATTERN`, as golang.org/x/sync/...; may be given more than once"},
		&cli.BoolFlag{Name: "real-time", Usage: "leave time alone: timers fire when they do"},
		&cli.IntFlag{Name: "max-steps", Value: runner.DefaultMaxSteps, Usage: "after `N` decisions of a schedule let each thread have its turn, and after as many again, N jumps of time or 50 N turns call it inconclusive"},
		&cli.DurationFlag{Name: "schedule-timeout", Value: runner.DefaultScheduleTimeout,
			Usage: "call it inconclusive if a process tells of no progress for `D`"},
		&cli.DurationFlag{Name: "shrink-time", Value: runner.DefaultHuntShrinkTime, EnvVars: []string{"ORCHTEST_SHRINK_TIME"},
			Usage: "look for `D` for a simpler schedule that shows a finding; 0 looks for none"},
		&cli.StringFlag{Name: "trace-dir", EnvVars: []string{"ORCHTEST_TRACE_DIR"}, DefaultText: "orchtest/traces in the user's cache folder",
			Usage: "write the traces of findings to the folder `DIR`"},
		&cli.StringFlag{Name: "replay", Usage: "replay the trace `FILE` of the one test that --run matches, and hunt nothing"},
		&cli.IntFlag{Name: "repeat", Value: 1, Usage: "replay it `N` times, each in a process of its own"},
		&cli.IntFlag{Name: "check-determinism", DefaultText: "hunt",
			Usage: "hunt nothing, but tell whether a schedule of each strategy is the same in each of `N` processes"},
	}
}

func huntConfig(c *cli.Context, stdout, stderr io.Writer) (runner.HuntConfig, error) {
	none := runner.HuntConfig{}
	for _, name := range []string{"parallel", "schedules", "time", "depth", "max-steps", "schedule-timeout", "repeat", "check-determinism"} {
		// To the runner nothing means the default. Who writes 0 means something else.
		if value := fmt.Sprint(c.Value(name)); c.IsSet(name) && (value == "0" || value == "0s") {
			return none, &runner.UsageError{Err: fmt.Errorf("--%s %s: it is to be more than nothing", name, value)}
		}
	}
	strategy := c.String("strategy")
	switch {
	case strategy == "":
		return none, &runner.UsageError{Err: fmt.Errorf("--strategy: it is empty: name one of %s", strings.Join(hunting.Strategies(), ", "))}
	case c.IsSet("depth") && strategy != hunting.Portfolio && strategy != hunting.PCT:
		return none, &runner.UsageError{Err: errors.New("--depth: it is of --strategy pct, which is not asked for")}
	case c.IsSet("replay") && c.String("replay") == "":
		return none, &runner.UsageError{Err: errors.New("--replay: it is empty: name the file of a trace")}
	}
	config := runner.HuntConfig{Config: config(c, stdout, stderr)}
	if c.IsSet("shard") {
		var err error
		if config.Shard, err = explore.ParseShard(c.String("shard")); err != nil {
			return none, &runner.UsageError{Err: fmt.Errorf("--shard %w", err)}
		}
	}
	config.Run, config.KeepGoing, config.UntilFailure = c.String("run"), c.Bool("keep-going"), c.Bool("until-failure")
	config.Parallel, config.Time = c.Int("parallel"), c.Duration("time")
	config.Seed, config.SeedGiven, config.Depth = c.Uint64("seed"), c.IsSet("seed"), c.Int("depth")
	config.Format, config.JUnitFile = c.String("format"), c.String("junitfile")
	config.JSONFile, config.HTMLFile = c.String("jsonfile"), c.String("html")
	config.ReportOptions = reportOptions(c)
	config.Terminal, config.Now = terminalOf(stdout), time.Now
	traces, ours := traceFolder(c)
	config.HuntOptions = runner.HuntOptions{
		Schedules: givenInt(c, "schedules"), Strategy: strategy, Instrument: c.StringSlice("instrument"),
		RealTime: c.Bool("real-time"), MaxSteps: c.Int("max-steps"), ScheduleTimeout: c.Duration("schedule-timeout"),
		ShrinkTime: c.Duration("shrink-time"), TraceDir: traces, TrimTraces: ours, Replay: c.String("replay"), Repeat: givenInt(c, "repeat"),
		Same: c.Int("check-determinism"),
	}
	return config, nil
}

// traceFolder returns the folder of traces: the one that was asked for, or one in that of the result cache, which is ours:
// traces are removed from it that were not used for long.
func traceFolder(c *cli.Context) (folder string, ours bool) {
	if folder := c.String("trace-dir"); folder != "" {
		return folder, false
	}
	folder = os.Getenv("ORCHTEST_CACHE")
	if folder == "" || folder == "off" {
		user, err := os.UserCacheDir()
		if err != nil {
			user = os.TempDir()
		}
		folder = filepath.Join(user, "orchtest")
	}
	return filepath.Join(folder, "traces"), true
}
