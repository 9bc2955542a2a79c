// Package travel sells the seats of a train. Two calls of one function that works in two steps are
// the smallest case that orchtest is for: see TestBook.
package travel

import (
	"errors"
	"slices"
	"sync"
)

// ErrFull is returned when every seat is taken.
var ErrFull = errors.New("travel: the train is full")

// A Train has seats, and a passenger in some of them. Any number of goroutines may use it at once.
type Train struct {
	mu    sync.Mutex
	seats []string // by seat, its passenger; "" where nobody sits
}

// NewTrain returns a train with so many seats, all of them free.
func NewTrain(seats int) *Train { return &Train{seats: make([]string, seats)} }

// Passengers returns the passenger of each seat, "" where it is free.
func (t *Train) Passengers() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.seats)
}

// confirm writes the passenger's name on a seat.
func (t *Train) confirm(seat int, passenger string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seats[seat] = passenger
}
