package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestEtcd6857(t *testing.T) {
	orchestrate.Test(t, etcd6857((*node).status))
}

func TestEtcd6857Repaired(t *testing.T) {
	orchestrate.Test(t, etcd6857((*node).statusRepaired), orchestrate.NoLeaks())
}

// The loop is no thread: if it were, a question and a stop could both wait for its first turn, and then
// select would choose one of them at random.
func etcd6857(status func(*node) string) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		n := newNode()
		go n.run()
		t.Go("status", func() { status(n) })
		t.Go("stop", n.stop)
	}
}
