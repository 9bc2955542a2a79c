package goker

import (
	"slices"
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestEtcd6873(t *testing.T) {
	orchestrate.Test(t, etcd6873((*broadcast).stop))
}

func TestEtcd6873Repaired(t *testing.T) {
	orchestrate.Test(t, etcd6873((*broadcast).stopRepaired), orchestrate.NoLeaks())
}

func etcd6873(stop func(*broadcast)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		b := newBroadcast("update")
		t.Go("loop", b.run)
		t.Go("stop", func() { stop(b) })
		t.Wait()
		if want := []string{"update"}; !slices.Equal(b.seen, want) {
			t.Errorf("got the updates %q, want %q", b.seen, want)
		}
	}
}
