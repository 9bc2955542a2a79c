package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
	"github.com/orchtest/orchtest/timeline"
)

// A scenarioResult is what is known of a scenario that was run.
type scenarioResult struct {
	test     *heldTest
	call     *exploredCall
	sequence []int // its name
	like     []int // the name of what it executed, where another sequence was asked for

	verdict  verdict
	reason   string             // why it did not pass, as far as its output does not say
	report   *protocol.Scenario // the library's; nil where it sent none
	output   string             // of the test itself
	elapsed  float64            // seconds
	canceled bool               // it was ended by an interrupt: it counts as not run
	brokeOff bool               // its process ended before the scenario did
	diverged bool               // it took other turns than those that it was asked for
	plan     bool               // it was part of the plan run
	edge     bool               // it is not this shard's, and was run to find out where its part begins or ends
	again    string             // of one that failed in a batch: what it came to in a process of its own, if that is known
	coverage []byte             // its profile; nil where it left none
	known    bool               // it was not run: it was known what becomes of it
	cached   bool               // that was known from the cache
	started  time.Time          // its process
	inputs   []byte             // the log of what it has looked at outside of its process; nil where none is wanted
	needs    string             // what is known of the switches that it needs, in words
	repeat   int                // which time it is that it is run, from 1, where it is run several times
	near     bool               // it is not the sequence that was asked for, but one near it
	brief    bool               // its turns need not be drawn: others fail in the same way, which are
	repeats  bool               // it executed what was reported already, and is not reported again
	batch    string             // the ID of the process that ran it among others; "" if it was alone
}

// runScenario runs one scenario in a process of its own. It is asked for a sequence or the beginning of
// one; what its name is depends on what it executes.
func (r *run) runScenario(ctx context.Context, x *exploration, call *exploredCall, request []int) scenarioResult {
	turns := r.turnFiles.take()
	defer r.turnFiles.giveBack(turns)
	cover := r.coverage.take()
	defer r.coverage.giveBack(cover)
	logFile := r.testLogs.take()
	var output outputBuffer
	started := r.Now()
	child := &parse.Child{Output: output.add}
	e, err := r.executor.execute(ctx, command{
		path: x.target.path,
		args: slices.Concat(r.scenarioArgs(x.test.name), cover.args(), logArgs(logFile), r.goArgs.own),
		dir:  x.target.dir,
		env: slices.Concat(r.scenarioVars(x, call), cover.env(), []string{
			protocol.EnvSequence + "=" + permutations.Format(request), protocol.EnvTurns + "=" + turns.Name(),
		}),
		output: child,
		limit:  r.ScenarioTimeout,
	})
	child.Close()
	result := scenarioResult{
		test: x.test, call: call,
		report: child.Scenario, output: output.text(), elapsed: round(e.took), canceled: e.canceled,
		coverage: cover.profile(), started: started, inputs: r.testLogs.giveBack(logFile),
	}
	if e.timedOut {
		result.output = tidyStacks(result.output)
	}
	result.verdict, result.reason = judge(e, err, child, r.ScenarioTimeout)
	result.brokeOff = child.Scenario == nil && result.verdict == failed
	if result.brokeOff {
		result.report = brokenOff(turns, call.plan)
	}
	return result
}

// logArgs ask for the log of what a process looks at, if that is wanted.
func logArgs(name string) []string {
	if name == "" {
		return nil
	}
	return []string{"-test.testlogfile=" + name}
}

// judge says what a scenario came to: it passed only if its process ended well and the library
// reported that the scenario was run.
func judge(e exit, err error, child *parse.Child, limit time.Duration) (verdict, string) {
	switch {
	case err != nil:
		return errored, "the scenario did not run: " + err.Error()
	case e.timedOut:
		return failed, fmt.Sprintf("the scenario did not end within %v (--scenario-timeout)", limit)
	case e.status == "" && child.Failed && (child.Scenario == nil || !child.Scenario.Failed):
		return failed, "the test failed, though the process ended with exit status 0"
	case e.status != "" && child.Scenario == nil:
		return failed, e.status + " before the end of the scenario"
	case e.status != "" && !child.Scenario.Failed:
		return failed, "the test failed after the scenario (" + e.status + ")"
	case e.status != "":
		return failed, ""
	case child.Err != nil:
		return errored, "the scenario did not run: " + child.Err.Error()
	case child.Scenario == nil:
		return errored, "the scenario did not run: exit status 0, and no report of the library"
	case child.Scenario.Failed:
		return failed, "the scenario failed, though the process ended with exit status 0"
	case child.Scenario.Skipped:
		return skipped, ""
	}
	return passed, ""
}

