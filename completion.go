package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"

	"github.com/urfave/cli/v2"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/runner"
)

// The scripts are templates over a completion.
var (
	//go:embed completion/orchtest.bash
	bashScript string
	//go:embed completion/_orchtest
	zshScript string
	//go:embed completion/orchtest.fish
	fishScript string
)

// A completion is what a shell needs to know.
type completion struct {
	Commands []completedCommand
	Flags    []completedFlag // of orchtest itself
}

type completedCommand struct {
	Name, Usage string
	Flags       []completedFlag
}

type completedFlag struct {
	Names  []string // with their dashes
	Usage  string
	Value  bool     // it takes a value
	Values []string // which ones; where there are none, but Value, it is a file if File is set
	File   bool
}

func runCompletion(_ context.Context, args []string, stdout, _ io.Writer) error {
	scripts := map[string]string{"bash": bashScript, "zsh": zshScript, "fish": fishScript}
	if len(args) != 1 || scripts[args[0]] == "" {
		return &runner.UsageError{Err: fmt.Errorf("completion %s: name one shell: bash, zsh or fish", strings.Join(args, " "))}
	}
	quote := func(s string) string { return strings.ReplaceAll(s, "'", "'\\''") }
	colons := func(s string) string { return strings.NewReplacer("[", "\\[", "]", "\\]", ":", "\\:").Replace(s) }
	t := template.Must(template.New("").Funcs(template.FuncMap{"join": strings.Join, "quote": quote, "colons": colons,
		"trim": strings.TrimLeft}).Parse(scripts[args[0]]))
	c := completion{Flags: completedFlags(newApp(nil, nil).Flags)}
	for _, command := range commands() {
		word := completedCommand{Name: command.name, Usage: command.usage}
		if command.flags != nil {
			word.Flags = completedFlags(command.flags())
		}
		c.Commands = append(c.Commands, word)
	}
	return t.Execute(stdout, c)
}

// completedFlags describes flags, those of any command.
func completedFlags(flags []cli.Flag) (all []completedFlag) {
	values := map[string][]string{
		"format": runner.Formats(), "explore": explore.Strategies(), "isolation": runner.Isolations(),
		"strategy": hunting.Strategies(), "hide-summary": runner.SummarySections(), "junitfile-testsuite-name": runner.JUnitNames(), "junitfile-testcase-classname": runner.JUnitNames(),
	}
	for _, flag := range flags {
		f := completedFlag{Values: values[flag.Names()[0]]}
		for _, name := range flag.Names() {
			f.Names = append(f.Names, strings.Repeat("-", min(len(name), 2))+name)
		}
		if doc, ok := flag.(cli.DocGenerationFlag); ok {
			f.Usage, f.Value = strings.ReplaceAll(doc.GetUsage(), "`", ""), doc.TakesValue()
			f.File = f.Value && strings.Contains(doc.GetUsage(), "`FILE`")
		}
		all = append(all, f)
	}
	help := completedFlag{Names: []string{"--help"}, Usage: "show help"}
	return append(slices.SortedFunc(slices.Values(all), func(a, b completedFlag) int { return strings.Compare(a.Names[0], b.Names[0]) }), help)
}
