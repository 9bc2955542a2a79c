// Package keyboard reads single keys from the terminal that standard input is.
//
// A terminal hands on whole lines, and shows what is typed, unless it is told otherwise. How it does that belongs to
// the terminal and not to the program: a program that ends without putting it back leaves a shell that shows nothing.
// A deferred call is not enough for that, since it is not made after a panic in another goroutine, or kill -9. So a
// second process, the guard, changes the terminal, and puts it back as soon as the first is gone, however it went.
package keyboard

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"

	"golang.org/x/term"
)

// Arg is the first argument of the guard: main has to call [Main] where it finds it.
const Arg = "-keyboard-guard"

// ErrNone says that standard input is not a terminal, so that there are no keys.
var ErrNone = errors.New("standard input is not a terminal")

// A Keyboard gives keys. The terminal's own, as Ctrl-C and Ctrl-Z, do what they always do.
type Keyboard struct {
	keys     chan byte
	reader   *reader
	guard    *exec.Cmd
	lifeline io.Closer // the guard ends when it is closed
}

// Open lets the terminal hand on each key, and not show it, until Close. The program has to be one whose main calls
// [Main].
func Open() (*Keyboard, error) {
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return nil, ErrNone
	}
	k := &Keyboard{keys: make(chan byte)}
	if err := k.startGuard(); err != nil {
		return nil, fmt.Errorf("keyboard: %w", err)
	}
	var err error
	if k.reader, err = newReader(k.keys); err != nil {
		return nil, errors.Join(fmt.Errorf("keyboard: %w", err), k.endGuard())
	}
	return k, nil
}

// Keys returns the keys, as they are pressed. It is closed when there will be none any more.
func (k *Keyboard) Keys() <-chan byte { return k.keys }

// Close lets the terminal be as it was.
func (k *Keyboard) Close() error {
	k.reader.stop()
	return k.endGuard()
}

// startGuard returns once the guard has changed the terminal.
func (k *Keyboard) startGuard() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	guard := exec.Command(self, Arg)
	guard.Stderr = os.Stdin // the terminal
	lifeline, err := guard.StdinPipe()
	if err != nil {
		return err
	}
	said, err := guard.StdoutPipe()
	if err != nil {
		return err
	}
	if err := guard.Start(); err != nil {
		return err
	}
	k.guard, k.lifeline = guard, lifeline
	if _, err := io.ReadFull(said, make([]byte, 1)); err != nil {
		return errors.Join(errors.New("the terminal is another program's at the moment"), k.endGuard())
	}
	return nil
}

func (k *Keyboard) endGuard() error {
	return errors.Join(k.lifeline.Close(), k.guard.Wait())
}

// Main is the guard, and returns its exit status.
func Main() int {
	signal.Ignore() // those of the keyboard, which go to all processes of the terminal
	terminal := int(os.Stderr.Fd())
	before, err := term.GetState(terminal)
	if err != nil || !inForeground(terminal) || singleKeys(terminal) != nil {
		return 1
	}
	defer term.Restore(terminal, before)
	go onContinue(func() {
		if inForeground(terminal) {
			singleKeys(terminal) // a shell has changed it
		}
	})
	os.Stdout.Write([]byte{'.'})
	io.Copy(io.Discard, os.Stdin)
	return 0
}
