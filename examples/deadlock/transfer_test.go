package deadlock_test

import (
	"testing"

	"github.com/orchtest/orchtest/examples/deadlock"
	"github.com/orchtest/orchtest/lib/orchestrate"
)

// TestTransfer moves money between two accounts in both directions.
func TestTransfer(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		a, b := deadlock.NewAccount(1, 100), deadlock.NewAccount(2, 100) // fresh for each scenario
		t.Go("there", func() { deadlock.Transfer(a, b, 30) })
		t.Go("back", func() { deadlock.Transfer(b, a, 10) })
		t.Wait()

		if a.Balance() != 80 || b.Balance() != 120 {
			t.Errorf("got balances %d and %d, want 80 and 120", a.Balance(), b.Balance())
		}
	})
}
