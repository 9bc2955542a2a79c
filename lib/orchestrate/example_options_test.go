package orchestrate_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// Two threads that do the same: half of the six sequences tell all.
func ExampleSymmetric() {
	TestTwo := func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			var mu sync.Mutex // the race detector does not take the turns for an order
			var order []int
			note := func(i int) {
				mu.Lock()
				defer mu.Unlock()
				order = append(order, i)
			}
			for i := range 2 {
				t.Go("", func() {
					note(i)
					syncpoint.Here()
					note(i)
				})
			}
			t.Wait()
			fmt.Println(order)
		}, orchestrate.Symmetric())
	}

	fmt.Println("passed:", runTest("TestTwo", TestTwo)) // as go test does
	// Output:
	// [0 0 1 1]
	// [0 1 0 1]
	// [0 1 1 0]
	// passed: true
}

// A sequence that was found to fail once is run ever after, and nothing else but the serial run.
func ExampleSequences() {
	TestWithdraw := func(t *testing.T) {
		scenarios := 0
		orchestrate.Test(t, func(t *orchestrate.T) {
			scenarios++
			account := newAccount(100)
			t.Go("first", func() { account.withdraw(70) })
			t.Go("second", func() { account.withdraw(70) })
			t.Wait()
			if got := account.balance.Load(); got != 30 {
				t.Errorf("got balance %d, want 30", got)
			}
		}, orchestrate.Sequences("0,1,0,1"))
		fmt.Println("scenarios:", scenarios)
	}

	fmt.Println("passed:", runTest("TestWithdraw", TestWithdraw))
	// Output:
	// scenarios: 2
	// passed: true
}
