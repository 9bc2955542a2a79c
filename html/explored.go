package html

import (
	"cmp"
	"math"
	"math/big"
	"strconv"

	"github.com/orchtest/orchtest/junit"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// An explored is an orchestrated test in the overview.
type explored struct {
	Package, Name string
	Bad           bool
	Claims        []claim // one for each call
	Segments      []segment
	Drawn         []*failure

	cases        []*junit.Case
	explorations []protocol.Exploration
	counts       [kinds]*big.Int
}

// A claim says what was covered.
type claim struct {
	Call     string // "" where there is only one
	Text     string
	Outcomes []outcome
}

// An outcome is what scenarios came out with.
type outcome struct {
	protocol.Outcome
	Number string // of scenarios
	Remark string
	Bad    bool
}

func outcomes(all []protocol.Outcome) (shown []outcome) {
	for _, o := range all {
		each := outcome{Outcome: o, Number: grouped(o.Scenarios)}
		each.Label = protocol.Printable(o.Label) // so that no two look alike
		switch {
		case o.Forbidden:
			each.Remark, each.Bad = "forbidden", o.Scenarios > 0
		case o.Scenarios == 0:
			each.Remark = "expected, did not come"
		case o.Failed > 0:
			each.Remark, each.Bad = grouped(o.Failed)+" failed", true
		}
		shown = append(shown, each)
	}
	return shown
}

// A segment is a part of a bar.
type segment struct {
	Class, Name string
	Number      string
	Share       float64 // of the bar's width, in per cent
}

// A kind is what may have become of a sequence.
type kind int

const (
	ofPassed kind = iota
	ofFailed
	ofErrored
	ofSkipped
	ofNotRun
	ofInfeasible
	ofOthers // nothing is known of them
	kinds
)

var kindNames = [kinds][2]string{
	{"passed", "passed"}, {"failed", "failed"}, {"errored", "errored"}, {"skipped", "skipped"},
	{"notrun", "not run"}, {"infeasible", "infeasible"}, {"others", "not planned"},
}

func (e *explored) add(c *junit.Case) { e.cases = append(e.cases, c) }

// bad returns how many scenarios of the test failed, or could not be run.
func (e *explored) bad() (n int) {
	for _, c := range e.cases {
		if isBad(c) {
			n++
		}
	}
	return n
}

func isBad(c *junit.Case) bool { return c.Verdict == junit.Failed || c.Verdict == junit.Errored }

// finish is called when all that is known of the test was added.
func (e *explored) finish() {
	for k := range e.counts {
		e.counts[k] = new(big.Int)
	}
	if len(e.explorations) == 0 {
		e.countCases()
	}
	for _, x := range e.explorations {
		e.count(x)
		c := claim{Text: parse.Summary(x), Outcomes: outcomes(x.Outcomes)}
		if len(e.explorations) > 1 {
			c.Call = "call " + strconv.Itoa(x.Call+1)
		}
		e.Claims = append(e.Claims, c)
	}
	e.Bad = e.counts[ofFailed].Sign() > 0 || e.counts[ofErrored].Sign() > 0
	e.Segments = segments(e.counts)
}

// countCases counts the scenarios of a test of which nobody said what they came to as a whole.
func (e *explored) countCases() {
	one := big.NewInt(1)
	for _, c := range e.cases {
		k := map[junit.Verdict]kind{
			junit.Passed: ofPassed, junit.Failed: ofFailed, junit.Errored: ofErrored, junit.Skipped: ofSkipped,
		}[c.Verdict]
		e.counts[k].Add(e.counts[k], one)
	}
	e.Claims = []claim{{Text: "the exploration did not come to its end"}}
}

// count adds what became of one exploration.
func (e *explored) count(x protocol.Exploration) {
	for k, n := range map[kind]int{
		ofPassed: x.Passed, ofFailed: x.Failed, ofErrored: x.Errored, ofSkipped: x.Skipped, ofNotRun: x.NotRun,
	} {
		e.counts[k].Add(e.counts[k], big.NewInt(int64(n)))
	}
	others := big.NewInt(int64(-x.Planned))
	if n, ok := new(big.Int).SetString(x.Infeasible, 10); ok {
		e.counts[ofInfeasible].Add(e.counts[ofInfeasible], n)
		others.Sub(others, n)
	}
	if all, ok := new(big.Int).SetString(cmp.Or(x.Part, x.Sequences), 10); ok && parse.Partial(x) {
		e.counts[ofOthers].Add(e.counts[ofOthers], others.Add(others, all))
	}
}

// segments returns the bar of these counts.
func segments(counts [kinds]*big.Int) []segment {
	all := new(big.Int)
	for _, n := range counts {
		all.Add(all, n)
	}
	var bar []segment
	for k, n := range counts {
		if n.Sign() <= 0 {
			continue
		}
		share, _ := new(big.Rat).SetFrac(new(big.Int).Mul(n, big.NewInt(100)), all).Float64()
		bar = append(bar, segment{kindNames[k][0], kindNames[k][1], parse.Grouped(n.String()), math.Round(share*1e4) / 1e4})
	}
	return bar
}

// totals returns what became of the scenarios of all tests.
func totals(tests []*explored) []segment {
	var sum [kinds]*big.Int
	for k := range sum {
		sum[k] = new(big.Int)
		for _, e := range tests {
			sum[k].Add(sum[k], e.counts[k])
		}
	}
	return segments(sum)
}