// scenarioArgs are the arguments of the test binary that runs one test, as far as go test knows them.
func (r *run) scenarioArgs(test string) []string {
	args := []string{
		"-test.paniconexit0",
		"-test.timeout=0", // ours is --scenario-timeout
		"-test.count=1",
		"-test.v=test2json",
		"-test.run=" + protocol.Pattern(test),
	}
	if _, set := lookup(r.Env, "GOMAXPROCS"); !set {
		// The default is GOMAXPROCS, which is 1 there. But subtests that wait for each other have to run at
		// once, as they do in the plan run.
		args = append(args, fmt.Sprintf("-test.parallel=%d", runtime.NumCPU()))
	}
	return slices.Concat(args, r.goArgs.binary)
}

func (r *run) scenarioVars(x *exploration, call *exploredCall) []string {
	env := r.sharedEnv()
	return append(env[:len(env):len(env)],
		"PWD="+x.target.dir,
		protocol.EnvTest+"="+x.test.name,
		protocol.EnvCall+"="+strconv.Itoa(call.plan.Call),
		protocol.EnvCounts+"="+permutations.Format(call.plan.Counts),
	)
}

// label is the scenario's name within its test, and what --sequence takes.
func (s scenarioResult) label() string {
	return permutations.Format(s.sequence) + protocol.Suffix(s.call.plan.Call)
}

// name is the scenario's name as a subtest.
func (s scenarioResult) name(repeats int) string { return s.test.name + "/" + s.title(repeats) }

// emit writes a scenario to the stream as a subtest. It is called under run.mu.
func (r *run) emit(s scenarioResult) {
	name, now := s.name(r.Repeat), r.Now()
	event := parse.Event{Time: &now, Package: s.test.pkg.name, Test: name}
	send := func(change func(*parse.Event)) {
		e := event
		change(&e)
		r.stream.send(e, s.verdict == passed && e.Action == parse.ActionOutput)
	}
	display := func(text string, display *string) {
		for line := range pieces(text) {
			send(func(e *parse.Event) { e.Action, e.Output, e.Display = parse.ActionOutput, line, display })
			if display != nil {
				display = new(string) // it stands in place of all lines
			}
		}
	}
	print := func(text string) { display(text, nil) }

	send(func(e *parse.Event) { e.Action = parse.ActionRun })
	print("=== RUN   " + name + "\n")
	report := r.scenarioReport(s)
	send(func(e *parse.Event) { e.Action, e.Key, e.Scenario = parse.ActionAttr, protocol.AttrScenario, &report })
	if s.verdict == errored {
		send(func(e *parse.Event) { e.Action, e.Key, e.Value = parse.ActionAttr, protocol.AttrError, s.reason })
	}
	told := s.verdict == failed || s.verdict == errored || r.only != nil && !s.near
	explained, shown := "", (*string)(nil)
	if told {
		explained, shown = r.explanation(s)
	}
	if told && s.brokeOff {
		display(explained, shown) // before the stacks, which are long
		print("\n")
	}
	print(s.output)
	if told && !s.brokeOff {
		if s.output != "" && !strings.HasSuffix(s.output, "\n") {
			print("\n")
		}
		display(explained, shown)
	}
	action, word := parse.ActionPass, "PASS"
	switch s.verdict {
	case failed, errored:
		action, word = parse.ActionFail, "FAIL"
	case skipped:
		action, word = parse.ActionSkip, "SKIP"
	}
	print(fmt.Sprintf("--- %s: %s (%.2fs)\n", word, name, s.elapsed))
	elapsed := s.elapsed
	send(func(e *parse.Event) { e.Action, e.Elapsed = action, &elapsed })
}

