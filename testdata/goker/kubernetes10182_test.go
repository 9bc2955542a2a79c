package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestKubernetes10182(t *testing.T) {
	orchestrate.Test(t, kubernetes10182((*statusManager).set))
}

func TestKubernetes10182Repaired(t *testing.T) {
	orchestrate.Test(t, kubernetes10182((*statusManager).setRepaired), orchestrate.NoLeaks())
}

func kubernetes10182(set func(m *statusManager, pod, status string)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		m := newStatusManager()
		t.Go("sync", func() { m.sync(2) })
		t.Go("first", func() { set(m, "first", "running") })
		t.Go("second", func() { set(m, "second", "running") })
		t.Wait()
		if len(m.statuses) != 0 {
			t.Errorf("got %v left, want nothing", m.statuses)
		}
	}
}
