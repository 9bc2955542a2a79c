package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestGrpc3017(t *testing.T) {
	orchestrate.Test(t, grpc3017((*connCache).expired))
}

func TestGrpc3017Repaired(t *testing.T) {
	orchestrate.Test(t, grpc3017((*connCache).expiredRepaired), orchestrate.NoLeaks())
}

func grpc3017(expire func(*connCache, *deletion)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		c := &connCache{expire: expire}
		c.wanted()
		timer := c.removed()
		t.Go("timer", timer.fire)
		t.Go("balancer", func() {
			c.wanted() // pragma: SYNCPOINT
			c.removed()
		})
		t.Wait()
		if c.conns != 1 {
			t.Errorf("got %d connections, want 1", c.conns)
		}
	}
}
