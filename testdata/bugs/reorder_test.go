package bugs

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestReorder3(t *testing.T)  { orchestrate.Test(t, reorder(3, (*service).start)) }
func TestReorder5(t *testing.T)  { orchestrate.Test(t, reorder(5, (*service).start)) }
func TestReorder10(t *testing.T) { orchestrate.Test(t, reorder(10, (*service).start)) }
func TestReorder20(t *testing.T) { orchestrate.Test(t, reorder(20, (*service).start)) }

func TestReorder3Repaired(t *testing.T)  { orchestrate.Test(t, reorder(3, (*service).startRepaired)) }
func TestReorder5Repaired(t *testing.T)  { orchestrate.Test(t, reorder(5, (*service).startRepaired)) }
func TestReorder10Repaired(t *testing.T) { orchestrate.Test(t, reorder(10, (*service).startRepaired)) }
func TestReorder20Repaired(t *testing.T) { orchestrate.Test(t, reorder(20, (*service).startRepaired)) }

// reorder has so many threads: a client, and replicas.
func reorder(threads int, start func(*service, int64)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var s service
		for i := range threads - 1 {
			t.Go("replica", func() { start(&s, int64(i+1)) })
		}
		t.Go("client", func() {
			if address, ready := s.lookUp(); ready && address == 0 {
				t.Error("the service is ready, and has no address")
			}
		})
	}
}