// pieces cuts text into lines with their ends, and lines that are very long into several: readers of
// the stream tend to have limits.
func pieces(text string) func(func(string) bool) {
	const longest = 8 << 10
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			for len(line) > longest {
				end := longest
				for end > longest-utf8.UTFMax && !utf8.RuneStart(line[end]) {
					end-- // not within a character
				}
				if !yield(line[:end]) {
					return
				}
				line = line[end:]
			}
			if !yield(line) {
				return
			}
		}
	}
}

func encode(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic("runner: " + err.Error())
	}
	return string(text)
}

// scenarioReport is what the stream says of a scenario: the library's report, or what is known
// without it.
func (r *run) scenarioReport(s scenarioResult) protocol.Scenario {
	report := protocol.Scenario{
		Version: protocol.Version,
		Threads: s.call.plan.Threads, FailedTurn: -1,
		File: s.call.plan.File, Line: s.call.plan.Line,
	}
	if s.report != nil {
		report = *s.report
	}
	report.Call, report.Sequence = s.call.plan.Call, s.sequence
	report.Failed, report.Skipped = s.verdict == failed || s.verdict == errored, s.verdict == skipped
	report.Replay, report.Again, report.Cached, report.Needs = r.replay(s), s.again, s.cached, s.needs
	report.Repeat = s.repeat
	if s.verdict == passed && (r.only == nil || s.near) {
		// Of what passed nobody asks where it stopped, and there may be very many.
		report.Turns = slices.Clone(report.Turns)
		for i, turn := range report.Turns {
			report.Turns[i] = protocol.Turn{Thread: turn.Thread}
		}
	}
	return report
}

// explanation is what a reader needs to understand a scenario: for the stream, and for a terminal if that shows
// another one.
func (r *run) explanation(s scenarioResult) (text string, display *string) {
	o := timeline.Options{Folder: r.Dir, Source: r.source.Line}
	text = r.explain(s, o)
	shown := text
	if r.Terminal.Width > 0 {
		o.Width, o.Color = r.Terminal.Width-len(indentation), r.Terminal.Color
		shown = r.explain(s, o)
		display = &shown
	}
	if r.explained == "" {
		r.explained = shown
	}
	return text, display
}

// explain says what happened in a scenario, and how to see it again.
func (r *run) explain(s scenarioResult, o timeline.Options) string {
	var b strings.Builder
	verb := map[verdict]string{passed: "passed", failed: "failed", errored: "could not be run", skipped: "was skipped"}[s.verdict]
	fmt.Fprintf(&b, "\nscenario %s %s", s.title(r.Repeat), verb)
	if s.reason != "" {
		fmt.Fprintf(&b, ": %s", s.reason)
	}
	if s.needs != "" {
		b.WriteString("\n" + s.needs)
	}
	if s.like != nil {
		fmt.Fprintf(&b, "\nit gives a turn to a thread that is blocked or has ended by then, and so executes like %s",
			permutations.Format(s.like))
	}
	if s.verdict == failed && s.again == parse.ActionFail {
		b.WriteString("\nit failed in a batch, and in a process of its own, too")
	}
	if s.diverged {
		b.WriteString("\nit diverged: it took other turns than the same beginning had before")
	}
	if s.plan && s.verdict == failed {
		fmt.Fprintf(&b, "\nit was part of the plan run: what it printed stands with %s", s.test.name)
	}
	b.WriteString("\nthreads:")
	for i, name := range s.call.plan.Threads {
		fmt.Fprintf(&b, " %d %s", i, quotedName(name))
	}
	b.WriteString("\n\n")
	if !s.brief {
		b.WriteString(r.draw(s, o) + "\n")
	}
	fmt.Fprintf(&b, "replay: %s\n", r.replay(s))
	return indent(b.String())
}

// quotedName is the name of a thread in quotes. What stands in it is shown as it is, if it stays on its line: emoji
// may be joined by what does not print.
func quotedName(name string) string {
	if protocol.Printable(name) != name || strings.ContainsAny(name, "\"\\") {
		return strconv.Quote(name)
	}
	return `"` + name + `"`
}

