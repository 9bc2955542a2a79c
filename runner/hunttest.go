package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
)

// A huntTest is a test that is hunted. Its fields are guarded by run.mu.
type huntTest struct {
	pkg     *huntPackage
	name    string
	pattern string // for -test.run
	file    string // where it stands; "" where that is not known
	line    int
	plan    *hunting.Plan

	ctx        context.Context // of its processes
	stop       context.CancelFunc
	began      time.Time
	running    int // processes
	confirming int // of them those whose findings are looked at
	finished   bool
	underway   *underway

	schedules    int // that were run
	inconclusive int
	reason       string // why the first of these was
	notHuntable  string
	notHunted    string
	skipped      string // what it said
	isSkipped    bool
	trouble      error // of orchtest itself
	output       string
	length       int
	threads      int
	exhausted    bool
	findings     hunting.Findings
	report       protocol.Hunted // once it is finished
}

// beginTest takes note that the first schedule of a test is about to be run.
func (h *hunt) beginTest(t *huntTest) {
	t.began = h.Now()
	if t.pkg.began.IsZero() {
		t.pkg.began = t.began
	}
	t.ctx, t.stop = h.untilTimeUp()
	planned := t.plan.Limit()
	if h.unbounded {
		planned = 0
	}
	t.underway = h.progress.begin(t.name, planned, 0)
	t.underway.bad = "found"
}

// untilTimeUp returns a context that is done when the time is over.
func (h *hunt) untilTimeUp() (context.Context, context.CancelFunc) {
	if began := h.timer.began.Load(); began != nil && h.Time > 0 {
		return context.WithDeadline(h.ctx, began.Add(h.Time))
	}
	return context.WithCancel(h.ctx)
}

// over ends the hunt of a test: nothing more of it is begun, and what runs is ended.
func (t *huntTest) over() {
	t.plan.Stop()
	t.stop()
}

// take adds up what a process has run.
func (t *huntTest) take(p *huntProcess) {
	tally := p.tally
	t.schedules += tally.Ran
	t.length, t.threads = max(t.length, tally.Longest), max(t.threads, tally.Threads)
	t.exhausted = t.exhausted || tally.Exhausted
	t.inconclusive += len(tally.Inconclusive)
	if len(tally.Inconclusive) > 0 && t.reason == "" {
		t.reason = tally.Inconclusive[0].Reason
	}
	if t.inconclusive >= hopeless && t.inconclusive == t.schedules {
		t.over()
	}
}

// hopeless is how many inconclusive schedules, and no other ones, are enough to run no further ones of a test.
const hopeless = 5

// judge deals with what became of a process. It is called under run.mu, which it gives back while it runs others.
func (h *hunt) judge(t *huntTest, p *huntProcess) {
	tally := p.tally
	if h.spoiled(t, p) {
		return
	}
	switch {
	case tally.NotHuntable != "":
		t.notHuntable, t.output = tally.NotHuntable, p.output
		t.over()
	case p.exit.timedOut && (!tally.Done || len(h.shown(p)) == 0):
		h.late(t, p)
	case len(tally.Findings) > 0:
		h.found(t, p)
	case len(tally.Inconclusive) > 0 && !tally.Done: // it has ended the process
	case tally.Done && (p.exit.status == "" || p.exit.canceled): // of its end nobody waits, where the time is over
		t.isSkipped = p.skipped && tally.Ran > 0 // else there was no schedule left, and the process skipped the test
		switch {
		case t.isSkipped:
			t.skipped = p.output
			t.over()
		case t.schedules == 0 && tally.Longest == 0:
			t.exhausted = true // any other schedule would be the same
			t.over()
		}
	case tally.Lines == 0 && p.exit.status == "":
		h.unhunted(t, p)
	default:
		h.crashed(t, p)
	}
}

// spoiled reports whether a process did not do its work by orchtest's own fault, and takes note of that. What was ended
// because nobody needs it any more is nobody's fault.
func (h *hunt) spoiled(t *huntTest, p *huntProcess) bool {
	err := p.trouble()
	if err != nil && !p.canceled() {
		h.spoil(t, err)
	}
	return err != nil
}

// spoil takes note that orchtest could not do its work.
func (h *hunt) spoil(t *huntTest, err error) {
	t.trouble = errors.Join(t.trouble, err)
	h.fault(fmt.Errorf("%s: %w", t.name, err))
	h.fails()
	t.over()
}

// late deals with a process that did not tell of any progress for too long. Which of several schedules it was is found
// out by running each of those that are left in a process of its own.
func (h *hunt) late(t *huntTest, p *huntProcess) {
	reason := fmt.Sprintf("it did not come to its end within %v (--schedule-timeout)", h.o.ScheduleTimeout)
	switch {
	case len(p.tally.Findings) > 0:
		h.found(t, p)
		return
	case p.tally.Done:
		reason = fmt.Sprintf("its process did not end within %v after its schedules (--schedule-timeout)", h.o.ScheduleTimeout)
		p.tally.Add(protocol.HuntReport{Kind: protocol.HuntInconclusive, Schedule: p.tally.Next - p.tally.Stride, Reason: reason})
	case p.request.Count > 1:
		t.plan.Alone()
		return
	default:
		if !h.passOver(t, p, p.tally.Next, p.reached(), protocol.HuntReport{Kind: protocol.HuntInconclusive, Reason: reason}) {
			t.over()
		}
	}
	t.output = cmp.Or(t.output, p.output)
}

// unhunted deals with a process that has run the test, and nobody hunted in it.
func (h *hunt) unhunted(t *huntTest, p *huntProcess) {
	t.isSkipped, t.skipped = p.skipped, p.output
	t.notHunted = h.whyAsItIs(t)
	t.over()
}
