package decide_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/internal/decide"
)

// TestSchedulesBySeed runs the same schedules in another order, by another portfolio.
func TestSchedulesBySeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t, 3)
		seed := rapid.Uint64().Draw(t, "seed")
		strategies := rapid.SampledFrom([][]string{{"random"}, {"pct"}, {"random", "pct"}}).Draw(t, "strategies")
		first, second := newPortfolio(t, strategies, seed), newPortfolio(t, strategies, seed)
		var runs [20]ran
		for n := range runs {
			first.Begin(n)
			runs[n] = run(p, first)
		}
		for n := len(runs) - 1; n >= 0; n -= 3 {
			second.Begin(n)
			if got := run(p, second); got.choices != runs[n].choices {
				t.Fatalf("schedule %d: %s, then %s", n, runs[n].choices, got.choices)
			}
		}
	})
}

func newPortfolio(t rapid.TB, strategies []string, seed uint64) *decide.Portfolio {
	s, err := decide.NewPortfolio(decide.Config{Strategies: strategies, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRandomIsFair counts what is chosen.
func TestRandomIsFair(t *testing.T) {
	const schedules = 30_000
	r := decide.NewRandom(1)
	var first, second [3]float64
	d := decide.Decision{Options: make([]decide.Option, 3)}
	for n := range schedules {
		r.Begin(n)
		first[r.Decide(&d)]++
		second[r.Decide(&d)]++
	}
	for i := range first {
		const want = schedules / 3
		if math.Abs(first[i]-want) > want/20 || math.Abs(second[i]-want) > want/20 {
			t.Errorf("got %v, %v; want %d each", first, second, want)
		}
	}
}

// TestPCTGuarantee runs a bug that three orderings are needed for, and counts how often it is met.
func TestPCTGuarantee(t *testing.T) {
	long := make([]string, 10)
	for i := range long {
		long[i] = "nop"
	}
	p := program{append(append([]string{"lock a"}, long...), "lock b", "unlock b", "unlock a"), {"lock b", "lock a", "unlock a", "unlock b"}, long}
	const schedules, depth = 4_000, 2
	length := 0
	for n := range 100 {
		s := decide.NewRandom(2)
		s.Begin(n)
		length = max(length, run(p, s).made)
	}
	s := decide.NewPCT(1, depth, length)
	found := 0
	for n := range schedules {
		s.Begin(n)
		if run(p, s).deadlock {
			found++
		}
	}
	if want := schedules / (len(p) * length); found < want {
		t.Errorf("found in %d of %d schedules, want at least %d", found, schedules, want)
	}
}

// TestLoopsEnd runs loops that wait for another thread, with all that decides.
func TestLoopsEnd(t *testing.T) {
	for _, loop := range []string{"yield", "spin"} {
		p := program{{loop}, {"nop", loop}, {"nop", "nop", "set"}, {loop}}
		for _, name := range decide.Names() {
			s := newPortfolio(t, []string{name}, 1)
			endless := 0
			for n := range 60 {
				s.Begin(n)
				if run(p, s).endless {
					endless++
				}
			}
			if endless > 0 && (name != "pct" || loop == "yield" || endless > 30) {
				t.Errorf("%s, %s: %d of 60 schedules do not end", loop, name, endless)
			}
		}
		if run(p, &decide.RoundRobin{}).endless {
			t.Errorf("%s: it does not end by turns", loop)
		}
	}
}

// TestSelectInLoop sees to it that no case is taken for ever.
func TestSelectInLoop(t *testing.T) {
	for _, d := range []decide.Decider{&decide.RoundRobin{}, newDelayBegun(t)} {
		decision := decide.Decision{Kind: decide.Case, Options: []decide.Option{{Number: 0}, {Number: 1}, {Number: 2}}}
		var count [3]int
		for range 1_000 {
			count[d.Decide(&decision)]++
		}
		for _, n := range count {
			if n < 300 {
				t.Errorf("%T: got %v", d, count)
			}
		}
	}
}

func newDelayBegun(t *testing.T) *decide.Delay {
	s := newDelay(t, "")
	s.Begin(0)
	return s
}

// TestTimers lets timers fire early with every strategy, and by turns never.
func TestTimers(t *testing.T) {
	p := program{{"nop", "nop", "nop", "timeout"}, {"nop", "nop", "nop"}}
	early := func(r ran) bool { return slices.Contains(r.turns, decide.Timer) }
	for _, name := range decide.Names() {
		s := newPortfolio(t, []string{name}, 1)
		found := false
		for n := range 50 {
			s.Begin(n)
			found = found || early(run(p, s))
		}
		if !found {
			t.Errorf("%s: no timer fires early", name)
		}
	}
	if early(run(p, &decide.RoundRobin{})) {
		t.Error("by turns a timer fires early")
	}
}

func TestPortfolio(t *testing.T) {
	s := newPortfolio(t, nil, 1)
	p := program{{"nop"}, {"nop"}} // of two schedules
	var names []string
	for n := range 12 {
		if !s.Begin(n) {
			t.Fatal("it ends")
		}
		names = append(names, s.Name())
		run(p, s)
	}
	for n, want := range []string{"delay", "random", "pct", "delay", "random", "pct", "random", "random", "pct"} {
		if names[n] != want {
			t.Errorf("schedule %d: got %s, want %s", n, names[n], want)
		}
	}
	if !s.Delay().Exhausted() {
		t.Error("the search goes on")
	}
	if _, err := decide.NewPortfolio(decide.Config{Strategies: []string{"best"}}); err == nil {
		t.Error("there is a strategy that is called best")
	}
	alone := newPortfolio(t, []string{"delay"}, 1)
	n := 0
	for ; alone.Begin(n); n++ {
		run(p, alone)
	}
	if n != 2 {
		t.Errorf("got %d schedules, want 2", n)
	}
}
