package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestKubernetes11298(t *testing.T) {
	orchestrate.Test(t, kubernetes11298((*notifier).serve, (*notifier).abort))
}

func TestKubernetes11298Repaired(t *testing.T) {
	orchestrate.Test(t, kubernetes11298((*notifier).serveRepaired, (*notifier).abortRepaired),
		orchestrate.NoLeaks())
}

func kubernetes11298(serve, abort func(*notifier)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		n := newNotifier()
		t.Go("serve", func() { serve(n) })
		t.Go("abort", func() { abort(n) })
	}
}
