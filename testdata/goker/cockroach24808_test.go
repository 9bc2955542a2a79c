package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestCockroach24808(t *testing.T) {
	orchestrate.Test(t, cockroach24808((*compactor).start))
}

func TestCockroach24808Repaired(t *testing.T) {
	orchestrate.Test(t, cockroach24808((*compactor).startRepaired), orchestrate.NoLeaks())
}

func cockroach24808(start func(*compactor)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		c := newCompactor()
		t.Go("start", func() { start(c) })
		t.Go("suggest", c.suggest)
		t.Wait()
		c.stop()
	}
}
