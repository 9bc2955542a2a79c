package bugs

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestLostUpdate(t *testing.T) { orchestrate.Test(t, lostUpdate((*counter).visit)) }

func TestLostUpdateRepaired(t *testing.T) { orchestrate.Test(t, lostUpdate((*counter).visitRepaired)) }

// lostUpdate has three visitors, each of whom comes five times.
func lostUpdate(visit func(*counter)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var c counter
		for range 3 {
			t.Go("visitor", func() {
				for range 5 {
					visit(&c)
				}
			})
		}
		t.Wait()
		if got := c.visits.Load(); got != 15 {
			t.Errorf("got %d visits, want 15", got)
		}
	}
}
