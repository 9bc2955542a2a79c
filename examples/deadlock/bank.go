// Package deadlock has a bank in which two transfers in opposite directions may wait for each other.
package deadlock

import "sync"

// An Account holds money. Any number of goroutines may use it at once.
type Account struct {
	number int

	mu      sync.Mutex
	balance int
}

// NewAccount returns an account with a number of its own and a first deposit.
func NewAccount(number, deposit int) *Account {
	return &Account{number: number, balance: deposit}
}

// Balance returns what is in the account.
func (a *Account) Balance() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

// move takes an amount from one account to another. Both are locked.
func move(from, to *Account, amount int) {
	from.balance -= amount
	to.balance += amount
}
