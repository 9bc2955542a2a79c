package runner

import (
	"os/exec"
	"strconv"
	"syscall"
)

// ownGroup keeps the console's Ctrl-C from the command's process: orchtest ends it.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// askForStacks does nothing: there is no such signal. The process is killed after its grace period.
func askForStacks(pid int) {}

// askToEnd does nothing: see askForStacks.
func askToEnd(pid int) {}

// killGroup ends the process and what it started, as far as Windows still knows their relation.
func killGroup(pid int) {
	exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(pid)).Run()
}

// endGroup does nothing: once a process has ended, Windows no longer knows what it started.
func endGroup(pid int) {}
