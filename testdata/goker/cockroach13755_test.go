package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestCockroach13755(t *testing.T) {
	orchestrate.Test(t, cockroach13755((*table).count), orchestrate.NoLeaks())
}

func TestCockroach13755Repaired(t *testing.T) {
	orchestrate.Test(t, cockroach13755((*table).countRepaired), orchestrate.NoLeaks())
}

func cockroach13755(count func(*table) (int, error)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var users table
		t.Go("count", func() { count(&users) })
		t.Go("drop", users.drop)
	}
}
