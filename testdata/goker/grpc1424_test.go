package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestGrpc1424(t *testing.T) {
	orchestrate.Test(t, grpc1424((*balancer).watch), orchestrate.NoLeaks())
}

func TestGrpc1424Repaired(t *testing.T) {
	orchestrate.Test(t, grpc1424((*balancer).watchRepaired), orchestrate.NoLeaks())
}

func grpc1424(watch func(*balancer, chan struct{})) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		b := newBalancer()
		t.Go("dial", func() {
			b.dial(watch)
			b.up("localhost")
		})
		t.Go("close", b.close)
	}
}
