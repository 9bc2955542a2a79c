//go:build !broken

package bank

// Withdraw takes an amount out of the account, if that much is in it.
//
// It takes the amount only out of the balance that it has checked. If somebody else was faster it
// checks anew: a thread of the test then passes the syncpoint once more than in the serial run.
func (a *Account) Withdraw(amount int64) error {
	for {
		balance := a.balance.Load()
		if balance < amount { // pragma: SYNCPOINT
			return ErrOverdrawn
		}
		if a.balance.CompareAndSwap(balance, balance-amount) {
			return nil
		}
	}
}
