// Command orchtest runs the tests of Go packages as `go test` does, and each orchestrated test among
// them under every order in which its threads can take turns.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/internal/covertool"
	"github.com/orchtest/orchtest/internal/keyboard"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/runner"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == covertool.Arg {
		os.Exit(covertool.Main(os.Args[2:]))
	}
	if len(os.Args) > 1 && os.Args[1] == keyboard.Arg {
		os.Exit(keyboard.Main())
	}
	ctx, stop := interruptible()
	status := run(ctx, os.Args, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// Exit statuses.
const (
	statusFailed      = 1 // a test, a scenario or a build failed
	statusUsage       = 2 // the command line, a pragma or the configuration is wrong
	statusInternal    = 3 // orchtest itself could not do its work
	statusInterrupted = 128
)

// run is the command, and returns its exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if c, ok := commandOf(args[1:]); ok {
		return status(c.run(ctx, args[2:], stdout, stderr), stderr)
	}
	app := newApp(stdout, stderr)
	own, packages, goArgs, err := arrange(args[1:], app)
	if err == nil {
		app.Metadata = map[string]any{"packages": packages, "goArgs": goArgs}
		err = app.RunContext(ctx, append(args[:1:1], own...))
	}
	return status(err, stderr)
}

// status tells the user of an error, unless they know it already, and returns the exit status.
func status(err error, stderr io.Writer) int {
	var interrupt *interruptError
	var usage *runner.UsageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &interrupt):
		say(stderr, err)
		return statusInterrupted + interrupt.number
	case err == runner.ErrFailed:
		return statusFailed
	case errors.Is(err, runner.ErrSaid):
		return statusUsage
	case errors.As(err, &usage):
		say(stderr, err)
		return statusUsage
	default:
		say(stderr, err)
		return statusInternal
	}
}

// say tells of an error, which may be a list with a line for each.
func say(stderr io.Writer, err error) {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(stderr, "orchtest: %s\n", strings.TrimSuffix(line, "\n"))
	}
}

