package runner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/timeline"
)

// The functions of this file are called under run.mu.

// tell writes an event of a package, or of a test of it, to the stream.
func (h *hunt) tell(p *huntPackage, test string, change func(*parse.Event)) {
	now := h.Now()
	e := parse.Event{Time: &now, Package: p.name, Test: test}
	change(&e)
	h.stream.emit(e)
}

func (h *hunt) act(p *huntPackage, test, action string) {
	h.tell(p, test, func(e *parse.Event) { e.Action = action })
}

// print writes output; display, unless it is nil, is what a terminal shows in its place.
func (h *hunt) print(p *huntPackage, test, text string, display *string) {
	for line := range pieces(text) {
		h.tell(p, test, func(e *parse.Event) { e.Action, e.Output, e.Display = parse.ActionOutput, line, display })
		if display != nil {
			display = new(string) // it stands in place of all lines
		}
	}
}

func (h *hunt) attribute(p *huntPackage, test, key, value string) {
	h.tell(p, test, func(e *parse.Event) { e.Action, e.Key, e.Value = parse.ActionAttr, key, value })
}

func (h *hunt) end(p *huntPackage, test, action string, took time.Duration) {
	seconds := round(took)
	h.tell(p, test, func(e *parse.Event) { e.Action, e.Elapsed = action, &seconds })
}

func (h *hunt) startPackage(p *huntPackage) {
	if !p.started {
		p.started = true
		h.act(p, "", parse.ActionStart)
	}
}

// unbuilt ends a package that does not build, as go test does.
func (h *hunt) unbuilt(p *huntPackage, events []parse.Event, wrong string) {
	for _, e := range events {
		h.stream.emit(e)
		if e.Action == parse.ActionBuildFail {
			p.build = e.ImportPath
		}
	}
	h.startPackage(p)
	if len(events) == 0 {
		h.print(p, "", wrong+"\n", nil)
	}
	p.failed = true
	h.print(p, "", fmt.Sprintf("FAIL\t%s [build failed]\n", p.name), nil)
	now, none := h.Now(), 0.0
	h.stream.emit(parse.Event{Time: &now, Action: parse.ActionFail, Package: p.name, Elapsed: &none, FailedBuild: p.build})
	p.over = true
}

// failPackage says why a package fails of which nothing can be run.
func (h *hunt) failPackage(p *huntPackage, why string) {
	h.startPackage(p)
	p.failed = true
	h.print(p, "", why, nil)
}

// unrun takes note that orchtest could not run the tests of a package: that is no pass.
func (h *hunt) unrun(p *huntPackage, err error) {
	h.fault(fmt.Errorf("%s: %w", p.name, err))
	h.failPackage(p, couldNotRun(err))
}

// couldNotRun is what a package says whose tests could not be run.
func couldNotRun(err error) string {
	return fmt.Sprintf("orchtest: its tests could not be run: %v\n", err)
}

// endPackage ends a package.
func (h *hunt) endPackage(p *huntPackage) {
	if p.over {
		return
	}
	h.startPackage(p)
	took := p.ended.Sub(p.began)
	switch {
	case h.ctx.Err() != nil && !p.any:
		return // it does not say what became of it, and so did not finish
	case !p.hasTests:
		h.print(p, "", fmt.Sprintf("?   \t%s\t[no test files]\n", p.name), nil)
		h.end(p, "", parse.ActionSkip, 0)
	case p.failed:
		h.print(p, "", fmt.Sprintf("FAIL\nFAIL\t%s\t%.3fs\n", p.name, took.Seconds()), nil)
		h.end(p, "", parse.ActionFail, took)
	default:
		note := ""
		if !p.any {
			note = " [no tests to run]"
		}
		h.print(p, "", fmt.Sprintf("PASS\nok  \t%s\t%.3fs%s\n", p.name, took.Seconds(), note), nil)
		h.end(p, "", parse.ActionPass, took)
	}
}

// finishIfDone reports a test of which nothing more will be run.
func (h *hunt) finishIfDone(t *huntTest) {
	if t.running > 0 || t.finished {
		return
	}
	if t.stopped() || (!h.unbounded && h.ctx.Err() == nil && !t.plan.Left()) {
		h.finish(t)
	}
}

// stopped reports whether nothing more of the test is to be run, though there were schedules left.
func (t *huntTest) stopped() bool { return t.ctx != nil && t.ctx.Err() != nil }

// finish reports what became of a test. Where nothing was run of it, it says so.
func (h *hunt) finish(t *huntTest) {
	if t.finished {
		return
	}
	t.finished = true
	if t.stop != nil {
		t.stop()
		h.progress.end(t.underway)
	}
	if h.ctx.Err() != nil && t.began.IsZero() {
		return // it is not in the stream, as a test that go test did not come to
	}
	if t.began.IsZero() {
		t.began = h.Now()
		if t.pkg.began.IsZero() {
			t.pkg.began = t.began
		}
	}
	t.report = h.outcome(t)
	h.emitTest(t)
}

