package runner

import (
	"context"
	"crypto/rand"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// batchTime is how long the scenarios of a batch after its first take together, before another process goes
// on. The first one's time has that of the process's start and of the test's setup in it: where that is more, so
// much are the others to take.
const batchTime = time.Second

// mostAhead is for how many scenarios a process is asked at a time, at most.
const mostAhead = 8

// A batch is a process that runs scenarios of one call, one after the other. Its process
// ends with the first that did not simply pass: see settle.
type batch struct {
	x    *exploration
	call *exploredCall
	id   string // no other one has it

	started  time.Time
	logFile  string // of what it looks at
	turns    *os.File
	cover    *coverFolder
	requests *os.File // to the process's standard input
	queue    []*task  // what it was asked for, and has not answered
	input    *os.File // its other end
	answers  chan answer
	timer    *time.Timer   // runs while a scenario does
	overdue  chan struct{} // closed when it has run for too long
	began    time.Time     // when the scenario did that runs

	output outputBuffer // of the scenario that runs
	child  parse.Child

	first, later time.Duration // what scenarios took: the first, and all others together

	ended chan struct{} // closed when the process has ended, and what follows is known
	exit  exit
	err   error
}

// An answer is the library's report of a scenario.
type answer struct {
	report *protocol.Scenario
	err    error // why it cannot be used
	output string
}

// A ran is what is known of the scenario of a task in a batch.
type ran struct {
	*task
	answer
	answered bool // else its process ended first
	took     time.Duration
	batch    string         // the ID of its process
	result   scenarioResult // where it simply passed
	passed   bool           // it did, and its task is done
}

// batch runs a task and those after it in one process, as long as that goes well and for about a second. It
// returns once all of them are reported.
func (x *exploration) batch(ctx context.Context, first *task, next func() *task) {
	for tasks := []*task{first}; len(tasks) > 0; {
		tasks = x.process(ctx, tasks, next)
		if x.stopped(ctx) {
			for _, t := range tasks {
				t.done(nil)
			}
			return
		}
	}
}

// process runs the tasks and those that are next in one process. It returns tasks that the process was asked
// for, and has not begun.
func (x *exploration) process(ctx context.Context, tasks []*task, next func() *task) []*task {
	r := x.r
	b := &batch{
		x: x, call: tasks[0].call, id: rand.Text(), started: r.Now(),
		turns: r.turnFiles.take(), cover: r.coverage.take(), logFile: r.testLogs.take(),
	}
	var process sync.WaitGroup
	last := &ran{task: tasks[0]}
	if b.err = b.open(); b.err == nil {
		process.Go(func() { b.execute(ctx) })
		b.ask(tasks)
		last = b.run(next)
		b.close()
		process.Wait()
	} else {
		b.queue = tasks[1:]
	}
	result := b.judge(last)
	b.call.looked(b.id, r.testLogs.giveBack(b.logFile), b.started)
	r.coverage.add(x.test.pkg.name, b.cover.profile())
	r.coverage.giveBack(b.cover)
	r.turnFiles.giveBack(b.turns)
	x.settle(ctx, last, result)
	return b.queue
}

// open makes what connects the batch with its process.
func (b *batch) open() (err error) {
	b.answers, b.overdue, b.ended = make(chan answer, mostAhead), make(chan struct{}), make(chan struct{})
	b.child = parse.Child{Output: b.output.add, Answer: b.answered}
	b.input, b.requests, err = os.Pipe()
	return err
}

// execute runs the process to its end.
func (b *batch) execute(ctx context.Context) {
	r, x := b.x.r, b.x
	defer close(b.ended)
	b.exit, b.err = r.executor.execute(ctx, command{
		path: x.target.path,
		args: slices.Concat(r.scenarioArgs(x.test.name), b.cover.args(), logArgs(b.logFile), r.goArgs.own),
		dir:  x.target.dir,
		env: slices.Concat(r.scenarioVars(x, b.call), b.cover.env(), []string{
			protocol.EnvBatch + "=1", protocol.EnvTurns + "=" + b.turns.Name(),
		}),
		input: b.input, output: &b.child, overdue: b.overdue,
	})
	b.child.Close()
}

// answered takes an answer, while the process's output is read.
func (b *batch) answered(report *protocol.Scenario, err error) {
	a := answer{report: report, err: err, output: b.output.text()}
	b.output = outputBuffer{}
	select {
	case b.answers <- a:
	default: // to what was not asked: the test prints what only the library should
	}
}

// run runs one task after the other, and returns the last one. It reports those before.
func (b *batch) run(next func() *task) *ran {
	for {
		last := b.wait()
		if !last.passed {
			return last
		}
		if ahead := b.ahead(last); len(b.queue) <= ahead/2 && !b.spent() {
			b.askFor(ahead-len(b.queue), next)
		}
		if len(b.queue) == 0 {
			return last
		}
		b.x.report(last.result) // while the next one runs
	}
}

// askFor asks for up to so many further scenarios.
func (b *batch) askFor(n int, next func() *task) {
	var tasks []*task
	for range n {
		t := next()
		if t == nil {
			break
		}
		tasks = append(tasks, t)
	}
	b.ask(tasks)
}

// ask has the process run scenarios, once it has run those before. Where it has ended, wait tells.
func (b *batch) ask(tasks []*task) {
	if len(b.queue) == 0 {
		b.begin()
	}
	var lines strings.Builder
	for _, t := range tasks {
		lines.WriteString(permutations.Format(t.request) + "\n")
	}
	b.queue = append(b.queue, tasks...)
	b.requests.WriteString(lines.String())
}

// begin takes note that the process runs the first scenario in the queue from now on.
func (b *batch) begin() {
	b.began = b.x.r.Now()
	b.watch()
}

// ahead returns for how many scenarios the process is to be asked at a time. To wait for the next request takes
// it longer than a short scenario. Where one is to run at a time, the strategy is to know of each before it
// chooses the next one.
func (b *batch) ahead(last *ran) int {
	if b.x.r.Parallel == 1 || last.took > time.Millisecond {
		return 1
	}
	return mostAhead
}

// watch gives the process the time that a scenario has.
func (b *batch) watch() {
	limit := b.x.r.ScenarioTimeout
	if b.timer == nil {
		b.timer = time.AfterFunc(limit, sync.OnceFunc(func() { close(b.overdue) }))
	} else {
		b.timer.Reset(limit)
	}
}

// wait returns what became of the first task in the queue.
func (b *batch) wait() *ran {
	last := &ran{task: b.queue[0], batch: b.id}
	b.queue = b.queue[1:]
	select {
	case last.answer = <-b.answers:
		last.answered = true
	case <-b.ended:
		select {
		case last.answer = <-b.answers: // it had answered before
			last.answered = true
		default:
		}
	}
	inTime := b.timer.Stop()
	last.took = b.x.r.Now().Sub(b.began)
	if len(b.queue) > 0 {
		b.begin()
	}
	if b.first == 0 {
		b.first = max(last.took, 1)
	} else {
		b.later += last.took
	}
	if inTime { // else the process is about to end
		last.goesOn(b.x)
	}
	return last
}

// goesOn finds out whether the scenario has simply passed, and its process can run another one.
func (l *ran) goesOn(x *exploration) {
	if l.report == nil || l.err != nil || l.report.Failed || l.report.Skipped {
		return
	}
	l.result = scenarioResult{
		test: x.test, call: l.call, report: l.report, output: l.output, elapsed: round(l.took), batch: l.batch,
	}
	if again := l.read(&l.result); !again && l.result.verdict == passed {
		l.passed = true
		l.done(&l.result)
	}
}

// spent reports whether it is time for another process.
func (b *batch) spent() bool { return b.later >= max(batchTime, b.first) }

// close lets the process end, which has as much time for that as a scenario has.
func (b *batch) close() {
	b.requests.Close()
	b.watch()
	<-b.ended
	b.timer.Stop()
}

// judge says what the last scenario of the batch came to, by its report and by how the process ended.
func (b *batch) judge(last *ran) scenarioResult {
	result := scenarioResult{
		test: b.x.test, call: b.call, report: last.report, elapsed: round(last.took),
		output: last.output + b.output.text(),
	}
	if b.exit.canceled {
		result.canceled = !last.passed && (last.report == nil || !last.report.Failed)
		if !last.passed {
			result.verdict = failed
		}
		return result
	}
	if b.exit.timedOut {
		result.output = tidyStacks(result.output)
	}
	child := &parse.Child{Scenario: last.report, Err: last.err, Failed: b.child.Failed}
	result.verdict, result.reason = judge(b.exit, b.err, child, b.x.r.ScenarioTimeout)
	result.brokeOff = last.report == nil && result.verdict == failed
	if result.brokeOff {
		result.report = brokenOff(b.turns, b.call.plan)
	}
	return result
}
