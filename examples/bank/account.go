// Package bank has an account that must not be overdrawn, whoever withdraws at the same time.
package bank

import (
	"errors"
	"sync/atomic"
)

// ErrOverdrawn is returned for a withdrawal of more than there is.
var ErrOverdrawn = errors.New("bank: not enough money in the account")

// An Account holds money. Any number of goroutines may use it at once.
type Account struct {
	balance atomic.Int64
}

// NewAccount returns an account with a first deposit.
func NewAccount(deposit int64) *Account {
	a := &Account{}
	a.balance.Store(deposit)
	return a
}

// Balance returns what is in the account.
func (a *Account) Balance() int64 { return a.balance.Load() }
