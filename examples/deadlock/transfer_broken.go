//go:build broken

package deadlock

// Transfer moves an amount from one account to another.
//
// It locks the accounts in the order of its arguments. If somebody transfers the other way at the same
// time, each may hold the lock that the other one waits for.
func Transfer(from, to *Account, amount int) {
	from.mu.Lock() // pragma: SYNCPOINT
	defer from.mu.Unlock()
	to.mu.Lock() // pragma: SYNCPOINT
	defer to.mu.Unlock()
	move(from, to, amount)
}
