package covertool

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
)

// run runs a command to its end and returns its standard output. If edit is not nil, both its output
// and its errors are printed as edit has them.
func run(command []string, edit func(string) string) (string, error) {
	cmd := exec.Command(command[0], command[1:]...)
	var out, errs strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, &out, &errs
	err := cmd.Run()
	if edit == nil {
		edit = func(text string) string { return text }
	} else {
		io.WriteString(os.Stdout, edit(out.String()))
	}
	io.WriteString(os.Stderr, edit(errs.String()))
	return out.String(), err
}

// exitStatus is that of a command that was run; it is not ended if it could not be.
func exitStatus(err error) (status int, ended bool) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, true
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		return exit.ExitCode(), true
	default:
		return 0, false
	}
}
