package runner

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
)

// A sameness is what came of running the same schedules of a test in several processes.
type sameness struct {
	differ []string // what differs, in words
	ran    bool     // there was something to compare
}

// checkSame runs the first schedule of each strategy, of each test, in so many processes as are asked for, and compares
// their traces.
func (h *hunt) checkSame() {
	h.mu.Lock()
	h.share()
	h.mu.Unlock()
	var running sync.WaitGroup
	for _, t := range h.tests {
		running.Add(1)
		h.slots.run(func() {
			defer running.Done()
			h.sameTest(t)
		})
	}
	running.Wait()
}

// sameTest compares the schedules of a test.
func (h *hunt) sameTest(t *huntTest) {
	h.mu.Lock()
	h.beginTest(t)
	h.mu.Unlock()
	var same sameness
	for schedule, strategy := range hunting.Turns(h.o.Strategy) {
		traces := map[string]bool{}
		for range h.o.Same {
			request := h.request(t)
			request.First, request.Count = schedule, 1
			p := h.process(t.ctx, t, request, nil)
			if !h.compared(t, p) {
				h.endSame(t, same)
				return
			}
			traces[p.tally.Hash] = true
		}
		same.ran = true
		if len(traces) > 1 {
			same.differ = append(same.differ, fmt.Sprintf("schedule %d (%s): %d different traces in %d processes",
				schedule, strategy, len(traces), h.o.Same))
		}
	}
	h.endSame(t, same)
}

// compared takes note of a process, and reports whether its trace is worth to be compared.
func (h *hunt) compared(t *huntTest, p *huntProcess) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.progress.add(t.underway, 1, 0)
	if p.canceled() {
		return false
	}
	if len(p.tally.Findings) == 0 {
		h.judge(t, p)
	}
	t.take(p)
	return t.ctx.Err() == nil && p.tally.Hash != ""
}

// endSame reports a test.
func (h *hunt) endSame(t *huntTest, same sameness) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t.stop()
	h.progress.end(t.underway)
	t.finished = true
	t.report = h.outcome(t)
	switch {
	case t.report.Outcome != protocol.HuntPassed && t.report.Outcome != protocol.HuntUndecided:
	case len(same.differ) > 0:
		t.report.Outcome, t.report.Reason = protocol.HuntUndecided, "not deterministic: "+strings.Join(same.differ, "; ")
		h.differ++
	case same.ran:
		t.report.Outcome, t.report.Reason = protocol.HuntPassed, ""
		h.alike++
	}
	h.emitTest(t)
}

// sameSummary says how many tests ran the same each time.
func (h *hunt) sameSummary() string {
	text := fmt.Sprintf("DETERMINISM %s of %s ran the same in each of %s processes\n",
		grouped(h.alike), counted(h.alike+h.differ, "test"), strconv.Itoa(h.o.Same))
	for _, t := range h.tests {
		if strings.HasPrefix(t.report.Reason, "not deterministic") {
			text += fmt.Sprintf("  %s: %s\n", t.name, t.report.Reason)
		}
	}
	return text
}
