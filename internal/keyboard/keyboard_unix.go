//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package keyboard

import (
	"errors"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// singleKeys has a terminal hand on each key without showing it. Unlike term.MakeRaw it leaves the keys that send
// signals, and what becomes of a line feed that is printed.
func singleKeys(terminal int) error {
	t, err := unix.IoctlGetTermios(terminal, getTermios)
	if err != nil {
		return err
	}
	t.Lflag &^= unix.ECHO | unix.ICANON
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(terminal, setTermios, t)
}

// inForeground reports whether the terminal listens to this process at the moment.
func inForeground(terminal int) bool {
	group, err := unix.IoctlGetInt(terminal, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// onContinue calls f each time when the process goes on after a shell had stopped it. It does not return.
func onContinue(f func()) {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, unix.SIGCONT)
	for range continued {
		f()
	}
}

// A reader reads keys until it is stopped. A read of a terminal cannot be broken off, so it waits for a key and for a
// pipe at once.
type reader struct {
	wake    *os.File
	stopped chan struct{}
	done    chan struct{}
}

func newReader(keys chan<- byte) (*reader, error) {
	woken, wake, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	r := &reader{wake: wake, stopped: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(r.done)
		defer close(keys)
		defer woken.Close()
		r.read(int(os.Stdin.Fd()), int(woken.Fd()), keys)
	}()
	return r, nil
}

func (r *reader) read(terminal, woken int, keys chan<- byte) {
	key := make([]byte, 1)
	for {
		ready := []unix.PollFd{{Fd: int32(terminal), Events: unix.POLLIN}, {Fd: int32(woken), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
		switch {
		case ready[1].Revents != 0:
			return
		case ready[0].Revents == 0:
			continue
		}
		if n, err := unix.Read(terminal, key); errors.Is(err, unix.EINTR) {
			continue
		} else if n != 1 {
			return // the terminal is gone
		}
		select {
		case keys <- key[0]:
		case <-r.stopped:
			return
		}
	}
}

// stop returns when the reader has ended.
func (r *reader) stop() {
	close(r.stopped)
	r.wake.Close()
	<-r.done
}
