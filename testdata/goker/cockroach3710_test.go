package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestCockroach3710(t *testing.T) {
	orchestrate.Test(t, cockroach3710((*logStore).scan))
}

func TestCockroach3710Repaired(t *testing.T) {
	orchestrate.Test(t, cockroach3710((*logStore).scanRepaired), orchestrate.NoLeaks())
}

func cockroach3710(scan func(*logStore) int) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var s logStore
		t.Go("scan", func() { scan(&s) })
		t.Go("process", s.process)
	}
}
