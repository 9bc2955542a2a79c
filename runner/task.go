package runner

import (
	"slices"
	"sync"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// A task is a scenario that is to be run.
type task struct {
	call    *exploredCall
	request []int           // what it is asked for
	known   *scenarioResult // what it comes to without being run; nil where that has to be found out
	// read finds out what was executed, and names the scenario. It reports whether it is to be tried again.
	read func(*scenarioResult) (again bool)
	// done is to be called with the result once that is known, or with nil if there is none.
	done func(*scenarioResult)
}

// A source gives the tasks of a call. Its methods may be called from several goroutines at once.
type source interface {
	// wait returns true once there is a task, and false once there will be none any more.
	wait() bool
	// next returns the next task, or nil if there is none at the moment.
	next() *task
}

// jobs are the tasks that a strategy chooses.
type jobs struct {
	call *exploredCall
	mu   sync.Mutex
	open []*explore.Job // that were given by an earlier run, and are not known to be done
}

func (j *jobs) wait() bool {
	j.mu.Lock()
	open := len(j.open) > 0
	j.mu.Unlock()
	return open || j.call.search.Wait()
}

func (j *jobs) next() *task {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.open) > 0 {
		job := j.open[0]
		j.open = j.open[1:]
		return j.call.task(job)
	}
	job := j.call.give()
	if job == nil {
		return nil
	}
	return j.call.task(job)
}

// giveUp hands the jobs back to the strategy that were given by an earlier run, and are not run.
func (j *jobs) giveUp() {
	for _, job := range j.open {
		j.call.search.Done(job, explore.Execution{})
	}
	j.open = nil
}

// give takes the next job from the strategy, and notes it. It returns nil if there is none, and once a job was given up:
// what the strategy would give then depends on that, and the notes do not have it.
func (c *exploredCall) give() *explore.Job {
	c.order.Lock()
	defer c.order.Unlock()
	if c.gaveUp {
		return nil
	}
	job := c.search.Next()
	if job != nil {
		c.notes.give(c.requestOf(job))
	}
	return job
}

// requestOf is what the process of a job is asked for.
func (c *exploredCall) requestOf(job *explore.Job) []int {
	switch {
	case job.Ask != nil:
		return job.Ask
	case c.space.Tree:
		return job.Prefix
	}
	return wholeIfKnown(job.Prefix, c.plan.Counts)
}

// task is what is to be run for a job, or what is known of it.
func (c *exploredCall) task(job *explore.Job) *task {
	t := c.bareTask(job)
	t.known = c.known(t)
	return t
}

// bareTask is what is to be run for a job, whatever is known.
func (c *exploredCall) bareTask(job *explore.Job) *task {
	var execution explore.Execution
	t := &task{call: c, request: c.requestOf(job)}
	t.read = func(result *scenarioResult) (again bool) {
		execution = job.Read(result.report)
		result.sequence, result.diverged = execution.Sequence, execution.Diverged
		result.edge = !job.Mine(execution)
		return execution.Diverged && result.verdict == passed
	}
	t.done = func(result *scenarioResult) {
		c.order.Lock()
		defer c.order.Unlock()
		c.notes.take(t.request, result)
		c.gaveUp = c.gaveUp || result == nil || result.canceled
		c.search.Done(job, execution)
	}
	return t
}

// recalledTask is a scenario that an earlier run has run. What it was asked for may have been the beginning of a
// sequence, or one that executes like another one.
func (c *exploredCall) recalledTask(request []int) *task {
	t := &task{call: c, request: request}
	t.read = func(result *scenarioResult) (again bool) {
		result.sequence = c.executed(request, result.report)
		return false
	}
	t.done = func(*scenarioResult) {}
	t.known = c.known(t)
	return t
}

// executed is the name of what a process executed that was asked for a sequence, or the beginning of one; where there is
// no report, that of what it was asked for.
func (c *exploredCall) executed(request []int, report *protocol.Scenario) []int {
	if report != nil {
		request = nil
	}
	return c.space.Read(request, report).Sequence
}

// known is what is known of a task from an earlier run, or nil.
func (c *exploredCall) known(t *task) *scenarioResult {
	c.order.Lock()
	defer c.order.Unlock()
	result := c.notes.find(t.request)
	if result != nil {
		result.call = c
		t.read(result)
	}
	return result
}

// wholeIfKnown returns the prefix, or the whole sequence where just one begins with it: the same turns are
// then given, and who reads the environment is told all of them.
func wholeIfKnown(prefix, counts []int) []int {
	whole := permutations.Complete(prefix, counts)
	rest := whole[len(prefix):]
	if len(rest) == 0 || rest[0] == rest[len(rest)-1] { // it is in index order
		return whole
	}
	return prefix
}

// A list is a source of tasks that are all known before.
type list struct {
	mu    sync.Mutex
	tasks []*task
}

func (l *list) wait() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.tasks) > 0
}

func (l *list) next() *task {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tasks) == 0 {
		return nil
	}
	t := l.tasks[0]
	l.tasks = l.tasks[1:]
	return t
}

// asked is a sequence that the user or the test names. It may be infeasible, or not be one of the plan:
// then it is to be just what is executed, as is the name that an exploration of the tree gave to it.
func (x *exploration) asked(call *exploredCall, sequence []int) *task {
	t := &task{call: call, request: sequence}
	t.read = func(result *scenarioResult) (again bool) {
		result.fit(sequence)
		return false
	}
	t.done = func(result *scenarioResult) {
		call.order.Lock()
		defer call.order.Unlock()
		call.notes.take(sequence, result)
	}
	if counts := call.plan.Counts; slices.Max(sequence) >= len(counts) {
		t.known = &scenarioResult{
			test: x.test, call: call, sequence: sequence, verdict: failed, reason: protocol.Misfit(sequence, counts, nil),
		}
		return t
	}
	t.known = call.known(t)
	return t
}

// fit names the scenario after the sequence that was asked for, and fails it if it is not one of the plan.
func (s *scenarioResult) fit(sequence []int) {
	s.sequence = sequence
	if s.report == nil || (s.known && s.verdict != passed) {
		return
	}
	counts, executed := s.call.plan.Counts, s.report.Executed()
	if s.verdict != passed && len(executed) < len(sequence) && slices.Equal(executed, sequence[:len(executed)]) {
		return // it ended before it came so far
	}
	if !protocol.Fits(sequence, counts, executed) {
		reason := protocol.Misfit(sequence, counts, executed)
		if s.reason != "" {
			reason = s.reason + "; " + reason
		}
		s.verdict, s.reason = failed, reason
		return
	}
	if !s.brokeOff && permutations.Check(sequence, counts) == nil {
		if like := explore.Read(counts, nil, s.report).Sequence; !slices.Equal(like, sequence) {
			s.like = like
		}
	}
}
