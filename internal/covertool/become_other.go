//go:build !unix

package covertool

import (
	"os"
	"os/exec"
)

// become stands in for the replacement of the process: it runs the program and ends as that does.
func become(command []string) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}