// outcome says what became of a test.
func (h *hunt) outcome(t *huntTest) protocol.Hunted {
	o := protocol.Hunted{
		Version: protocol.Version, Schedules: t.schedules, Inconclusive: t.inconclusive,
		Strategies: hunting.Turns(h.o.Strategy), Seed: strconv.FormatUint(h.Seed, 10),
		Length: t.length, Threads: t.threads, Exhausted: t.exhausted, File: t.file, Line: t.line,
	}
	if !h.unbounded {
		o.Planned = t.plan.Limit()
	}
	if slices.Contains(o.Strategies, hunting.PCT) {
		o.Depth = h.Depth
	}
	o.Findings, o.Unconfirmed = hunting.Seen(t.findings.Confirmed()), hunting.Seen(t.findings.Unconfirmed())
	short := !t.exhausted && t.schedules < o.Planned
	o.OutOfTime = h.timeUp() && (short || h.unbounded)
	switch {
	case t.trouble != nil:
		o.Outcome, o.Reason = protocol.HuntErrored, t.trouble.Error()
	case len(o.Findings) > 0:
		o.Outcome = protocol.HuntFailed
	case t.notHuntable != "":
		o.Outcome, o.Reason = protocol.HuntDeclined, h.telling().Places(t.notHuntable)
	case t.isSkipped:
		o.Outcome = protocol.HuntSkipped
	case t.notHunted != "":
		o.Outcome, o.Reason = protocol.HuntNotHunted, t.notHunted
	case h.ctx.Err() != nil:
		o.Outcome, o.Reason, o.Interrupted = protocol.HuntUndecided, "interrupted", true
	case t.inconclusive > 0:
		o.Outcome, o.Reason = protocol.HuntUndecided, t.reason
		if t.inconclusive < t.schedules {
			o.Reason = fmt.Sprintf("%s of %s schedules: %s", grouped(t.inconclusive), grouped(t.schedules), t.reason)
		}
		if short {
			o.Reason += fmt.Sprintf("; %s not run", counted(o.Planned-t.schedules, "schedule"))
		}
	case t.schedules == 0 && h.timeUp():
		o.Outcome, o.Reason = protocol.HuntNotHunted, "the time was over"
	case t.schedules == 0:
		o.Outcome, o.Reason = protocol.HuntNotHunted, "another test had failed by then"
	default:
		o.Outcome = protocol.HuntPassed
	}
	return o
}

func grouped(n int) string { return parse.Grouped(strconv.Itoa(n)) }

// emitTest writes a test and its findings to the stream.
func (h *hunt) emitTest(t *huntTest) {
	p, o := t.pkg, t.report
	h.startPackage(p)
	p.any = true
	h.act(p, t.name, parse.ActionRun)
	h.print(p, t.name, "=== RUN   "+t.name+"\n", nil)
	h.attribute(p, t.name, protocol.AttrHunt, encode(o))
	if o.Outcome == protocol.HuntErrored {
		h.attribute(p, t.name, protocol.AttrError, o.Reason)
	}
	for _, f := range t.findings.Confirmed() {
		h.emitFinding(t, f)
	}
	h.print(p, t.name, t.said(), nil)
	action, word := parse.ActionPass, "PASS"
	switch o.Outcome {
	case protocol.HuntFailed, protocol.HuntErrored:
		action, word = parse.ActionFail, "FAIL"
		p.failed = true
	case protocol.HuntPassed:
	default:
		action, word = parse.ActionSkip, "SKIP"
	}
	p.ended = h.Now()
	took := p.ended.Sub(t.began)
	h.print(p, t.name, fmt.Sprintf("--- %s: %s (%.2fs)\n", word, t.name, took.Seconds()), nil)
	h.end(p, t.name, action, took)
}