func newApp(stdout, stderr io.Writer) *cli.App {
	app := &cli.App{
		Name:      "orchtest",
		Usage:     "run Go tests, and every order in which the threads of orchestrated tests can take turns",
		UsageText: "orchtest [flags] [packages] [-- go test flags]" + commandsText(),
		Description: "Packages default to the one in the current folder. What follows -- goes to go test; build flags\n" +
			"also reach the scenarios' test binary, and test flags such as -short, or what follows -args, the scenarios.",
		HideHelpCommand: true,
		Writer:          stdout,
		ErrWriter:       stderr,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Aliases: []string{"f"}, EnvVars: []string{"ORCHTEST_FORMAT"},
				Value: runner.DefaultFormat, Usage: "console `FORMAT`: " + strings.Join(runner.Formats(), ", ")},
			&cli.StringFlag{Name: "junitfile", EnvVars: []string{"ORCHTEST_JUNITFILE"},
				Usage: "write JUnit XML to `FILE`"},
			&cli.StringFlag{Name: "jsonfile", EnvVars: []string{"ORCHTEST_JSONFILE"},
				Usage: "write the event stream, that of go test -json with scenarios as subtests, to `FILE`"},
			&cli.StringFlag{Name: "html", EnvVars: []string{"ORCHTEST_HTML"},
				Usage: "write a page for people, with each scenario that failed drawn as lanes, to `FILE`"},
			&cli.IntFlag{Name: "parallel", Aliases: []string{"p"}, DefaultText: "the number of CPUs",
				Usage: "run up to `N` scenarios at once"},
			&cli.StringFlag{Name: "run", Usage: "run only tests that match `REGEXP`, as go test -run"},
			&cli.StringFlag{Name: "sequence",
				Usage: "run just the scenario of sequence `LIST`, as 0,1,0,1, of the one orchestrated test that --run matches"},
			&cli.IntFlag{Name: "repeat", DefaultText: "1",
				Usage: "run the scenario of --sequence `N` times, each in a process of its own, and say how often it failed"},
			&cli.StringFlag{Name: "syncpoints",
				Usage: "`PLACES` where the turns of --sequence ended when it failed, as the replay command has them: it is told if the code has moved since"},
			&cli.DurationFlag{Name: "time", DefaultText: "no limit",
				Usage: "start no scenario later than `D` after the first one, of all tests together; without --max-scenarios it is the only limit"},
			&cli.DurationFlag{Name: "shrink-time", EnvVars: []string{"ORCHTEST_SHRINK_TIME"},
				DefaultText: runner.DefaultShrinkTime.String() + "; 0, which is not at all, with --shard and where CI is set",
				Usage:       "once a test has failed, look for up to `D` for a scenario that fails in the same way with fewer switches"},
			&cli.BoolFlag{Name: "until-failure",
				Usage: "explore again and again, --max-scenarios with each seed, until a test fails, --time is over, or all was run"},
			&cli.BoolFlag{Name: "watch",
				Usage: "run again what changed files matter to, until q or Ctrl-C is pressed; r runs all, f what failed"},
			&cli.StringFlag{Name: "resume",
				Usage: "go on where an interrupted run with the journal `FILE` has stopped, or begin one"},
			&cli.BoolFlag{Name: "no-cache", Usage: "run also the scenarios that passed before, though nothing has changed since"},
			&cli.StringFlag{Name: "shard",
				Usage: "run just shard `I/N` of all, as 1/4: every scenario, and every package without orchestrated tests, is in one of them"},
			&cli.BoolFlag{Name: "keep-going", Usage: "do not stop the exploration of a test at its first failure"},
			&cli.IntFlag{Name: "max-fails", DefaultText: "no limit",
				Usage: "end the run once `N` tests and scenarios have failed; a test that fails as a subtest of it did is not counted"},
			&cli.IntFlag{Name: "max-scenarios", Value: runner.DefaultMaxScenarios,
				Usage: "run at most `N` scenarios for each call of orchestrate.Test, all shards together"},
			&cli.StringFlag{Name: "explore", DefaultText: "permutations, if --max-scenarios is enough for all of them; else half fewest-switches, half random",
				Usage: "choose scenarios by `STRATEGY`: " + strings.Join(explore.Strategies(), ", ")},
			&cli.Uint64Flag{Name: "seed", DefaultText: "1 with --shard, else another one each time",
				Usage: "draw as with the seed `N`: of random and pct"},
			&cli.IntFlag{Name: "depth", Value: runner.DefaultDepth,
				Usage: "look for bugs of depth `D`: of pct"},
			&cli.StringFlag{Name: "isolation", Value: runner.Process,
				Usage: "run each scenario in a process of its own, or many in one: `ISOLATION` is " + strings.Join(runner.Isolations(), " or ")},
			&cli.DurationFlag{Name: "scenario-timeout", Value: runner.DefaultScenarioTimeout,
				Usage: "let a scenario fail after `D`, with the stacks of its goroutines"},
			&cli.DurationFlag{Name: "turn-timeout", Value: runner.DefaultTurnTimeout,
				Usage: "let a scenario fail if a turn takes longer than `D`"},
			&cli.DurationFlag{Name: "deadlock-window", Value: runner.DefaultDeadlockWindow,
				Usage: "call it a deadlock if every thread has been blocked for `D`"},
			&cli.BoolFlag{Name: "fail-on-leak", Usage: "let a scenario fail that leaves a blocked goroutine behind"},
		},
		OnUsageError:   usageError,
		ExitErrHandler: func(*cli.Context, error) {}, // run decides
	}
	app.Flags = slices.Concat(app.Flags, rerunFlags(), reportFlags(), []cli.Flag{
		&cli.BoolFlag{Name: "version", Usage: "print the version, as orchtest version does"},
	})
	app.Action = func(c *cli.Context) error {
		if c.Bool("version") {
			return printVersion(stdout)
		}
		for _, name := range []string{"parallel", "repeat", "max-fails", "max-scenarios", "time", "depth", "scenario-timeout", "turn-timeout", "deadlock-window"} {
			// To the runner nothing means the default. Who writes 0 means something else.
			if value := fmt.Sprint(c.Value(name)); c.IsSet(name) && (value == "0" || value == "0s") {
				return &runner.UsageError{Err: fmt.Errorf("--%s %s: it is to be more than nothing", name, value)}
			}
		}
		if c.IsSet("sequence") && c.String("sequence") == "" {
			return &runner.UsageError{Err: errors.New("--sequence: it is empty: name one, as 0,1,0,1")}
		}
		if c.IsSet("isolation") && c.String("isolation") == "" {
			return &runner.UsageError{Err: fmt.Errorf("--isolation: it is empty: name one of %s", strings.Join(runner.Isolations(), ", "))}
		}
		if err := checkStrategy(c); err != nil {
			return err
		}
		var shard protocol.Shard
		if c.IsSet("shard") {
			var err error
			if shard, err = explore.ParseShard(c.String("shard")); err != nil {
				return &runner.UsageError{Err: fmt.Errorf("--shard %w", err)}
			}
		}
		reruns, err := rerunFails(c)
		if err != nil {
			return err
		}
		var failOnLeak *bool
		if c.IsSet("fail-on-leak") {
			value := c.Bool("fail-on-leak")
			failOnLeak = &value
		}
		config := runner.Config{
			Packages:   c.App.Metadata["packages"].([]string),
			GoArgs:     c.App.Metadata["goArgs"].([]string),
			Run:        c.String("run"),
			Sequence:   c.String("sequence"),
			Repeat:     c.Int("repeat"),
			Syncpoints: c.String("syncpoints"),
			Shard:      shard,
			KeepGoing:  c.Bool("keep-going"),
			MaxFails:   c.Int("max-fails"),

			RerunFails:       reruns,
			RerunMaxFailures: c.Int("rerun-fails-max-failures"),

			Parallel:        c.Int("parallel"),
			MaxScenarios:    givenInt(c, "max-scenarios"),
			Time:            c.Duration("time"),
			ShrinkTime:      shrinkTime(c),
			UntilFailure:    c.Bool("until-failure"),
			Explore:         c.String("explore"),
			Seed:            seed(c),
			Anew:            c.Bool("no-cache") || c.Bool("until-failure"),
			SeedGiven:       c.IsSet("seed") || c.IsSet("shard"),
			Resume:          c.String("resume"),
			Cache:           cacheFolder(c),
			Depth:           c.Int("depth"),
			Isolation:       c.String("isolation"),
			ScenarioTimeout: c.Duration("scenario-timeout"),
			TurnTimeout:     given(c, "turn-timeout"),
			DeadlockWindow:  given(c, "deadlock-window"),
			FailOnLeak:      failOnLeak,
			Format:          c.String("format"),
			JUnitFile:       c.String("junitfile"),
			JSONFile:        c.String("jsonfile"),
			HTMLFile:        c.String("html"),
			ReportOptions:   reportOptions(c),
			Stdout:          stdout,
			Terminal:        terminalOf(stdout),
			Stderr:          stderr,
			Now:             time.Now,
		}
		if c.Bool("watch") {
			return runWatch(c.Context, config)
		}
		return runner.Run(c.Context, config)
	}
	return app
}

