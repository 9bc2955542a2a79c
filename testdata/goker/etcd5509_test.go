package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestEtcd5509(t *testing.T) {
	orchestrate.Test(t, etcd5509((*client).get))
}

func TestEtcd5509Repaired(t *testing.T) {
	orchestrate.Test(t, etcd5509((*client).getRepaired), orchestrate.NoLeaks())
}

func etcd5509(get func(*client) error) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		c := newClient()
		t.Go("get", func() { get(c) })
		t.Go("close", c.close)
	}
}
