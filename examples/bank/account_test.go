package bank_test

import (
	"errors"
	"testing"

	"github.com/orchtest/orchtest/examples/bank"
	"github.com/orchtest/orchtest/lib/orchestrate"
)

// TestWithdraw withdraws 70 twice from an account of 100: one of the two is to be refused, and which
// of them is all that the order may decide.
func TestWithdraw(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		account := bank.NewAccount(100) // fresh for each scenario
		var first, second error
		t.Go("first", func() { first = account.Withdraw(70) })
		t.Go("second", func() { second = account.Withdraw(70) })
		t.Wait()

		if got := account.Balance(); got < 0 {
			t.Errorf("overdrawn: balance %d", got)
		}
		if errors.Is(first, bank.ErrOverdrawn) == errors.Is(second, bank.ErrOverdrawn) {
			t.Errorf("first: %v; second: %v; want one of them refused", first, second)
		}
	})
}
