// Package hunting is what `orchtest hunt` knows of hunts: how the schedules of a test are shared out to processes
// ([Plan]), what a process reported and how it ended ([Tally], [Crash], [Races]), which findings are the same
// ([Findings]), and how one is told ([Scenario], [Describe]).
//
// It takes values and gives values: it starts nothing, reads no files and no clock.
package hunting

import "slices"

// Strategies: the values of [protocol.HuntRequest.Strategies], and what stands for all of them in turn.
const (
	Portfolio = "portfolio"
	Random    = "random"
	PCT       = "pct"
	Delay     = "delay"
)

// Strategies are the names of all strategies, the default first.
func Strategies() []string { return []string{Portfolio, Random, PCT, Delay} }

// Turns returns the strategies that take turns where one of these names was asked for; "" is the portfolio.
// The delay-bounded search is the first: its first schedule is the usual one, whose length is as good as any to begin with.
func Turns(name string) []string {
	if name == "" || name == Portfolio {
		return []string{Delay, Random, PCT}
	}
	return []string{name}
}

// searches reports whether a strategy goes on where its schedule before has stopped. The others are given by the
// number of the schedule alone.
func searches(strategies []string) bool { return slices.Contains(strategies, Delay) }
