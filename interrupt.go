package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// An interruptError says that a signal ended the run.
type interruptError struct {
	signal os.Signal
	number int
}

func (e *interruptError) Error() string { return fmt.Sprintf("interrupted (%v)", e.signal) }

// interruptible returns a context that a signal cancels, with an [interruptError] as its cause. From
// then on signals are ignored: the run ends by itself within a second, and has children to end.
// signal.NotifyContext would not tell which signal it was.
func interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, interrupts...)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if s, ok := <-signals; ok {
			e := &interruptError{signal: s}
			if number, ok := s.(syscall.Signal); ok {
				e.number = int(number)
			}
			cancel(e)
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		<-done
	}
}
