package bugs

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestSlowPath(t *testing.T) { orchestrate.Test(t, slowPath((*train).book)) }

func TestSlowPathRepaired(t *testing.T) { orchestrate.Test(t, slowPath((*train).bookRepaired)) }

// slowPath has three passengers for two seats.
func slowPath(book func(*train) bool) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var tr train
		tr.seats.Store(2)
		for range 3 {
			t.Go("passenger", func() { book(&tr) })
		}
		t.Wait()
		if got := tr.taken.Load(); got > 2 {
			t.Errorf("%d passengers in 2 seats", got)
		}
	}
}
