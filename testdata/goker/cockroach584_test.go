package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestCockroach584(t *testing.T) {
	orchestrate.Test(t, cockroach584((*gossip).bootstrap))
}

func TestCockroach584Repaired(t *testing.T) {
	orchestrate.Test(t, cockroach584((*gossip).bootstrapRepaired), orchestrate.NoLeaks())
}

func cockroach584(bootstrap func(g *gossip, peers int)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var g gossip
		t.Go("gossip", func() {
			bootstrap(&g, 2)
			g.manage()
		})
		t.Go("close", g.close)
	}
}
