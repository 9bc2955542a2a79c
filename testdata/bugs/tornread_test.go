package bugs

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestTornRead(t *testing.T) { orchestrate.Test(t, tornRead((*route).set, (*route).get)) }

func TestTornReadRepaired(t *testing.T) {
	orchestrate.Test(t, tornRead((*route).setRepaired, (*route).getRepaired))
}

// tornRead has two clients that read the route four times each, while it is changed once.
func tornRead(set func(*route, int64, int64), get func(*route) (host, port int64)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var r route
		for range 2 {
			t.Go("client", func() {
				for range 4 {
					if host, port := get(&r); host != port {
						t.Errorf("got the port of host %d with host %d", port, host)
					}
				}
			})
		}
		t.Go("operator", func() { set(&r, 1, 1) })
	}
}
