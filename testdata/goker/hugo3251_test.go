package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestHugo3251(t *testing.T) {
	orchestrate.Test(t, hugo3251((*urlLock).lock))
}

func TestHugo3251Repaired(t *testing.T) {
	orchestrate.Test(t, hugo3251((*urlLock).lockRepaired), orchestrate.NoLeaks())
}

func hugo3251(lock func(*urlLock, string)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		l := newURLLock()
		fetch := func() { l.fetch("https://example.org/", lock) }
		t.Go("first", fetch)
		t.Go("second", fetch)
	}
}
