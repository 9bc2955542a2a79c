package bugs

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestRetries(t *testing.T) { orchestrate.Test(t, retries((*gauge).change)) }

func TestRetriesRepaired(t *testing.T) { orchestrate.Test(t, retries((*gauge).changeRepaired)) }

// retries has three threads that change a gauge five times each.
func retries(change func(*gauge, int64)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var g gauge
		for range 3 {
			t.Go("worker", func() {
				for range 5 {
					change(&g, 1)
				}
			})
		}
		t.Wait()
		if got := g.value.Load(); got != 15 {
			t.Errorf("got %d after 15 changes", got)
		}
	}
}
