// Package random has orchestrated tests of random programs, to be run in different ways.
package random

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// state is what the threads of a scenario share.
type state struct {
	locks  [2]sync.Mutex
	tokens chan int
	steps  int
}

// A step is what a thread does, among others. Where it stops it takes a turn more.
type step struct {
	stops int
	run   func(t *orchestrate.T, s *state)
}

func draw(r *rand.Rand) step {
	i, n := r.IntN(2), r.IntN(4)
	switch r.IntN(12) {
	case 0: // stops while it has a lock
		return step{1, func(_ *orchestrate.T, s *state) {
			s.locks[i].Lock()
			syncpoint.Here()
			s.steps++
			s.locks[i].Unlock()
		}}
	case 1: // may come to a deadlock with one that does so the other way round
		return step{1, func(_ *orchestrate.T, s *state) {
			s.locks[i].Lock()
			syncpoint.Here()
			s.locks[1-i].Lock()
			s.locks[1-i].Unlock()
			s.locks[i].Unlock()
		}}
	case 2: // blocks if there is no token
		return step{0, func(_ *orchestrate.T, s *state) { <-s.tokens }}
	case 3:
		return step{0, func(_ *orchestrate.T, s *state) { s.tokens <- 1 }}
	case 4: // takes more or fewer turns than in the serial run
		return step{1, func(_ *orchestrate.T, s *state) {
			if s.steps%2 == n%2 {
				syncpoint.Here()
			}
		}}
	case 5: // fails in some orders
		return step{0, func(t *orchestrate.T, s *state) {
			if s.steps == n {
				t.Errorf("after %d steps", n)
			}
		}}
	default:
		return step{1, func(_ *orchestrate.T, s *state) {
			s.steps++
			syncpoint.Here()
		}}
	}
}

// program draws the steps of each thread.
func program(r *rand.Rand) [][]step {
	threads := make([][]step, 2+r.IntN(2))
	turns := 0
	for i := range threads {
		turns++
		for range 1 + r.IntN(3) {
			if s := draw(r); turns+s.stops <= 6 {
				threads[i], turns = append(threads[i], s), turns+s.stops
			}
		}
	}
	threads[0] = append(threads[0], step{run: func(*orchestrate.T, *state) { syncpoint.Here() }})
	return threads
}

// TestRandom has four programs, which RANDOM_SEED determines.
func TestRandom(t *testing.T) {
	seed, err := strconv.ParseUint(os.Getenv("RANDOM_SEED"), 10, 64)
	if err != nil {
		t.Skip("RANDOM_SEED is not set")
	}
	for i := range uint64(4) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			threads := program(rand.New(rand.NewPCG(seed, i)))
			orchestrate.Test(t, func(t *orchestrate.T) {
				s := &state{tokens: make(chan int, 2)}
				s.tokens <- 1
				for _, steps := range threads {
					t.Go("", func() {
						for _, step := range steps {
							step.run(t, s)
						}
					})
				}
			}, orchestrate.DeadlockWindow(20*time.Millisecond))
		})
	}
}
