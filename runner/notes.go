package runner

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
	"github.com/orchtest/orchtest/record"
)

// A notebook has what is known already of the scenarios of tests, and takes down what becomes of further
// ones: the journal of --resume, or the result cache.
type notebook interface {
	// knows reports whether there may be anything that is known of a package.
	knows(t *target) bool
	// resumes reports whether what is known is of the run that goes on: all of that is in its report. Else just what is
	// asked for is.
	resumes() bool
	// notes opens what there is of a call. It returns nil if nothing is to be known or taken down.
	notes(x *exploration, call *exploredCall) *notes
}

// notes are what is known of the scenarios of a call, and where further ones are taken down. A nil one
// knows nothing, and takes nothing down.
type notes struct {
	test    *heldTest
	threads int // of the call
	call    record.Call
	all     []noted // steps of earlier runs, in their order
	steps   []noted // of these, the last ones: those that were not taken again
	cached  bool    // what is known comes from the cache
	seed    *uint64 // of earlier runs; nil if there is none

	// read returns the result of a step that was done.
	read func(noted) (record.Result, bool)
	// given and done take down a step of this run. They are called in the order of the strategy.
	given func(record.Request)
	done  func(record.Request, scenarioResult)
	// correct is called with what became of a scenario that was done, and had come to something else.
	correct func(record.Request, scenarioResult)
	// looked is called with the log of a process that has run several scenarios, once it has ended.
	looked func(batch string, log []byte, started time.Time)
	// spoil is called where scenarios of a batch depend on each other: what was taken down holds for none.
	spoil func()
	// again is called with a step of an earlier run that is used, though not in its order.
	again func(noted)
	close func()

	bySequence map[string]noted // of steps that were done, as far as the order does not hold
}

// A noted step is a line in a record.
type noted struct {
	sequence   string // that was asked for
	done       bool   // it was done; else given
	corrects   bool   // the step before that was done for the sequence
	first, end int64  // of the line
}

// finish puts an end to what is taken down.
func (n *notes) finish() {
	if n != nil {
		n.close()
	}
}

// left returns the steps that were done and have not been used.
func (n *notes) left() []noted {
	return slices.DeleteFunc(slices.Clone(n.steps), func(step noted) bool {
		_, is := n.bySequence[step.sequence]
		return !step.done || (n.bySequence != nil && !is)
	})
}

// unasked returns the steps that are to be in the report, and that nobody has asked for: those that were given by a
// strategy, or the others, which a search for fewer switches has run. Who comes first among several processes may have
// led the earlier run another way.
func (n *notes) unasked(given bool) []noted {
	if n == nil || n.cached || len(n.steps) == 0 {
		return nil
	}
	strategy := map[string]bool{}
	for _, step := range n.all {
		if !step.done {
			strategy[step.sequence] = true
		}
	}
	return slices.DeleteFunc(n.left(), func(step noted) bool { return strategy[step.sequence] != given })
}

// request returns what stands for a sequence in the notes.
func (n *notes) request(sequence []int) record.Request {
	return record.Request{Call: n.call, Sequence: permutations.Format(sequence)}
}

// give notes that a scenario was given.
func (n *notes) give(request []int) {
	if n != nil {
		n.given(n.request(request))
	}
}

// take notes what became of a scenario, if that is known. What an interrupt ended, or could not be run, is to be
// run again.
func (n *notes) take(request []int, s *scenarioResult) {
	if n != nil && s != nil && !s.known && !s.canceled && s.verdict != errored {
		n.done(n.request(request), *s)
	}
}

// correct notes that a scenario, which had passed, came to something else as its process ended.
func (c *exploredCall) correct(request []int, s scenarioResult) {
	if c.notes == nil {
		return
	}
	c.order.Lock()
	defer c.order.Unlock()
	c.notes.correct(c.notes.request(request), s)
}

// looked notes what a process has looked at that has run several scenarios.
func (c *exploredCall) looked(batch string, log []byte, started time.Time) {
	if c.notes == nil {
		return
	}
	c.order.Lock()
	defer c.order.Unlock()
	c.notes.looked(batch, log, started)
}

// callOf returns what a call is called in a record.
func callOf(x *exploration, call *exploredCall) record.Call {
	return record.Call{
		Package: x.test.pkg.name, Test: x.test.name,
		Index: call.plan.Call, Counts: permutations.Format(call.plan.Counts),
	}
}

// corrected puts what corrects a step in its place in the order.
func corrected(steps []noted) []noted {
	done := map[string]int{} // by sequence, the last step
	var all []noted
	for _, step := range steps {
		at, is := done[step.sequence]
		switch {
		case step.corrects && is:
			all[at] = step
			continue
		case step.done:
			done[step.sequence] = len(all)
		}
		all = append(all, step)
	}
	return all
}

