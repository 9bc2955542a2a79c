package orchestrate_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// An account is never to be overdrawn.
type account struct{ balance atomic.Int64 }

func newAccount(balance int64) *account {
	a := new(account)
	a.balance.Store(balance)
	return a
}

func (a *account) withdraw(amount int64) bool {
	for {
		balance := a.balance.Load()
		syncpoint.Here()
		if balance < amount {
			return false
		}
		// This is right. a.balance.Add(-amount) would not be, and fail in the sequence 0,1,0,1.
		if a.balance.CompareAndSwap(balance, balance-amount) {
			return true
		}
	}
}

func ExampleTest() {
	TestWithdraw := func(t *testing.T) {
		scenarios := 0
		counts := orchestrate.Test(t, func(t *orchestrate.T) {
			scenarios++
			account := newAccount(100)
			t.Go("first", func() { account.withdraw(70) })
			t.Go("second", func() { account.withdraw(70) })
			t.Wait()
			if got := account.balance.Load(); got != 30 {
				t.Errorf("got balance %d, want 30", got)
			}
		})
		fmt.Println("turns of each thread in the serial run:", counts)
		fmt.Println("scenarios:", scenarios)
	}

	fmt.Println("passed:", runTest("TestWithdraw", TestWithdraw)) // as go test does
	// Output:
	// turns of each thread in the serial run: [2 2]
	// scenarios: 6
	// passed: true
}

func ExampleRun() {
	TestWithdraw := func(t *testing.T) {
		account := newAccount(1_000)
		first := func() { account.withdraw(1) }
		counts := orchestrate.Run(t, []func(){first, first, first})
		fmt.Println(counts)
		fmt.Println(account.balance.Load()) // lives outside: 90 scenarios have withdrawn 3 each
	}

	runTest("TestWithdraw", TestWithdraw) // as go test does
	// Output:
	// [2 2 2]
	// 730
}

func ExampleName() {
	work := func() {
		syncpoint.Here()
		syncpoint.Named("commit")
		syncpoint.Here()
	}
	TestCommit := func(t *testing.T) {
		fmt.Println(orchestrate.Run(t, []func(){work, work}))
		fmt.Println(orchestrate.Run(t, []func(){work, work}, orchestrate.Name("commit")))
	}

	runTest("TestCommit", TestCommit) // as go test does
	// Output:
	// [3 3]
	// [2 2]
}

func ExampleT_Go() {
	TestOrders := func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			t.Go("a", func() {
				fmt.Print("a")
				syncpoint.Here()
				fmt.Print("A")
			})
			t.Go("b", func() { fmt.Print("b") })
			t.Wait()
			fmt.Println()
		})
	}

	runTest("TestOrders", TestOrders) // as go test does
	// Output:
	// aAb
	// abA
	// baA
}

func ExampleT_Wait() {
	TestSum := func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			results := make([]int, 2)
			t.Go("first", func() { syncpoint.Here(); results[0] = 1 })
			t.Go("second", func() { syncpoint.Here(); results[1] = 2 })
			t.Wait()
			// The threads have ended: what they wrote may be read without a lock.
			if got := results[0] + results[1]; got != 3 {
				t.Errorf("got %d, want 3", got)
			}
		})
	}

	fmt.Println("passed:", runTest("TestSum", TestSum)) // as go test does
	// Output: passed: true
}
