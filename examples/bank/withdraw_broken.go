//go:build broken

package bank

// Withdraw takes an amount out of the account, if that much is in it.
//
// It is, between its check and its act, as if the balance stood still. Both are atomic, so the race
// detector has nothing to say; together they are not.
func (a *Account) Withdraw(amount int64) error {
	if a.balance.Load() < amount { // pragma: SYNCPOINT
		return ErrOverdrawn
	}
	a.balance.Add(-amount)
	return nil
}
