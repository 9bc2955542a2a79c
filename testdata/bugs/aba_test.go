package bugs

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

func TestABA(t *testing.T) { orchestrate.Test(t, aba((*pool).get, (*pool).put)) }

func TestABARepaired(t *testing.T) {
	orchestrate.Test(t, aba((*pool).getRepaired, (*pool).putRepaired))
}

// aba has three users, each of whom uses one of the four buffers.
func aba(get func(*pool) int64, put func(*pool, int64)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		p := newPool()
		for range 3 {
			t.Go("user", func() {
				buffer := get(p)
				syncpoint.Here()
				put(p, buffer)
			})
		}
		t.Wait()
		if free := p.free(); len(free) != 4 {
			t.Errorf("free are %d of 4 buffers: %v", len(free), free)
		}
	}
}
