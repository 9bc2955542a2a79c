package goker

import (
	"context"
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestCockroach18101(t *testing.T) {
	orchestrate.Test(t, cockroach18101(split), orchestrate.NoLeaks())
}

func TestCockroach18101Repaired(t *testing.T) {
	orchestrate.Test(t, cockroach18101(splitRepaired), orchestrate.NoLeaks())
}

func cockroach18101(split func(context.Context, int, chan<- int)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		ctx, cancel := context.WithCancel(context.Background())
		t.Go("restore", func() { restore(ctx, 3, split) })
		t.Go("cancel", cancel)
	}
}
