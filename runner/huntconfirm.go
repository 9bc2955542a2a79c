package runner

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/traces"
)

// mostTries is how many schedules that showed the same, after others in one process, are tried in processes of their own,
// before it is given up to confirm it; leaning is how many findings that could not be confirmed are enough to think that the schedules of
// a test depend on those before them.
const (
	mostTries = 3
	leaning   = 2
)

// window is for how many milliseconds nothing may change before goroutines are deadlocked or leaked.
const window = 1000

// aside runs f without run.mu, which is held.
func (h *hunt) aside(f func()) {
	h.mu.Unlock()
	defer h.mu.Lock()
	f()
}

// found deals with what a process has found.
func (h *hunt) found(t *huntTest, p *huntProcess) {
	for _, r := range h.shown(p) {
		found := t.findings.Add(r, p.output)
		if found.Confirmed || t.trouble != nil || found.Tries >= mostTries && p.request.Count > 1 {
			continue
		}
		single := p.request
		single.First, single.Count, single.Delay = r.Schedule, 1, ""
		h.settled(t, found, h.confirm(t, r, single))
	}
}

// A proof is what a process of its own has shown of a finding.
type proof struct {
	report protocol.HuntReport
	output string
}

// settled deals with a finding that was tried to be confirmed: shown is nil if that did not succeed. Another worker may
// have confirmed it meanwhile.
func (h *hunt) settled(t *huntTest, found *hunting.Found, shown *proof) {
	if shown == nil {
		if h.ctx.Err() != nil || t.trouble != nil {
			return
		}
		found.Tries++
		if len(t.findings.Unconfirmed()) >= leaning {
			t.plan.Alone()
		}
		return
	}
	if f := shown.report.Finding; !sameFinding(*f, found.Finding) {
		found = t.findings.Instead(found, shown.report, shown.output)
	}
	if found.Confirmed {
		return
	}
	t.findings.Confirm(found, shown.report, shown.output)
	h.progress.add(t.underway, 0, 1)
	h.fails()
	limit := h.o.ShrinkTime
	if t.plan.Stopped() {
		limit = 0 // another process has ended the hunt of the test meanwhile
	}
	h.simplify(t, found, limit)
	h.keepTrace(t, found)
	if !h.KeepGoing {
		t.over()
	}
}

// shown is what the findings of a process are, with what only its output tells: a failure is a data race where the
// race detector says so, and what ended the process is one even if it could not report it.
func (h *hunt) shown(p *huntProcess) []protocol.HuntReport {
	reports := slices.Clone(p.tally.Findings)
	if len(reports) == 0 && p.tally.Explained() {
		return nil
	}
	last := protocol.HuntReport{Kind: protocol.HuntFinding, Schedule: p.tally.Next}
	if n := len(reports); n > 0 {
		last, reports = reports[n-1], reports[:n-1] // a process prints what it has found, and ends
	}
	status := p.exit.status
	if p.exit.timedOut {
		status = ""
	}
	for _, f := range hunting.Told(last.Finding, p.output, status, h.Dir) {
		report := last
		if p.tally.Done && f.Kind == protocol.FoundFailure {
			f.Text = "the process failed after its schedules: " + status
		}
		report.Finding = &f
		reports = append(reports, report)
	}
	return reports
}

// confirm runs a schedule that has shown something again, each time in a process of its own: by its trace, by its
// number, and by its trace as far as that leads. What it shows then is the finding. It returns nil if it shows nothing.
func (h *hunt) confirm(t *huntTest, r protocol.HuntReport, single protocol.HuntRequest) *proof {
	for _, way := range []string{"replay", "number", "lenient"} {
		request, trace := single, r.Trace
		request.Window = windowOf(r.Finding.Kind)
		switch {
		case way == "number" && r.Strategy != hunting.Delay:
			trace = ""
		case way != "number" && trace != "":
			request.Lenient = way == "lenient"
		default:
			continue
		}
		var p *huntProcess
		h.aside(func() { p = h.follows(t, request, trace) })
		if h.ctx.Err() != nil || h.spoiled(t, p) {
			return nil
		}
		reports := h.shown(p)
		if len(reports) == 0 {
			continue
		}
		again := reports[0]
		if same := same(reports, *r.Finding); same != nil {
			again = *same
		}
		again.Schedule, again.Strategy = r.Schedule, r.Strategy
		again.Trace = cmp.Or(again.Trace, r.Trace)
		return &proof{again, p.output}
	}
	return nil
}

