//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// interrupts are the signals that end a run. SIGHUP and SIGQUIT are among them because the processes of
// a run are not in the terminal's process group: nobody else would end them.
var interrupts = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}

func init() {
	// A reader that goes away, as in `orchtest | head`, is to be an error of writing and not the
	// sudden end of this process, whose children would go on. To ignore the signal would make them
	// ignore it too.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
}
