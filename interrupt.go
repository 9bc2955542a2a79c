package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// An interruptError says that a signal ended the run.
type interruptError struct {
	signal os.Signal
	number int
}

func (e *interruptError) Error() string { return fmt.Sprintf("interrupted (%v)", e.signal) }

// interruptible returns a context that a signal cancels, with an [interruptError] as its cause. The run
// then ends by itself within a second, and has children to end; so a second signal ends this process no
// sooner, but then in any case, even if it cannot write. signal.NotifyContext would not tell which
// signal it was.
func interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, interrupts...)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s, ok := <-signals
		if !ok {
			return
		}
		e := &interruptError{signal: s}
		if number, ok := s.(syscall.Signal); ok {
			e.number = int(number)
		}
		cancel(e)
		if _, ok := <-signals; ok {
			time.Sleep(time.Second)
			os.Exit(statusInterrupted + e.number)
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		<-done
	}
}
