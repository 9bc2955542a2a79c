package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestMoby28462(t *testing.T) {
	orchestrate.Test(t, moby28462((*container).stateChanged))
}

func TestMoby28462Repaired(t *testing.T) {
	orchestrate.Test(t, moby28462((*container).stateChangedRepaired), orchestrate.NoLeaks())
}

// The loop is the second thread: it does not end by itself.
func moby28462(stateChanged func(*container)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		c := newContainer()
		t.Go("state", func() { stateChanged(c) })
		t.Go("monitor", c.monitor)
	}
}
