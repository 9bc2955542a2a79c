package decide_test

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/internal/decide"
)

// TestDelayOver runs more schedules than are remembered: the search ends, and does not say that these were all.
func TestDelayOver(t *testing.T) {
	s := &decide.Delay{}
	options := make([]decide.Option, 3)
	for i := range options {
		options[i].Number = i
	}
	schedules := 0
	for ; s.Begin(schedules); schedules++ {
		if s.Over() {
			t.Fatal("it is over in a schedule")
		}
		for range 10 {
			s.Decide(&decide.Decision{Kind: decide.Turn, Thread: 0, Options: options, Current: 0})
		}
	}
	if all := 59049; schedules >= all || !s.Over() || s.Exhausted() {
		t.Errorf("%d schedules of %d: over %v, exhausted %v", schedules, all, s.Over(), s.Exhausted())
	}
	again, err := decide.NewDelay(s.State())
	if err != nil || !again.Over() || again.Begin(0) {
		t.Errorf("%v: it goes on", err)
	}
}

// A costing decider knows what a schedule costs in delays, in a way of its own.
type costing struct {
	decide.Decider
	cost int
}

func (c *costing) Decide(d *decide.Decision) int {
	choice := c.Decider.Decide(d)
	c.cost += c.order(d)[choice]
	return choice
}

// order returns what each option costs.
func (c *costing) order(d *decide.Decision) []int {
	n := len(d.Options)
	costs := make([]int, n)
	usual := 0
	if d.Kind == decide.Case {
		for i := range costs {
			costs[i] = i
		}
		return costs // programs without loops never have a case that is taken too often
	}
	timer := d.Options[n-1].Number == decide.Timer
	if timer {
		n--
	}
	for i := n - 1; i >= 0; i-- {
		if d.Options[i].Number > d.Thread {
			usual = i
		}
	}
	for i := range n {
		if d.Options[i].Number == d.Thread {
			usual = i
		}
	}
	cost := 0
	for i := range n {
		if timer && cost == min(n, 2) {
			costs[n] = cost
			cost++
		}
		costs[(usual+i)%n] = cost
		cost++
	}
	if timer && n <= 2 {
		costs[n] = n
	}
	return costs
}

// prefix makes the choices that are given, and then the first ones.
type prefix struct {
	choices []int
	options []int
}

func (p *prefix) Decide(d *decide.Decision) int {
	i := len(p.options)
	p.options = append(p.options, len(d.Options))
	if i < len(p.choices) {
		return p.choices[i]
	}
	return 0
}

// everySchedule runs a program in every way and returns what each costs, or nil if these are too many.
func everySchedule(p program, limit int) map[string]int {
	costs := map[string]int{}
	var choices []int
	for {
		forced := &prefix{choices: choices}
		c := &costing{Decider: forced}
		costs[run(p, c).choices] = c.cost
		if len(costs) > limit {
			return nil
		}
		for len(choices) < len(forced.options) {
			choices = append(choices, 0)
		}
		last := len(choices) - 1
		for ; last >= 0 && choices[last]+1 == forced.options[last]; last-- {
		}
		if last < 0 {
			return costs
		}
		choices = choices[:last+1]
		choices[last]++
	}
}

// TestDelayAll compares the search with all schedules there are: each is run once, in the order of delays.
func TestDelayAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t, 2)
		want := everySchedule(p, 400)
		if want == nil {
			t.Skip("too many schedules")
		}
		restart := rapid.IntRange(1, 60).Draw(t, "restart")
		got, last := map[string]int{}, 0
		s := newDelay(t, "")
		for n := 0; s.Begin(n); n++ {
			if s.Exhausted() {
				t.Fatalf("exhausted in the middle of schedule %d", n)
			}
			c := &costing{Decider: s}
			r := run(p, c)
			if _, twice := got[r.choices]; twice {
				t.Fatalf("schedule %d, %s: a second time", n, r.choices)
			}
			if c.cost < last {
				t.Fatalf("schedule %d: %d delays after %d", n, c.cost, last)
			}
			got[r.choices], last = c.cost, c.cost
			s.End()
			if n%restart == 0 {
				s = newDelay(t, s.State())
			}
		}
		if !maps.Equal(got, want) {
			t.Fatalf("got %d schedules, want %d:\n%v\n%v\n%v", len(got), len(want), got, want, p)
		}
		if !s.Exhausted() || s.Changed() != 0 {
			t.Fatalf("exhausted: %v; changed: %d", s.Exhausted(), s.Changed())
		}
	})
}

