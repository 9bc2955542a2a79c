package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestMoby25384(t *testing.T) {
	orchestrate.Test(t, moby25384((*plugins).restore))
}

func TestMoby25384Repaired(t *testing.T) {
	orchestrate.Test(t, moby25384((*plugins).restoreRepaired), orchestrate.NoLeaks())
}

func moby25384(restore func(*plugins)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var p plugins
		p.install()
		t.Go("restore", func() { restore(&p) })
		t.Go("install", p.install)
		t.Wait()
		if !p.installed[0].restored {
			t.Error("the first plugin was not restored")
		}
	}
}
