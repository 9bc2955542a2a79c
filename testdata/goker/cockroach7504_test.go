package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestCockroach7504(t *testing.T) {
	orchestrate.Test(t, cockroach7504((*nameCache).acquire))
}

func TestCockroach7504Repaired(t *testing.T) {
	orchestrate.Test(t, cockroach7504((*nameCache).acquireRepaired), orchestrate.NoLeaks())
}

func cockroach7504(acquire func(*nameCache, string) bool) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		l := &lease{name: "users"}
		c := newNameCache(l)
		t.Go("acquire", func() { acquire(c, "users") })
		t.Go("release", func() { c.release(l) })
	}
}
