//go:build unix

package covertool

import (
	"os"
	"os/exec"
	"syscall"
)

// become lets the process go on as another program. It returns only where that is not possible.
func become(command []string) error {
	path, err := exec.LookPath(command[0])
	if err != nil {
		return err
	}
	return &os.PathError{Op: "exec", Path: path, Err: syscall.Exec(path, command, os.Environ())}
}
