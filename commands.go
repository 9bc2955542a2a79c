package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/orchtest/orchtest/runner"
)

// A command is what orchtest does instead of running tests if its name is the first argument.
type command struct {
	name, args, usage string
	flags             func() []cli.Flag                                                        // nil if it has none
	run               func(ctx context.Context, args []string, stdout, stderr io.Writer) error // args follow the name
}

// commands are in the order in which help lists them. It is a function, as some of them list all.
func commands() []command {
	return []command{
		{"hunt", "[flags] [packages] [-- go test flags]", "looks for concurrency bugs in tests as they are", allHuntFlags, runHunt},
		{"list", "[packages] [-- go test flags]", "lists orchestrated tests: threads, turns, scenarios, time", listFlags, runList},
		{"overlay", "-o FILE [packages] [-- build flags]", "writes what pragmas become, for go test -overlay and a debugger", overlayFlags, runOverlay},
		{"merge", "[flags] FILE…", "makes one report of all shards of a run", mergeFlags, runMerge},
		{"completion", "bash|zsh|fish", "prints the completion script of a shell", nil, runCompletion},
		{"version", "", "prints the version", nil, runVersion},
	}
}

// commandOf returns the command that the arguments ask for, if they do.
func commandOf(args []string) (command, bool) {
	if len(args) == 0 {
		return command{}, false
	}
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		return command{}, false
	}
	return all[i], true
}

// commandsText lists the commands in the help text.
func commandsText() string {
	var b strings.Builder
	for _, c := range commands() {
		fmt.Fprintf(&b, "\norchtest %-55s %s", strings.TrimSpace(c.name+" "+c.args), c.usage)
	}
	return b.String()
}

// newCommandApp makes the command line of a command with flags of its own.
func newCommandApp(name string, stdout, stderr io.Writer, action cli.ActionFunc) *cli.App {
	c, _ := commandOf([]string{name})
	return &cli.App{
		Name:            "orchtest " + name,
		Usage:           c.usage,
		UsageText:       "orchtest " + c.name + " " + c.args,
		HideHelpCommand: true,
		Writer:          stdout,
		ErrWriter:       stderr,
		Flags:           c.flags(),
		OnUsageError:    usageError,
		ExitErrHandler:  func(*cli.Context, error) {}, // run decides
		Action:          action,
	}
}

// runApp runs it with the arguments, which it has put in order.
func runApp(ctx context.Context, app *cli.App, args []string) error {
	own, packages, goArgs, err := arrange(args, app)
	if err != nil {
		return err
	}
	app.Metadata = map[string]any{"packages": packages, "goArgs": goArgs}
	return app.RunContext(ctx, append([]string{app.Name}, own...))
}

// config is what every command that reads packages takes from the command line.
func config(c *cli.Context, stdout, stderr io.Writer) runner.Config {
	return runner.Config{
		Packages: c.App.Metadata["packages"].([]string),
		GoArgs:   c.App.Metadata["goArgs"].([]string),
		Stdout:   stdout,
		Stderr:   stderr,
	}
}

func listFlags() []cli.Flag { return flagsNamed("format", "run", "parallel", "max-scenarios") }

func runList(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return runApp(ctx, newCommandApp("list", stdout, stderr, func(c *cli.Context) error {
		config := config(c, stdout, stderr)
		config.Format, config.Run = c.String("format"), c.String("run")
		config.Parallel, config.MaxScenarios = c.Int("parallel"), c.Int("max-scenarios")
		return runner.List(c.Context, config)
	}), args)
}

func overlayFlags() []cli.Flag {
	return []cli.Flag{&cli.StringFlag{Name: "o", Usage: "write the overlay to `FILE`, and the files that it names to FILE.d"}}
}

func runOverlay(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return runApp(ctx, newCommandApp("overlay", stdout, stderr, func(c *cli.Context) error {
		if c.String("o") == "" {
			return &runner.UsageError{Err: errors.New("overlay: -o is missing: name the file to write, as in: orchtest overlay -o overlay.json ./bank")}
		}
		return runner.Overlay(c.Context, config(c, stdout, stderr), c.String("o"))
	}), args)
}

// flagsNamed returns those of the flags for running tests that have one of these names.
func flagsNamed(names ...string) []cli.Flag {
	return slices.DeleteFunc(newApp(nil, nil).Flags, func(f cli.Flag) bool { return !slices.Contains(names, f.Names()[0]) })
}

func runVersion(_ context.Context, args []string, stdout, _ io.Writer) error {
	if len(args) > 0 {
		return &runner.UsageError{Err: fmt.Errorf("version: it takes no arguments: %s", strings.Join(args, " "))}
	}
	return printVersion(stdout)
}

func printVersion(stdout io.Writer) error {
	version := "(unknown version)"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	_, err := fmt.Fprintf(stdout, "orchtest %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
