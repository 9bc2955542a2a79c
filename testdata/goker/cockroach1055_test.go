package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestCockroach1055(t *testing.T) {
	orchestrate.Test(t, cockroach1055((*stopper).startTask, (*stopper).stop))
}

func TestCockroach1055Repaired(t *testing.T) {
	orchestrate.Test(t, cockroach1055((*stopper).startTaskRepaired, (*stopper).stopRepaired),
		orchestrate.NoLeaks())
}

func cockroach1055(startTask func(*stopper) bool, stop func(*stopper)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		s := newStopper(1)
		t.Go("worker", func() { s.work(startTask) })
		t.Go("stop", func() { stop(s) })
	}
}
