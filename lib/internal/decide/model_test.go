package decide_test

import (
	"fmt"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/internal/decide"
)

// A program is what threads do, a list of steps each: what a conductor would have run, without goroutines.
//
//	lock a, unlock a
//	read, write        a shared number, which write sets to what was read and 1 more
//	set, wait          a flag; wait blocks until it is set
//	spin, yield        a loop until the flag is set; yield offers its turn in it
//	select             one of three cases: the first two go on, the third one sets the flag
//	timeout            a timer that fires once sets the flag
type program [][]string

func (p program) String() string {
	var b strings.Builder
	for i, steps := range p {
		fmt.Fprintf(&b, "\n%d: %s", i, strings.Join(steps, ", "))
	}
	return b.String()
}

// A ran schedule.
type ran struct {
	deadlock bool
	lost     bool // an update of the number
	endless  bool // it was cut off
	stopped  bool // by the decider
	turns    []int
	choices  string
	made     int
}

// A machine runs a program.
type machine struct {
	p      program
	at     []int
	locks  map[string]int
	number int
	read   []int
	flag   bool
	timer  bool // it can fire
	out    ran
}

const mostTurns = 5_000

func run(p program, d decide.Decider) ran {
	m := &machine{p: p, at: make([]int, len(p)), locks: map[string]int{}, read: make([]int, len(p))}
	writes, last := 0, -2
	for _, steps := range p {
		for _, s := range steps {
			m.timer = m.timer || s == "timeout"
			if s == "write" {
				writes++
			}
		}
	}
	for {
		options := m.options()
		if len(options) == 0 {
			break
		}
		if len(m.out.turns) == mostTurns {
			m.out.endless = true
			return m.out
		}
		choice := 0
		if len(options) > 1 {
			asked := decide.Decision{Kind: decide.Turn, Thread: max(last, -1), Options: options, Current: -1}
			for i, o := range options {
				if o.Number == last && last >= 0 {
					asked.Current = i
				}
			}
			if choice = m.ask(d, &asked); choice < 0 {
				return m.out
			}
		}
		last = options[choice].Number
		m.out.turns = append(m.out.turns, last)
		if last == decide.Timer {
			m.timer, m.flag = false, true
		} else if !m.step(last, d) {
			return m.out
		}
	}
	for i, at := range m.at {
		m.out.deadlock = m.out.deadlock || at < len(p[i])
	}
	m.out.lost = !m.out.deadlock && m.number < writes
	return m.out
}

func (m *machine) ask(d decide.Decider, asked *decide.Decision) int {
	choice := d.Decide(asked)
	if choice >= len(asked.Options) {
		panic("no such option")
	}
	m.out.made++
	m.out.stopped = choice < 0
	m.out.choices += strconv.Itoa(choice) + " "
	return choice
}

// options returns who can go on.
func (m *machine) options() (options []decide.Option) {
	for i, steps := range m.p {
		if m.at[i] == len(steps) {
			continue
		}
		do, on, _ := strings.Cut(steps[m.at[i]], " ")
		holder, held := m.locks[on]
		if do == "lock" && held && holder >= 0 || do == "wait" && !m.flag {
			continue
		}
		if do == "yield" {
			do = "runtime.Gosched"
		}
		options = append(options, decide.Option{Number: i, Site: fmt.Sprintf("%s\tm/%d.go:%d:1", do, i, m.at[i])})
	}
	if m.timer && len(options) > 0 || m.timer && m.blocked() {
		options = append(options, decide.Option{Number: decide.Timer, Site: "time.After\tm/0.go:1:1"})
	}
	return options
}

func (m *machine) blocked() bool {
	for i, at := range m.at {
		if at < len(m.p[i]) {
			return true
		}
	}
	return false
}

func (m *machine) step(i int, d decide.Decider) bool {
	do, on, _ := strings.Cut(m.p[i][m.at[i]], " ")
	m.at[i]++
	switch do {
	case "lock":
		m.locks[on] = i
	case "unlock":
		m.locks[on] = -1
	case "read":
		m.read[i] = m.number
	case "write":
		m.number = m.read[i] + 1
	case "set":
		m.flag = true
	case "spin", "yield":
		if !m.flag {
			m.at[i]--
		}
	case "select":
		asked := decide.Decision{
			Kind: decide.Case, Site: "select\tm/s.go:1:1", Thread: i, Current: -1,
			Options: []decide.Option{{Number: 0}, {Number: 1}, {Number: 2}},
		}
		choice := m.ask(d, &asked)
		m.flag = m.flag || choice == 2
		return choice >= 0
	}
	return true
}

// fragments are what threads are made of.
var fragments = [][]string{
	{"lock a", "unlock a"},
	{"lock a", "lock b", "unlock b", "unlock a"},
	{"lock b", "lock a", "unlock a", "unlock b"},
	{"read", "write"},
	{"lock a", "read", "write", "unlock a"},
	{"set"},
	{"wait"},
	{"select"},
	{"timeout"},
	{"nop"},
}

// drawProgram draws a program of two to four threads, without loops.
func drawProgram(t *rapid.T, most int) program {
	some := rapid.SliceOfN(rapid.SampledFrom(fragments), 1, most)
	var p program
	for range rapid.IntRange(2, 4).Draw(t, "threads") {
		var steps []string
		for _, f := range some.Draw(t, "thread") {
			steps = append(steps, f...)
		}
		p = append(p, steps)
	}
	return p
}
