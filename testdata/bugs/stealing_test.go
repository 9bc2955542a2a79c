package bugs

import (
	"sync/atomic"
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestStealing(t *testing.T) { orchestrate.Test(t, stealing((*deque).take)) }

func TestStealingRepaired(t *testing.T) { orchestrate.Test(t, stealing((*deque).takeRepaired)) }

// stealing has a worker with three tasks, and two thieves who try twice each to steal one.
func stealing(take func(*deque) (int64, bool)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var d deque
		var done [3]atomic.Int64
		do := func(task int64, ok bool) {
			if ok {
				done[task].Add(1)
			}
		}
		t.Go("worker", func() {
			for task := range done {
				d.add(int64(task))
			}
			for range done {
				do(take(&d))
			}
		})
		for range 2 {
			t.Go("thief", func() {
				do(d.steal())
				do(d.steal())
			})
		}
		t.Wait()
		for task := range done {
			if n := done[task].Load(); n != 1 {
				t.Errorf("task %d was done %d times", task, n)
			}
		}
	}
}
