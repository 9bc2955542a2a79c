package decide

import (
	"fmt"
	"slices"
)

// Names of strategies.
const (
	NameDelay  = "delay"
	NameRandom = "random"
	NamePCT    = "pct"
)

// Names returns the names of all strategies, in the order in which they take turns by default.
func Names() []string { return []string{NameDelay, NameRandom, NamePCT} }

// A Config says how a [Portfolio] decides.
type Config struct {
	Strategies []string // none: all
	Seed       uint64
	Depth      int    // of pct; 0: 3
	Length     int    // decisions that are expected, for pct; 0: 100
	Delay      string // where the delay-bounded search goes on; "": at the beginning
}

// What a Config without them has.
const (
	defaultDepth  = 3
	defaultLength = 100
)

// A Portfolio lets several strategies take turns: each misses other bugs. Schedule n is that of strategy n % len.
// Where the delay-bounded search has none left, it is one at random.
type Portfolio struct {
	names  []string
	by     []Strategy // as names
	random *Random
	delay  *Delay // nil where it is not one of them
	now    Strategy
	name   string
}

// NewPortfolio returns the strategies of a Config.
func NewPortfolio(c Config) (*Portfolio, error) {
	if len(c.Strategies) == 0 {
		c.Strategies = Names()
	}
	if c.Depth == 0 {
		c.Depth = defaultDepth
	}
	if c.Length == 0 {
		c.Length = defaultLength
	}
	p := &Portfolio{names: slices.Clone(c.Strategies), random: NewRandom(c.Seed)}
	for _, name := range c.Strategies {
		switch name {
		case NameDelay:
			if p.delay == nil {
				var err error
				if p.delay, err = NewDelay(c.Delay); err != nil {
					return nil, err
				}
			}
			p.by = append(p.by, p.delay)
		case NameRandom:
			p.by = append(p.by, p.random)
		case NamePCT:
			p.by = append(p.by, NewPCT(c.Seed, c.Depth, c.Length))
		default:
			return nil, fmt.Errorf("no strategy %q: want one of %q", name, Names())
		}
	}
	return p, nil
}

// Begin implements [Strategy]. It returns false only where the delay-bounded search is the only strategy, and has
// come to its end.
//
//go:norace
func (p *Portfolio) Begin(schedule int) bool {
	p.End()
	i := schedule % len(p.by)
	p.name, p.now = p.names[i], p.by[i]
	if p.now.Begin(schedule) {
		return true
	}
	if len(p.by) == 1 {
		return false
	}
	p.name, p.now = NameRandom, p.random
	return p.now.Begin(schedule)
}

// End ends the running schedule.
//
//go:norace
func (p *Portfolio) End() {
	if p.delay != nil {
		p.delay.End()
	}
}

// Decide implements [Decider].
//
//go:norace
func (p *Portfolio) Decide(d *Decision) int { return p.now.Decide(d) }

// Name returns the name of the strategy that decides the running schedule.
//
//go:norace
func (p *Portfolio) Name() string { return p.name }

// Delay returns the delay-bounded search, or nil where it is not one of the strategies.
func (p *Portfolio) Delay() *Delay { return p.delay }
