package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"

	"github.com/creack/pty"
)

// terminalMain is the command `terminal COLUMNS COMMAND ARG…` of the scripts: it runs a command on a terminal of
// its own, prints what the command writes there, and ends with its exit status. What it reads itself is typed.
func terminalMain() {
	columns, err := strconv.ParseUint(os.Args[1], 10, 16)
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	master, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: uint16(columns)})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(125)
	}
	go io.Copy(master, os.Stdin)
	io.Copy(os.Stdout, master) // until the command has ended: there it ends by an error
	var exit *exec.ExitError
	switch err := cmd.Wait(); {
	case errors.As(err, &exit):
		os.Exit(exit.ExitCode())
	case err != nil:
		panic(err)
	}
}
