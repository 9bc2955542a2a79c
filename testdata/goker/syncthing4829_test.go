package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestSyncthing4829(t *testing.T) {
	orchestrate.Test(t, syncthing4829((*mapping).clear))
}

func TestSyncthing4829Repaired(t *testing.T) {
	orchestrate.Test(t, syncthing4829((*mapping).clearRepaired), orchestrate.NoLeaks())
}

func syncthing4829(clear func(*mapping)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		m := newMapping()
		t.Go("clear", func() { clear(m) })
		t.Go("found", func() { m.found("192.0.2.1") })
	}
}
