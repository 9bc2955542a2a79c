//go:build !broken

package deadlock

// Transfer moves an amount from one account to another.
//
// It locks the account with the lower number first, whichever way the money goes. Of two transfers
// between the same accounts, one waits for the other, and never both.
func Transfer(from, to *Account, amount int) {
	first, second := from, to
	if to.number < from.number {
		first, second = to, from
	}
	first.mu.Lock() // pragma: SYNCPOINT
	defer first.mu.Unlock()
	second.mu.Lock() // pragma: SYNCPOINT
	defer second.mu.Unlock()
	move(from, to, amount)
}