func newDelay(t rapid.TB, state string) *decide.Delay {
	s, err := decide.NewDelay(state)
	if err != nil {
		t.Fatal(err)
	}
	if state != "" && s.State() != state {
		t.Fatalf("state %q became %q", state, s.State())
	}
	return s
}

// TestDelayEven sees to it that one delay in a long schedule is not looked for at the end, or the begin, alone.
func TestDelayEven(t *testing.T) {
	const decisions, schedules, parts = 1_000, 101, 10
	s := newDelay(t, "")
	var count [parts]int
	for n := range schedules {
		s.Begin(n)
		for i := range decisions {
			d := decide.Decision{Thread: 0, Current: 0, Options: []decide.Option{{Number: 0}, {Number: 1}}}
			if i%50 == 0 {
				d.Thread, d.Current = 1, 1
			}
			if s.Decide(&d) != d.Current {
				count[i*parts/decisions]++
			}
		}
	}
	for _, n := range count {
		if n < 8 || n > 12 {
			t.Errorf("got %v delays by tenths of the schedule, want about %d each", count, (schedules-1)/parts)
			break
		}
	}
}

// TestDelayChanged runs a program that is another one each time.
func TestDelayChanged(t *testing.T) {
	s := newDelay(t, "")
	for n := range 1_000 {
		if !s.Begin(n) {
			break
		}
		for i := range 1 + (n*7+12)%13 {
			options := make([]decide.Option, 2+(n+i)%3)
			for k := range options {
				options[k].Number = k
			}
			s.Decide(&decide.Decision{Current: 0, Options: options})
		}
	}
	s.End()
	if s.Changed() == 0 {
		t.Error("nothing changed")
	}
	newDelay(t, s.State())
}

func TestDelayState(t *testing.T) {
	for _, state := range []string{"1", "1.0", "1.0.", "0.0.BA", "x.0.BA", "1.x.BA", "1.0.!", "3.0.AAAA", "1.0.AQ"} {
		if _, err := decide.NewDelay(state); err == nil {
			t.Errorf("%q: no error", state)
		}
	}
	newDelay(t, "0.0.")
}

// TestDelayMany goes on after it has forgotten.
func TestDelayMany(t *testing.T) {
	s := newDelay(t, "")
	decision := decide.Decision{Options: []decide.Option{{Number: 0}, {Number: 1}, {Number: 2}}}
	for n := range 50_000 {
		if !s.Begin(n) {
			t.Fatalf("there are no more after %d", n)
		}
		for range 60 {
			s.Decide(&decision)
		}
		s.End()
		if n%20_000 == 19_999 {
			s = newDelay(t, s.State())
		}
	}
	if size := len(s.State()); size > 64<<10 {
		t.Errorf("the state has %d bytes", size)
	}
}

// TestDelaySpins runs loops that wait for other threads.
func TestDelaySpins(t *testing.T) {
	for _, loop := range []string{"spin", "yield"} {
		for at := range 3 {
			p := program{{loop}, {loop}, {loop}}
			p[at] = []string{"nop", "set"}
			t.Run(fmt.Sprintf("%s/%d", loop, at), func(t *testing.T) {
				s := newDelay(t, "")
				for n := range 100 {
					s.Begin(n)
					if r := run(p, s); r.endless || r.deadlock {
						t.Fatalf("schedule %d: it does not end", n)
					}
				}
			})
		}
	}
}
