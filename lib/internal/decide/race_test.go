//go:build race

package decide_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/orchtest/orchtest/lib/internal/decide"
	"github.com/orchtest/orchtest/lib/internal/race"
)

// TestHidden lets goroutines decide in turn, as threads do: in an order that the race detector knows nothing of. It
// must not see what is done, either.
func TestHidden(t *testing.T) {
	s := newPortfolio(t, nil, 1)
	recorder := &decide.Recorder{Decider: s}
	deciders := []decide.Decider{recorder, &decide.RoundRobin{}, nil, nil}
	trace, err := decide.ParseTrace(example)
	if err != nil {
		t.Fatal(err)
	}
	deciders[2], deciders[3] = decide.NewReplay(trace), decide.NewLenient(trace)
	turns := [2]chan bool{make(chan bool, 1), make(chan bool, 1)}
	turns[0] <- true
	before := runtime.RaceErrors()
	var both sync.WaitGroup
	for i := range turns {
		both.Go(func() {
			race.Disable()
			for n := range 200 {
				<-turns[i]
				begin(s, recorder, n)
				decideAll(deciders, n%7)
				turns[1-i] <- true
			}
			race.Enable()
		})
	}
	both.Wait()
	if got := runtime.RaceErrors() - before; got > 0 {
		t.Errorf("got %d data races", got)
	}
}

//go:norace
func begin(s *decide.Portfolio, r *decide.Recorder, n int) {
	s.Begin(n)
	r.Begin()
}

//go:norace
func decideAll(deciders []decide.Decider, threads int) {
	options := make([]decide.Option, threads+2)
	for i := range options {
		options[i] = decide.Option{Number: i, Site: "runtime.Gosched\tm/file.go:1:1"}
	}
	for i := range 50 {
		d := decide.Decision{Options: options, Current: i % 2, Thread: i % 2}
		if i%5 == 0 {
			d.Kind, d.Current, d.Site = decide.Case, -1, "select"
		}
		for _, decider := range deciders {
			decider.Decide(&d)
		}
	}
}
