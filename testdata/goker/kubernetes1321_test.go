package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestKubernetes1321(t *testing.T) {
	orchestrate.Test(t, kubernetes1321((*mux).distribute))
}

func TestKubernetes1321Repaired(t *testing.T) {
	orchestrate.Test(t, kubernetes1321((*mux).distributeRepaired), orchestrate.NoLeaks())
}

func kubernetes1321(distribute func(*mux, string)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		m := newMux()
		w := m.watcher
		t.Go("watch", func() { m.watch(w) })
		t.Go("mux", func() { m.run(2, distribute) })
	}
}