// windowOf is for how many milliseconds nothing may change before a finding of the kind is one: packages that are not
// rewritten may have timers that wake a thread.
func windowOf(kind string) int {
	switch kind {
	case protocol.FoundDeadlock, protocol.FoundLeak:
		return window
	}
	return 0
}

// follows runs one schedule in a process of its own, by a trace unless that is "".
func (h *hunt) follows(t *huntTest, request protocol.HuntRequest, trace string) *huntProcess {
	if trace == "" {
		return h.process(h.ctx, t, request, nil)
	}
	name, remove, err := h.traceFile(trace)
	if err != nil {
		return &huntProcess{tally: hunting.NewTally(request), err: err}
	}
	defer remove()
	request.Replay = name
	return h.process(h.ctx, t, request, nil)
}

// crashed deals with a process that ended, and has not said why.
func (h *hunt) crashed(t *huntTest, p *huntProcess) {
	reports := h.shown(p)
	if len(reports) == 0 {
		crash := hunting.Classify(p.output, p.exit.status, h.Dir)
		if crash.ToolError != "" {
			h.spoil(t, fmt.Errorf("%s", crash.ToolError))
			return
		}
		t.output = cmp.Or(t.output, p.output)
		if !h.passOver(t, p, p.tally.Next, p.reached(), protocol.HuntReport{Kind: protocol.HuntInconclusive, Reason: crash.Unknown}) {
			t.over()
		}
		return
	}
	found := t.findings.Add(reports[0], p.output)
	schedule, before, shown := h.locate(t, p, found.Finding)
	goesOn := p.tally.Done || h.passOver(t, p, schedule, before, protocol.HuntReport{Kind: protocol.HuntProgress})
	if shown != nil {
		shown.report.Schedule, shown.report.Strategy = schedule, strategyOf(p.request.Strategies, schedule)
	}
	h.settled(t, found, shown)
	if !goesOn {
		t.over()
	}
}

// passOver takes note of a schedule that its process did not survive, as report says. before is where the delay-bounded
// search was before it: it goes on behind it, unless there is nothing more.
func (h *hunt) passOver(t *huntTest, p *huntProcess, schedule int, before string, report protocol.HuntReport) (goesOn bool) {
	report.Schedule, report.Delay = schedule, before
	if report.Kind == protocol.HuntProgress {
		report.Schedule += p.tally.Stride // it tells the next one
	}
	goesOn = true
	if strategyOf(p.request.Strategies, schedule) == hunting.Delay {
		next, more, err := traces.Skip(before)
		if err != nil {
			h.spoil(t, err)
		}
		goesOn = more || len(p.request.Strategies) > 1
		report.Delay = next
	}
	p.tally.Add(report)
	return goesOn
}

