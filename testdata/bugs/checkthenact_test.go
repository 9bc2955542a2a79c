package bugs

import (
	"sync/atomic"
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestCheckThenAct(t *testing.T) { orchestrate.Test(t, checkThenAct((*shop).sell)) }

func TestCheckThenActRepaired(t *testing.T) { orchestrate.Test(t, checkThenAct((*shop).sellRepaired)) }

// checkThenAct has three buyers, who want three each of the five that there are.
func checkThenAct(sell func(*shop) bool) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var s shop
		var sold atomic.Int64
		s.stock.Store(5)
		for range 3 {
			t.Go("buyer", func() {
				for range 3 {
					if sell(&s) {
						sold.Add(1)
					}
				}
			})
		}
		t.Wait()
		if got := sold.Load(); got > 5 {
			t.Errorf("sold %d of 5", got)
		}
	}
}
