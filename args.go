package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/orchtest/orchtest/runner"
)

// arrange sorts the arguments: our own flags, wherever they stand before --, the packages, and what
// follows -- for go test. The flag package stops at the first argument that is no flag, and a flag
// after the packages would be taken for one of them.
func arrange(args []string, app *cli.App) (own, packages, goArgs []string, err error) {
	if i := slices.Index(args, "--"); i >= 0 {
		args, goArgs = args[:i], args[i+1:]
	}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if !strings.HasPrefix(arg, "-") || arg == "-" {
			packages = append(packages, arg)
			continue
		}
		name, _, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		takesValue, known := lookup(name, app.Flags)
		if len(args) > 0 && name == "rerun-fails" && !hasValue && strings.Trim(args[0], "0123456789") == "" {
			// Its value may be left out, and what follows is a package then. None is called by a number.
			return nil, nil, nil, &runner.UsageError{Err: fmt.Errorf("%s %s: write it as %[1]s=%[2]s", arg, args[0])}
		}
		if !known {
			hint := "see " + app.Name + " --help"
			if runner.IsGoFlag(name) {
				hint = "flags of go test follow the packages and --, as in: " + app.Name + " ./... -- " + arg
			}
			return nil, nil, nil, &runner.UsageError{Err: fmt.Errorf("%s: there is no such flag: %s", arg, hint)}
		}
		own = append(own, arg)
		if takesValue && !hasValue {
			if len(args) == 0 {
				return nil, nil, nil, &runner.UsageError{Err: fmt.Errorf("%s: the flag needs a value: see %s --help", arg, app.Name)}
			}
			own = append(own, args[0])
			args = args[1:]
		}
	}
	return own, packages, goArgs, nil
}

// lookup finds a flag of ours by any of its names.
func lookup(name string, flags []cli.Flag) (takesValue, known bool) {
	if name == "help" || name == "h" {
		return false, true
	}
	for _, flag := range flags {
		if slices.Contains(flag.Names(), name) {
			_, boolean := flag.(*cli.BoolFlag)
			if generic, ok := flag.(*cli.GenericFlag); ok {
				_, boolean = generic.Value.(*times)
			}
			return !boolean, true
		}
	}
	return false, false
}
