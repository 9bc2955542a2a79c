package bugs

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestStampede(t *testing.T) { orchestrate.Test(t, stampede((*limiter).enter)) }

func TestStampedeRepaired(t *testing.T) { orchestrate.Test(t, stampede((*limiter).enterRepaired)) }

// stampede has six requests, where one is to be let in at a time, and up to three do no harm.
func stampede(enter func(*limiter) bool) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var l limiter
		for range 6 {
			t.Go("request", func() {
				if enter(&l) {
					l.leave()
				}
			})
		}
		t.Wait()
		if got := l.most.Load(); got > 3 {
			t.Errorf("%d requests were let in at once", got)
		}
	}
}