// usageError says where to find help.
func usageError(c *cli.Context, err error, _ bool) error {
	return &runner.UsageError{Err: fmt.Errorf("%w: see %s --help", err, c.App.Name)}
}

// given returns the value of a flag that was given; 0 where it was not.
func given(c *cli.Context, name string) time.Duration {
	if !c.IsSet(name) {
		return 0
	}
	return c.Duration(name)
}

// shrinkTime returns for how long fewer switches are looked for: people want to know, machines to be done.
func shrinkTime(c *cli.Context) time.Duration {
	switch ci := os.Getenv("CI"); {
	case c.IsSet("shrink-time"):
		return c.Duration("shrink-time")
	case c.IsSet("shard"), ci != "" && ci != "false":
		return 0
	}
	return runner.DefaultShrinkTime
}

// givenInt returns the value of a flag that was given; 0 where it was not.
func givenInt(c *cli.Context, name string) int {
	if !c.IsSet(name) {
		return 0
	}
	return c.Int(name)
}

// checkStrategy refuses flags that do nothing with the strategy.
func checkStrategy(c *cli.Context) error {
	strategy := c.String("explore")
	switch {
	case c.IsSet("explore") && strategy == "":
		return &runner.UsageError{Err: fmt.Errorf("--explore: it is empty: name one of %s", strings.Join(explore.Strategies(), ", "))}
	case c.IsSet("depth") && strategy != explore.WithPCT:
		return &runner.UsageError{Err: errors.New("--depth: it is of --explore pct, which is not asked for")}
	case c.IsSet("seed") && strategy != "" && strategy != explore.AtRandom && strategy != explore.WithPCT:
		return &runner.UsageError{Err: fmt.Errorf("--seed: --explore %s draws nothing", strategy)}
	}
	return nil
}

// cacheFolder returns the folder of the result cache: that of the environment variable ORCHTEST_CACHE, or that of the
// user. It is "" where none is wanted, or the system has none.
func cacheFolder(c *cli.Context) string {
	folder := os.Getenv("ORCHTEST_CACHE")
	if c.Bool("no-cache") || folder == "off" {
		return ""
	}
	if folder != "" {
		return folder
	}
	folder, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "orchtest")
}

// seed returns the seed that was given, or another one each time. It is short, to be typed again. Shards have the
// same one without talking to each other.
func seed(c *cli.Context) uint64 {
	switch {
	case c.IsSet("seed"):
		return c.Uint64("seed")
	case c.IsSet("shard"):
		return 1
	}
	return rand.Uint64N(1_000_000_000)
}
