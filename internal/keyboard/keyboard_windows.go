package keyboard

import (
	"os"

	"golang.org/x/sys/windows"
)

// singleKeys has a console hand on each key without showing it. Ctrl-C stays an interrupt.
func singleKeys(console int) error {
	var mode uint32
	if err := windows.GetConsoleMode(windows.Handle(console), &mode); err != nil {
		return err
	}
	return windows.SetConsoleMode(windows.Handle(console), mode&^(windows.ENABLE_ECHO_INPUT|windows.ENABLE_LINE_INPUT))
}

func inForeground(int) bool { return true }

func onContinue(func()) {}

// A reader reads keys.
type reader struct{ stopped chan struct{} }

func newReader(keys chan<- byte) (*reader, error) {
	r := &reader{stopped: make(chan struct{})}
	go func() {
		defer close(keys)
		key := make([]byte, 1)
		for {
			if n, err := os.Stdin.Read(key); n != 1 || err != nil {
				return
			}
			select {
			case keys <- key[0]:
			case <-r.stopped:
				return
			}
		}
	}()
	return r, nil
}

// stop lets the reader take nothing any more. A read of a console cannot be broken off: what hangs in one ends with
// the next key, or with the program, which has nothing left to do by then.
func (r *reader) stop() { close(r.stopped) }
