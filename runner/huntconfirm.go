package runner

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/traces"
)

// mostTries is how many schedules that showed the same are tried in processes of their own, before it is given up
// to confirm it; leaning is how many findings that could not be confirmed are enough to think that the schedules of
// a test depend on those before them.
const (
	mostTries = 3
	leaning   = 2
)

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
		if found.Confirmed || found.Tries >= mostTries {
			continue
		}
		found.Tries++
		single := p.request
		single.First, single.Count, single.Delay = r.Schedule, 1, ""
		found, again := h.confirm(t, found, single)
		h.settled(t, found, again)
	}
}

// settled deals with a finding that was tried to be confirmed by a process.
func (h *hunt) settled(t *huntTest, found *hunting.Found, again *huntProcess) {
	if h.ctx.Err() != nil && again == nil {
		return
	}
	if again == nil {
		if len(t.findings.Unconfirmed()) >= leaning {
			t.plan.Alone()
		}
		return
	}
	if found.Confirmed {
		return // in place of what was expected, it has shown what was found before
	}
	t.findings.Confirm(found)
	h.progress.add(t.underway, 0, 1)
	limit := h.o.ShrinkTime
	if t.stopped() {
		limit = 0 // another process has ended the hunt meanwhile
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

// confirm runs a schedule again, each time in a process of its own: by its trace, by its number, and by its trace
// as far as that leads. What it shows then is the finding. It returns nil for the process if it shows nothing.
func (h *hunt) confirm(t *huntTest, found *hunting.Found, single protocol.HuntRequest) (*hunting.Found, *huntProcess) {
	trace, schedule, strategy := found.Trace, found.Schedule, found.Strategy
	for _, way := range []string{"replay", "number", "lenient"} {
		request := single
		request.Window = windowOf(found.Finding.Kind)
		switch {
		case way == "number" && strategy != hunting.Delay:
		case way != "number" && trace != "":
			request.Lenient = way == "lenient"
		default:
			continue
		}
		var p *huntProcess
		h.aside(func() {
			text := trace
			if way == "number" {
				text = ""
			}
			p = h.follows(t, request, text)
		})
		if h.ctx.Err() != nil {
			return found, nil
		}
		reports := h.shown(p)
		if len(reports) == 0 {
			continue
		}
		r := reports[0]
		is := same(reports, found)
		if is != nil {
			r = *is
		}
		r.Schedule, r.Strategy = schedule, strategy
		r.Trace = cmp.Or(r.Trace, trace)
		if is == nil {
			found = t.findings.Instead(found, r, p.output)
		}
		found.Finding, found.Trace, found.Hash, found.Output = *r.Finding, r.Trace, r.Hash, p.output
		return found, p
	}
	return found, nil
}

// windowOf is for how many milliseconds nothing may change before a finding of the kind is one: packages that are not
// rewritten may have timers that wake a thread.
func windowOf(kind string) int {
	switch kind {
	case protocol.FoundDeadlock, protocol.FoundLeak:
		return 1000
	}
	return 0
}

// follows runs one schedule in a process of its own, by a trace unless that is "".
func (h *hunt) follows(t *huntTest, request protocol.HuntRequest, trace string) *huntProcess {
	request.KeepGoing = false
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
		p.tally.Add(protocol.HuntReport{Kind: protocol.HuntInconclusive, Schedule: p.tally.Next, Reason: crash.Unknown})
		return
	}
	found := t.findings.Add(reports[0], p.output)
	found.Tries++
	schedule, again := h.locate(t, found, p)
	p.tally.Add(protocol.HuntReport{Kind: protocol.HuntProgress, Schedule: schedule + max(p.request.Stride, 1)})
	if found.Confirmed {
		return
	}
	if again != nil {
		found.Schedule, found.Output = schedule, again.output
		found.Strategy = strategyOf(p.request.Strategies, schedule)
	}
	h.settled(t, found, again)
}

// locate finds out which schedule of a process has ended it, and runs that in a process of its own. That process is
// nil if it does not show the same.
func (h *hunt) locate(t *huntTest, found *hunting.Found, p *huntProcess) (schedule int, again *huntProcess) {
	ends := func(request protocol.HuntRequest) *huntProcess {
		other := h.process(h.ctx, t, request, nil)
		if same(h.shown(other), found) != nil {
			return other
		}
		return nil
	}
	schedule = p.tally.Next
	h.aside(func() {
		request := p.request
		low, high := p.tally.Ran, request.Count // the first low do not end it, the first high do
		if again = ends(request); again == nil || high == 1 {
			return
		}
		for low+1 < high && h.ctx.Err() == nil {
			request.Count = (low + high) / 2
			if ends(request) != nil {
				high = request.Count
			} else {
				low = request.Count
			}
		}
		schedule = p.request.First + (high-1)*max(p.request.Stride, 1)
		if high == 1 {
			return
		}
		single := p.request
		single.First, single.Count = schedule, 1
		if slices.Contains(single.Strategies, hunting.Delay) {
			request.Count = high - 1
			single.Delay = h.process(h.ctx, t, request, nil).tally.Delay
		}
		again = ends(single)
	})
	return schedule, again
}

// strategyOf is that of a schedule, of strategies that take turns.
func strategyOf(strategies []string, schedule int) string {
	if len(strategies) == 0 {
		return ""
	}
	return strategies[schedule%len(strategies)]
}

// simplify looks for a simpler schedule that shows a finding, as long as there is time for that. Each one is run in a
// process of its own, so that what is found is confirmed.
func (h *hunt) simplify(t *huntTest, found *hunting.Found, limit time.Duration) {
	found.Preemptions = -1
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
	h.aside(func() {
		for end := h.Now().Add(limit); h.ctx.Err() == nil && h.Now().Before(end); {
			trace, ok := simplifier.Next()
			if !ok {
				break
			}
			p := h.follows(t, request, trace)
			r := same(h.shown(p), found)
			if r == nil {
				simplifier.Told(false, p.tally.Trace)
				continue
			}
			if better, _ := simplifier.Told(true, r.Trace); better {
				found.Finding, found.Trace, found.Hash, found.Output = *r.Finding, r.Trace, r.Hash, p.output
			}
		}
	})
	found.Preemptions = simplifier.Preemptions()
}

// same returns the report of those that is of a finding, or nil.
func same(reports []protocol.HuntReport, found *hunting.Found) *protocol.HuntReport {
	for i, r := range reports {
		if r.Finding.Kind == found.Kind && r.Finding.Identity == found.Identity {
			return &reports[i]
		}
	}
	return nil
}

// keepTrace writes the trace of a finding to the folder of traces. Where that is not possible, the finding is
// replayed by its number.
func (h *hunt) keepTrace(t *huntTest, found *hunting.Found) {
	if found.Trace == "" || h.o.TraceDir == "" {
		return
	}
	digest := sha256.Sum256([]byte(t.pkg.name + "\n" + t.name + "\n" + found.Kind + "\n" + found.Identity))
	name := fmt.Sprintf("%s-%s-%s.trace", fileName(t.name), found.Kind, hex.EncodeToString(digest[:4]))
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

// fileName returns what a test is called in the name of a file.
func fileName(test string) string {
	return strings.Map(func(c rune) rune {
		if c == '/' || c == '\\' || c == ':' || c < ' ' {
			return '_'
		}
		return c
	}, test)
}
