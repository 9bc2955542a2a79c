//go:build unix

package runner

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the command's process the leader of a process group of its own.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// askForStacks makes a Go program print the stacks of its goroutines and exit. Only the leader is
// asked: it is the test binary, and what it started may not know the signal.
func askForStacks(pid int) { syscall.Kill(pid, syscall.SIGQUIT) }

// askToEnd lets the processes of a group tidy up and end.
func askToEnd(pid int) { syscall.Kill(-pid, syscall.SIGINT) }

// killGroup ends the group at once.
func killGroup(pid int) { syscall.Kill(-pid, syscall.SIGKILL) }

// endGroup ends what is left of a group whose leader was waited for. The number cannot have been
// given to another group: it is not free while a process of the group exists, and numbers are
// handed out in turn, so that it would not come again at once where none does.
func endGroup(pid int) { killGroup(pid) }