// recalls reports whether what an earlier run has come to is reported, though nothing is run any more. Who interrupts
// a run wants to have its end.
func (r *run) recalls() bool { return r.notebook != nil && r.notebook.resumes() && !r.interrupted() }

// rest reports what became of steps.
func (x *exploration) rest(steps []noted, taskOf func(request []int) *task) {
	for _, step := range steps {
		request, err := permutations.Parse(step.sequence)
		if err != nil || x.r.interrupted() {
			return
		}
		if t := taskOf(request); t.known != nil {
			t.known.repeats = t.known.repeats || x.r.reported(t.known)
			x.report(*t.known)
			t.done(t.known)
		}
	}
}

// reported reports whether a scenario of that name is in the report.
func (r *run) reported(s *scenarioResult) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return s.call.reported[permutations.Format(s.sequence)]
}

// recall hands the strategy what is known, in the order in which it became known: that brings it to where
// it was. It returns what is left to be run. Where the strategy goes another way, what is known is found by its
// request.
func (x *exploration) recall(call *exploredCall) *jobs {
	left := &jobs{call: call}
	n := call.notes
	if n == nil {
		return left
	}
	tasks := map[string]*task{}
	var order []*task
	jobOf := map[*task]*explore.Job{}
	for len(n.steps) > 0 && !x.r.interrupted() {
		step := n.steps[0]
		if !step.done {
			job := call.search.Next()
			if job == nil {
				break
			}
			t := call.bareTask(job)
			sequence := permutations.Format(t.request)
			tasks[sequence], order, jobOf[t] = t, append(order, t), job
			if sequence != step.sequence {
				n.give(t.request)
				break
			}
		} else {
			t := tasks[step.sequence]
			result := n.remembered(step)
			if t == nil || result == nil {
				break
			}
			result.call = call
			t.read(result)
			x.report(*result)
			t.done(result)
			delete(tasks, step.sequence)
		}
		n.steps = n.steps[1:]
	}
	for _, t := range order {
		if tasks[permutations.Format(t.request)] == t {
			left.open = append(left.open, jobOf[t])
		}
	}
	return left
}

// find returns what is known of a sequence that is to be asked for, or nil.
func (n *notes) find(request []int) *scenarioResult {
	if n == nil {
		return nil
	}
	if n.bySequence == nil {
		left := map[string]noted{}
		for _, step := range n.left() {
			left[step.sequence] = step
		}
		n.bySequence = left
	}
	sequence := permutations.Format(request)
	step, ok := n.bySequence[sequence]
	if !ok {
		return nil
	}
	delete(n.bySequence, sequence)
	result := n.remembered(step)
	if result != nil {
		n.again(step)
	}
	return result
}

// remembered reads a result, or returns nil if it cannot be used.
func (n *notes) remembered(step noted) *scenarioResult {
	found, ok := n.read(step)
	if !ok {
		return nil
	}
	result := &scenarioResult{
		test: n.test, reason: found.Reason, output: found.Output, elapsed: found.Elapsed,
		brokeOff: found.BrokeOff, again: found.Again, cached: n.cached, known: true,
	}
	if result.verdict, ok = verdictNamed(found.Verdict); !ok {
		return nil
	}
	if found.Report != nil {
		report, err := parse.DecodeScenario(string(found.Report))
		if err != nil || len(report.Threads) != n.threads {
			return nil
		}
		result.report = report
	}
	if result.report == nil && result.verdict == passed {
		return nil
	}
	return result
}

// resultOf is what is written down of a scenario.
func resultOf(request record.Request, s scenarioResult) record.Result {
	result := record.Result{
		Request: request, Verdict: action(s.verdict), Reason: s.reason,
		Output: s.output, Elapsed: s.elapsed, BrokeOff: s.brokeOff, Again: s.again,
	}
	if s.report != nil {
		report := *s.report
		if s.verdict == passed {
			report.Turns = bare(report.Turns)
		}
		result.Report = json.RawMessage(encode(report))
	}
	return result
}

// bare returns turns without the places where they stopped: of what passed nobody asks for them.
func bare(turns []protocol.Turn) []protocol.Turn {
	all := make([]protocol.Turn, len(turns))
	for i, turn := range turns {
		all[i] = protocol.Turn{Thread: turn.Thread, End: turn.End, Blocked: turn.Blocked}
		for _, wait := range turn.Waits {
			all[i].Waits = append(all[i].Waits, protocol.Wait{Until: wait.Until})
		}
	}
	return all
}

// verdictNamed returns the verdict that the stream calls by a name.
func verdictNamed(name string) (verdict, bool) {
	for v := range verdicts {
		if action(v) == name {
			return v, true
		}
	}
	return 0, false
}

// spoilt says that scenarios depend on each other.
func (n *notes) spoilt() {
	if n != nil && n.spoil != nil {
		n.spoil()
	}
}
