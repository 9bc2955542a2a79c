package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestCockroach2448(t *testing.T) {
	orchestrate.Test(t, cockroach2448((*raft).commit))
}

func TestCockroach2448Repaired(t *testing.T) {
	orchestrate.Test(t, cockroach2448((*raft).commitRepaired), orchestrate.NoLeaks())
}

func cockroach2448(commit func(*raft, change)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		r := newRaft()
		t.Go("store", r.store)
		t.Go("raft", func() { r.run(2, commit) })
	}
}
