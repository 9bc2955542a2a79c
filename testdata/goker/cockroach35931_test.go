package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestCockroach35931(t *testing.T) {
	orchestrate.Test(t, cockroach35931((*flow).cancel))
}

func TestCockroach35931Repaired(t *testing.T) {
	orchestrate.Test(t, cockroach35931((*flow).cancelRepaired), orchestrate.NoLeaks())
}

func cockroach35931(cancel func(*flow)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		f := newFlow()
		t.Go("cancel", func() { cancel(f) })
		t.Go("produce", f.produce)
		t.Go("join", f.join)
	}
}
