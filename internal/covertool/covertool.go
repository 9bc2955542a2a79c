// Package covertool lets pragmas stay in a build with coverage.
//
// The go command drops an overlay where coverage is on: it hands the cover tool the files on disk
// (golang/go#73802). The program that its flag -toolexec names stands between it and its tools: orchtest
// itself, which lets every tool be replaced by the real one, but for the cover tool. For that it puts
// the overlay's files in place of those on disk, less the inserted text, and afterwards puts that into
// the tool's output. So the tool counts what it counts in the user's own files, and what it says of
// positions is the same to the column.
//
// A package that is built in this way must not be taken for one that is not, or the other way round,
// from the go command's cache. The go command asks the tool for its version and makes that a part of
// what it compares; here it gets another answer.
package covertool

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Arg is the first argument of a process that is to be what -toolexec names. The second is the overlay
// file; what follows is the command.
const Arg = "-orchtest.toolexec"

// versionSuffix tells the output of the cover tool from that of the cover tool alone. It is to be
// changed with what this package makes of it.
const versionSuffix = "+orchtest.1"

// Flag returns the value of -toolexec that makes program, which has to call [Main] where its first
// argument is [Arg], stand before the tools of a build. others is a value that the user gave, whose program
// then stands between ours and the tool; "" is none.
func Flag(program, overlay, others string) (string, error) {
	fields := []string{program, Arg, overlay}
	for i, field := range fields {
		switch {
		case !strings.ContainsAny(field, " \t\n\r'\""):
		case !strings.Contains(field, "'"):
			fields[i] = "'" + field + "'"
		case !strings.Contains(field, `"`):
			fields[i] = `"` + field + `"`
		default:
			return "", fmt.Errorf("-toolexec %s: the go command takes no path with both kinds of quotes", field)
		}
	}
	return strings.TrimRight(strings.Join(fields, " ")+" "+others, " "), nil
}

// Main is the process. args is what follows [Arg]. It returns the exit status, if it returns.
func Main(args []string) int {
	if len(args) < 2 {
		fmt.Fprintf(os.Stderr, "orchtest: %s is for the go command\n", Arg)
		return 2
	}
	overlay, command := args[0], args[1:]
	var err error
	switch i := coverTool(command); {
	case i < 0:
		err = become(command)
	case command[i+1] == "-V=full":
		err = version(command)
	default:
		err = instrument(overlay, command, i)
	}
	if status, ended := exitStatus(err); ended {
		return status
	}
	fmt.Fprintf(os.Stderr, "orchtest: coverage: %v\n", err)
	return 1
}

// coverTool returns the index of the cover tool in a command that makes the go command run it, as a
// program of the user's may stand before it; else -1.
func coverTool(command []string) int {
	for i, arg := range command[:len(command)-1] {
		next := command[i+1]
		if strings.TrimSuffix(filepath.Base(arg), ".exe") == "cover" &&
			(next == "-V=full" || next == "-pkgcfg" || strings.HasPrefix(next, "@")) {
			return i
		}
	}
	return -1
}

// version prints the version of the cover tool and ours. The go command takes the whole line, or, of a
// development version, what follows the line's last slash.
func version(command []string) error {
	out, err := run(command, nil)
	if err == nil {
		fmt.Printf("%s%s\n", strings.TrimSpace(out), versionSuffix)
	}
	return err
}