// said is what a test that was hunted prints.
func (t *huntTest) said() string {
	var b strings.Builder
	o := t.report
	switch o.Outcome {
	case protocol.HuntPassed, protocol.HuntFailed:
	case protocol.HuntSkipped:
		b.WriteString(t.skipped)
	case protocol.HuntErrored:
		b.WriteString(t.output + indent("orchtest: "+strings.TrimSpace(o.Reason)+"\n"))
	default:
		b.WriteString(t.output + indent(o.Outcome+": "+o.Reason+"\n"))
	}
	for _, f := range t.findings.Unconfirmed() {
		why := "a process of its own did not show it"
		if f.Tries == 0 {
			why = "it was not tried again"
		}
		b.WriteString(indent(fmt.Sprintf("not confirmed: %s (%s): %s: %s\n", f.Kind, hunting.Times(f.Times), why, firstLine(f.Text))))
	}
	return b.String()
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// emitFinding writes a finding to the stream as a subtest.
func (h *hunt) emitFinding(t *huntTest, f *hunting.Found) {
	p, name := t.pkg, t.name+"/"+f.Name
	h.act(p, name, parse.ActionRun)
	h.print(p, name, "=== RUN   "+name+"\n", nil)
	found := protocol.HuntFound{
		Version: protocol.Version, Finding: f.Finding, File: t.file, Line: t.line, Times: f.Times, Schedule: f.Schedule, Strategy: f.Strategy,
		Seed: strconv.FormatUint(h.Seed, 10), Hash: f.Hash, Trace: f.File, Replay: h.replayCommand(t, f),
		Files: hunting.Files(f.Finding, h.fileOf),
	}
	if f.Preemptions >= 0 {
		found.Preemptions = &f.Preemptions
	}
	h.attribute(p, name, protocol.AttrFinding, encode(found))
	output := hunting.Tidy(f.Output)
	h.print(p, name, output, nil)
	if output != "" && !strings.HasSuffix(output, "\n") {
		h.print(p, name, "\n", nil)
	}
	o := timeline.Options{Folder: h.Dir, Source: h.source.Line}
	text := h.explainFinding(t, f, found, o)
	var display *string
	if h.Terminal.Width > 0 {
		o.Width, o.Color = h.Terminal.Width-len(indentation), h.Terminal.Color
		shown := h.explainFinding(t, f, found, o)
		display = &shown
	}
	h.print(p, name, text, display)
	h.print(p, name, fmt.Sprintf("--- FAIL: %s (0.00s)\n", name), nil)
	h.end(p, name, parse.ActionFail, 0)
}

// telling is how findings are told.
func (h *hunt) telling() hunting.Telling { return hunting.Telling{File: h.fileOf, Folder: h.Dir} }

// mostRows is how many turns are shown: the last ones.
const mostRows = 100

// explainFinding says what was found, and how to see it again.
func (h *hunt) explainFinding(t *huntTest, f *hunting.Found, found protocol.HuntFound, o timeline.Options) string {
	var b strings.Builder
	telling := h.telling()
	b.WriteString("\n" + hunting.Title(f.Finding) + "\n")
	facts := []string{"schedule " + grouped(f.Schedule)}
	if f.Strategy != "" {
		facts[0] += " (" + f.Strategy + ")"
	}
	if f.Times > 1 {
		facts = append(facts, "it came "+hunting.Times(f.Times))
	}
	if found.Preemptions != nil {
		facts = append(facts, "with "+parse.Counted(*found.Preemptions, "preemption"))
	}
	fmt.Fprintf(&b, "%s\n", strings.Join(facts, "; "))
	if threads := telling.Threads(f.Finding); threads != "" {
		b.WriteString("threads:\n" + threads)
	}
	names, rows := telling.Rows(f.Finding)
	if len(rows) > 0 {
		left := f.Skipped
		if more := len(rows) - mostRows; more > 0 {
			left, rows = left+more, rows[more:]
		}
		b.WriteString("\n")
		if left > 0 {
			fmt.Fprintf(&b, "the first %s are left out\n", parse.Counted(left, "turn"))
		}
		b.WriteString(timeline.Table(names, rows, o))
	}
	fmt.Fprintf(&b, "\nreplay: %s\n", found.Replay)
	return indent(b.String())
}

// replayCommand is the command that runs a finding's schedule again.
func (h *hunt) replayCommand(t *huntTest, f *hunting.Found) string {
	args := []string{"orchtest", "hunt", "--run", t.pattern}
	if f.File != "" {
		args = append(args, "--replay", f.File)
	} else {
		args = append(args, "--seed", strconv.FormatUint(h.Seed, 10), "--schedules", strconv.Itoa(f.Schedule+1))
		if h.o.Strategy != "" && h.o.Strategy != hunting.Portfolio {
			args = append(args, "--strategy", h.o.Strategy)
		}
		if h.Depth != DefaultDepth {
			args = append(args, "--depth", strconv.Itoa(h.Depth))
		}
	}
	if h.KeepGoing {
		args = append(args, "--keep-going") // what comes after a failed subtest is in the trace
	}
	for _, pattern := range h.o.Instrument {
		args = append(args, "--instrument", pattern)
	}
	if h.o.RealTime {
		args = append(args, "--real-time")
	}
	if h.o.MaxSteps != DefaultMaxSteps {
		args = append(args, "--max-steps", strconv.Itoa(h.o.MaxSteps))
	}
	if h.o.ScheduleTimeout != DefaultScheduleTimeout {
		args = append(args, "--schedule-timeout", h.o.ScheduleTimeout.String())
	}
	if t.pkg.name == commandLine {
		args = append(args, h.patternsOf(t.pkg.name)...)
	} else {
		args = append(args, h.patternOf(t.pkg.name, t.pkg.dir)...)
	}
	if again := h.goArgs.again(); len(again) > 0 {
		args = append(append(args, "--"), again...)
	}
	return quoted(args)
}

// followed returns what adds to the progress of a test how many schedules a process has run so far.
func (h *hunt) followed(t *huntTest) func(ran int) {
	told := 0
	return func(ran int) {
		h.progress.add(t.underway, ran-told, 0)
		told = ran
	}
}