// locate finds out which schedule of a process has ended it, where the delay-bounded search was before that, and runs it
// in a process of its own. What that shows is nil if it is not the same.
func (h *hunt) locate(t *huntTest, p *huntProcess, f protocol.Finding) (schedule int, before string, shown *proof) {
	var unfit *huntProcess // one that could not do its work: nothing more is run
	process := func(request protocol.HuntRequest) *huntProcess {
		other := h.process(h.ctx, t, request, nil)
		if other.trouble() != nil {
			unfit = other
		}
		return other
	}
	ends := func(request protocol.HuntRequest) *proof {
		other := process(request)
		if r := same(h.shown(other), f); r != nil && unfit == nil {
			return &proof{*r, other.output}
		}
		return nil
	}
	schedule, before = p.tally.Next, p.reached()
	low, high := p.tally.Ran, p.request.Count // the first low do not end it, the first high do
	if p.tally.Done {
		schedule, high = p.tally.Next-p.tally.Stride, p.tally.Ran // it has ended after them
	}
	h.aside(func() {
		request := p.request
		if shown = ends(request); shown == nil || high == 1 {
			return
		}
		for low+1 < high && h.ctx.Err() == nil && unfit == nil {
			request.Count = (low + high) / 2
			if ends(request) != nil {
				high = request.Count
			} else {
				low = request.Count
			}
		}
		schedule, before = p.request.First+(high-1)*p.tally.Stride, p.request.Delay
		if high == 1 {
			return
		}
		if slices.Contains(p.request.Strategies, hunting.Delay) {
			request.Count = high - 1
			before = process(request).reached()
		}
		single := p.request
		single.First, single.Count, single.Delay = schedule, 1, before
		shown = ends(single)
	})
	if unfit != nil {
		h.spoiled(t, unfit)
		shown = nil
	}
	return schedule, before, shown
}

// strategyOf is that of a schedule, of strategies that take turns.
func strategyOf(strategies []string, schedule int) string {
	if len(strategies) == 0 {
		return ""
	}
	return strategies[schedule%len(strategies)]
}

// simplify looks for a simpler schedule that shows a finding, which is confirmed, as long as there is time for that. Each
// one is run in a process of its own, so that what is found is confirmed, too.
func (h *hunt) simplify(t *huntTest, found *hunting.Found, limit time.Duration) {
	if found.Trace == "" {
		return
	}
	simplifier, err := traces.NewSimplifier(found.Trace)
	if err != nil {
		h.spoil(t, err)
		return
	}
	request := h.request(t)
	request.First, request.Count, request.Lenient = found.Schedule, 1, true
	var best *proof
	var unfit *huntProcess
	finding := found.Finding // others look at what is found meanwhile
	h.aside(func() {
		for end := h.Now().Add(limit); h.ctx.Err() == nil && h.Now().Before(end); {
			trace, ok := simplifier.Next()
			if !ok {
				return
			}
			p := h.follows(t, request, trace)
			if p.trouble() != nil {
				unfit = p
				return
			}
			r := same(h.shown(p), finding)
			if r == nil {
				simplifier.Told(false, p.tally.Trace)
			} else if better, _ := simplifier.Told(true, r.Trace); better {
				best = &proof{*r, p.output}
			}
		}
	})
	if unfit != nil {
		h.spoiled(t, unfit)
	}
	if best != nil {
		r := best.report
		found.Finding, found.Trace, found.Hash, found.Output = *r.Finding, r.Trace, r.Hash, best.output
	}
	found.Preemptions = simplifier.Preemptions()
}

// same returns the report of those that is of a finding, or nil.
func same(reports []protocol.HuntReport, f protocol.Finding) *protocol.HuntReport {
	for i, r := range reports {
		if sameFinding(*r.Finding, f) {
			return &reports[i]
		}
	}
	return nil
}

// sameFinding reports whether two findings are the same.
func sameFinding(a, b protocol.Finding) bool { return a.Kind == b.Kind && a.Identity == b.Identity }

// keepTrace writes the trace of a finding to the folder of traces. Where that is not possible, the finding is
// replayed by its number.
func (h *hunt) keepTrace(t *huntTest, found *hunting.Found) {
	if found.Trace == "" || h.o.TraceDir == "" {
		return
	}
	digest := sha256.Sum256([]byte(t.pkg.name + "\n" + t.name + "\n" + found.Kind + "\n" + found.Identity))
	name := fmt.Sprintf("%s-%s-%s.trace", t.name, found.Kind, hex.EncodeToString(digest[:4]))
	found.File = filepath.Join(h.o.TraceDir, name)
	err := os.MkdirAll(h.o.TraceDir, 0o777)
	if err == nil {
		err = os.WriteFile(found.File, []byte(found.Trace), 0o666)
	}
	if err != nil {
		h.fault(fmt.Errorf("--trace-dir %s: %w", h.o.TraceDir, err))
		found.File = ""
	}
}
