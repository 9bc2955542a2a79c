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
	// done is to be called once the last result was read, or if there was none.
	done func()
}

// A source gives the tasks of a call. Its methods may be called from several goroutines at once.
type source interface {
	// wait returns true once there is a task, and false once there will be none any more.
	wait() bool
	// next returns the next task, or nil if there is none at the moment.
	next() *task
}

// jobs are the tasks that a strategy chooses.
type jobs struct{ call *exploredCall }

func (j jobs) wait() bool { return j.call.search.Wait() }

func (j jobs) next() *task {
	job := j.call.search.Next()
	if job == nil {
		return nil
	}
	return j.call.task(job)
}

// task is what is to be run for a job.
func (c *exploredCall) task(job *explore.Job) *task {
	request := job.Ask
	if request == nil {
		request = job.Prefix
		if !c.space.Tree {
			request = wholeIfKnown(request, c.plan.Counts)
		}
	}
	var execution explore.Execution
	return &task{
		call: c, request: request,
		read: func(result *scenarioResult) (again bool) {
			execution = job.Read(result.report)
			result.sequence, result.diverged = execution.Sequence, execution.Diverged
			result.edge = !job.Mine(execution)
			return execution.Diverged && result.verdict == passed
		},
		done: func() { c.search.Done(job, execution) },
	}
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
	t := &task{
		call: call, request: sequence, done: func() {},
		read: func(result *scenarioResult) (again bool) {
			result.fit(sequence)
			return false
		},
	}
	if counts := call.plan.Counts; slices.Max(sequence) >= len(counts) {
		t.known = &scenarioResult{
			test: x.test, call: call, sequence: sequence, verdict: failed, reason: protocol.Misfit(sequence, counts, nil),
		}
	}
	return t
}

// fit names the scenario after the sequence that was asked for, and fails it if it is not one of the plan.
func (s *scenarioResult) fit(sequence []int) {
	s.sequence = sequence
	if s.report == nil {
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