// draw draws the turns of a scenario. Where a sequence is run several times, the same ones are drawn once.
func (r *run) draw(s scenarioResult, o timeline.Options) string {
	if s.report == nil || len(s.report.Turns) == 0 {
		return "it took no turn\n"
	}
	drawing := timeline.Draw(*s.report, o)
	if s.repeat == 0 {
		return drawing
	}
	if slices.Contains(r.drawn, drawing) {
		return "its turns are those of an earlier time\n"
	}
	r.drawn = append(r.drawn, drawing)
	return drawing
}

const indentation = "    "

// indent moves text below the name of its test, as the testing package does with what a test logs.
func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString(indentation)
		}
		b.WriteString(line)
	}
	return b.String()
}

// replay is the command that runs a scenario again; one that fails only after others, with those. It is called
// under run.mu.
func (r *run) replay(s scenarioResult) string {
	if s.test.replay[0] == "" { // there may be very many scenarios
		s.test.replay = [2]string{
			quoted([]string{"orchtest", "--run", protocol.Pattern(s.test.name)}), quoted(r.replayFlags(s.test.pkg.name)),
		}
	}
	which := "--sequence " + shellQuote(s.label())
	switch {
	case len(s.sequence) > 0 && slices.Max(s.sequence) >= len(s.call.plan.Counts):
		which = "" // it is of a thread that there is not, and the test itself that names it
	case s.onlyAfterOthers():
		which = quoted(r.batchFlags(s.call))
	case permutations.Check(s.sequence, s.call.plan.Counts) != nil:
		which += " --explore " + explore.Tree // where it comes from
	case s.report != nil && (s.verdict == failed || r.only != nil):
		stops := r.places.trail(s.report, s.sequence)
		if text := stops.String(); text != "" {
			which += " --syncpoints " + text
		}
	}
	return strings.Join(slices.DeleteFunc([]string{s.test.replay[0], which, s.test.replay[1]}, func(part string) bool { return part == "" }), " ")
}

// replayFlags are those that every scenario of a package is run again with, and the package.
func (r *run) replayFlags(pkg string) []string {
	var args []string
	if r.ScenarioTimeout != DefaultScenarioTimeout {
		args = append(args, "--scenario-timeout", r.ScenarioTimeout.String())
	}
	if r.TurnTimeout != 0 {
		args = append(args, "--turn-timeout", r.TurnTimeout.String())
	}
	if r.DeadlockWindow != 0 {
		args = append(args, "--deadlock-window", r.DeadlockWindow.String())
	}
	if r.FailOnLeak != nil {
		args = append(args, fmt.Sprintf("--fail-on-leak=%v", *r.FailOnLeak))
	}
	args = append(args, r.patternsFor(pkg)...)
	if again := r.goArgs.again(); len(again) > 0 {
		args = append(append(args, "--"), again...)
	}
	return args
}

// quoted returns arguments as a shell takes them.
func quoted(args []string) string {
	texts := make([]string, len(args))
	for i, arg := range args {
		texts[i] = shellQuote(arg)
	}
	return strings.Join(texts, " ")
}

// patternsFor returns what a user would write for a package with a target that is listed: a folder,
// where that is below ours.
func (r *run) patternsFor(pkg string) []string {
	if pkg == commandLine {
		return r.patternsOf(pkg)
	}
	if t := r.targets[pkg]; t.listErr == nil {
		return r.patternOf(pkg, t.dir)
	}
	return []string{pkg}
}

// patternOf is that for a package in a folder.
func (r *run) patternOf(pkg, dir string) []string {
	rel, err := filepath.Rel(r.Dir, dir)
	switch {
	case err == nil && rel == ".":
		return []string{"."}
	case err == nil && filepath.IsLocal(rel):
		return []string{"./" + filepath.ToSlash(rel)}
	}
	return []string{pkg}
}

// shellQuote quotes an argument for a POSIX shell, where it needs that.
func shellQuote(arg string) string {
	plain := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_./,:=@%+", c)
	}
	if arg != "" && strings.TrimFunc(arg, plain) == "" {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
