package runner

import "golang.org/x/sync/errgroup"

// slots run functions, so many at once. Their goroutines stay, since one that has run a scenario has
// grown the stack that it takes.
type slots struct {
	workers errgroup.Group
	work    chan func()
}

func newSlots(limit int) *slots {
	s := &slots{work: make(chan func())}
	for range limit {
		s.workers.Go(func() error {
			for f := range s.work {
				f()
			}
			return nil
		})
	}
	return s
}

// run returns when a slot was free and f has been started in it. It may be called by any goroutine,
// and not after close.
func (s *slots) run(f func()) { s.work <- f }

// close returns when all that was started has ended.
func (s *slots) close() {
	close(s.work)
	s.workers.Wait() // the workers return no errors
}
