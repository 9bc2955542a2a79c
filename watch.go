package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/orchtest/orchtest/internal/keyboard"
	"github.com/orchtest/orchtest/runner"
)

// runWatch runs tests when files change, or a key is pressed.
func runWatch(ctx context.Context, c runner.Config) error {
	config := runner.WatchConfig{
		Config:     c,
		OfTerminal: func() runner.Terminal { return terminalOf(c.Stdout) }, // it may be resized
		Say:        func(err error) { say(c.Stderr, err) },
	}
	keys, err := keyboard.Open()
	switch {
	case err == nil:
		defer keys.Close()
		config.Keys = keys.Keys()
	case !errors.Is(err, keyboard.ErrNone):
		say(c.Stderr, fmt.Errorf("keys do nothing: %w", err))
	}
	return runner.Watch(ctx, config)
}
