package runner

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/traces"
)

// readTrace reads the trace that is to be replayed, and what it is of.
func readTrace(file string) (trace string, of *traces.Simplifier, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", nil, usagef("--replay %s: %w", file, err)
	}
	if of, err = traces.NewSimplifier(string(text)); err != nil {
		return "", nil, usagef("--replay %s: %w", file, err)
	}
	return string(text), of, nil
}

// replayTrace replays the trace that was asked for, of the one test that is selected.
func (h *hunt) replayTrace() {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.ctx.Err() != nil:
		return
	case h.err != nil || h.verdict.failed.Load() && len(h.tests) == 0:
		return // it was not built
	case len(h.tests) != 1:
		var names []string
		for _, t := range h.tests {
			names = append(names, t.name)
		}
		h.err = usagef("--replay %s: a trace is of one test, and %d are selected: name it with --run '^TestX$' and its package",
			h.o.Replay, len(h.tests))
		if len(names) > 0 {
			h.err = fmt.Errorf("%w: %s", h.err, strings.Join(names, " "))
		}
		return
	case h.tests[0].name != h.traceOf.Test():
		h.err = usagef("--replay %s: it is a trace of %s, and %s is selected", h.o.Replay, h.traceOf.Test(), h.tests[0].name)
		return
	}
	t := h.tests[0]
	t.plan = hunting.NewPlan(hunting.Turns(h.o.Strategy), h.o.Repeat, false)
	h.beginTest(t)
	replays := replays{}
	for range h.o.Repeat {
		h.replayOnce(t, h.trace, &replays)
		if h.ctx.Err() != nil || t.trouble != nil {
			break
		}
	}
	h.replayed = replays.String()
	h.finish(t)
}

// replays counts what became of replays.
type replays struct {
	reproduced, passed, inconclusive int
	diverged                         []string // where, each once
	divergences                      int
	hashes                           []string // of the schedules, each once
}

// replayOnce runs the trace in a process of its own.
func (h *hunt) replayOnce(t *huntTest, trace string, count *replays) {
	request := h.request(t)
	request.Count = 1
	var p *huntProcess
	h.aside(func() { p = h.follows(t, request, trace) })
	if p.canceled() {
		return
	}
	reports := h.shown(p)
	if hash := p.tally.Hash; hash != "" {
		count.hashes = addOnce(count.hashes, hash)
	}
	switch {
	case len(reports) > 0 && p.trouble() == nil:
		count.reproduced++
		for _, r := range reports {
			r.Schedule, r.Strategy = h.traceOf.Schedule(), h.traceOf.Strategy()
			found := t.findings.Add(r, p.output)
			found.File, found.Preemptions = h.o.Replay, h.traceOf.Preemptions()
			t.findings.Confirm(found, r, p.output)
		}
	case p.tally.Diverged != "":
		count.divergences++
		count.diverged = addOnce(count.diverged, p.tally.Diverged)
		p.tally.Add(protocol.HuntReport{
			Kind: protocol.HuntInconclusive, Schedule: p.tally.Next, Reason: "diverged at " + p.tally.Diverged,
		})
	default:
		h.judge(t, p)
		if p.tally.Done && p.exit.status == "" {
			count.passed++
		} else {
			count.inconclusive++
		}
	}
	t.take(p)
}

func addOnce(all []string, text string) []string {
	if slices.Contains(all, text) {
		return all
	}
	return append(all, text)
}

// String says what became of them in a line.
func (r replays) String() string {
	ran := r.reproduced + r.passed + r.inconclusive + r.divergences
	var facts []string
	add := func(n int, text string) {
		switch {
		case n > 0 && ran == 1:
			facts = append(facts, text)
		case n > 0:
			facts = append(facts, grouped(n)+" "+text)
		}
	}
	add(r.reproduced, "reproduced")
	add(r.passed, "passes now")
	add(r.inconclusive, "inconclusive")
	add(r.divergences, "diverged at "+strings.Join(r.diverged, "; at "))
	switch n := len(r.hashes); {
	case n == 1:
		facts = append(facts, "trace "+r.hashes[0])
	case n > 1:
		facts = append(facts, fmt.Sprintf("%d different traces", n))
	}
	return fmt.Sprintf("REPLAYED %s: %s\n", hunting.Times(ran), strings.Join(facts, ", "))
}
