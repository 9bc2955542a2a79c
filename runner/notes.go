package runner

import (
	"encoding/json"
	"slices"

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
	// notes opens what there is of a call. It returns nil if nothing is to be known or taken down.
	notes(x *exploration, call *exploredCall) *notes
}

// notes are what is known of the scenarios of a call, and where further ones are taken down. A nil one
// knows nothing, and takes nothing down.
type notes struct {
	call   record.Call
	steps  []noted // of earlier runs, in their order, as far as they were not taken again
	cached bool    // what is known comes from the cache
	seed   *uint64 // of earlier runs; nil if there is none

	// read returns the result of a step that was done.
	read func(noted) (record.Result, bool)
	// given and done take down a step of this run. They are called in the order of the strategy.
	given func(record.Request)
	done  func(record.Request, scenarioResult)
	// again is called with a step of an earlier run that is used, though not in its order.
	again func(noted)
	close func()

	bySequence map[string]noted // of steps that were done, as far as the order does not hold
}

// A noted step is a line in a record.
type noted struct {
	sequence   string // that was asked for
	done       bool   // it was done; else given
	first, end int64  // of the line
}

// closing puts an end to what is taken down.
func (n *notes) closing() {
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

// request returns what stands for a sequence in the notes.
func (n *notes) request(sequence string) record.Request {
	return record.Request{Call: n.call, Sequence: sequence}
}

// callOf returns what a call is called in a record.
func callOf(x *exploration, call *exploredCall) record.Call {
	return record.Call{
		Package: x.test.pkg.name, Test: x.test.name,
		Index: call.plan.Call, Counts: permutations.Format(call.plan.Counts),
	}
}

// recall hands the strategy what is known, in the order in which it became known: that brings it to where
// it was. It returns the jobs that were given and are not known to be done, and how many were given. Where the
// strategy goes another way, what is left is found by its request.
func (x *exploration) recall(call *exploredCall) (open []*explore.Job, given int) {
	n := call.notes
	if n == nil {
		return nil, 0
	}
	jobs := map[string]*explore.Job{}
	var order []string
	for len(n.steps) > 0 && x.r.ctx.Err() == nil {
		step := n.steps[0]
		if !step.done {
			if given+1 >= call.limit {
				break
			}
			job := call.search.Next()
			if job == nil {
				break
			}
			given++
			sequence := permutations.Format(call.ask(job))
			jobs[sequence], order = job, append(order, sequence)
			if sequence != step.sequence {
				n.given(n.request(sequence))
				break
			}
		} else {
			job := jobs[step.sequence]
			result, ok := x.remembered(call, step)
			if job == nil || !ok {
				break
			}
			execution := name(call, job, &result)
			x.report(result)
			call.search.Done(job, execution)
			delete(jobs, step.sequence)
		}
		n.steps = n.steps[1:]
	}
	for _, sequence := range order {
		if job := jobs[sequence]; job != nil {
			open = append(open, job)
		}
	}
	return open, given
}

// known returns what is known of a sequence of a call that is to be asked for.
func (x *exploration) known(call *exploredCall, ask []int) (scenarioResult, bool) {
	n := call.notes
	if n == nil {
		return scenarioResult{}, false
	}
	call.order.Lock()
	defer call.order.Unlock()
	if n.bySequence == nil {
		left := map[string]noted{}
		for _, step := range n.left() {
			left[step.sequence] = step
		}
		n.bySequence = left
	}
	sequence := permutations.Format(ask)
	step, ok := n.bySequence[sequence]
	if !ok {
		return scenarioResult{}, false
	}
	delete(n.bySequence, sequence)
	result, ok := x.remembered(call, step)
	if ok {
		n.again(step)
	}
	return result, ok
}

// remembered reads a result.
func (x *exploration) remembered(call *exploredCall, step noted) (scenarioResult, bool) {
	found, ok := call.notes.read(step)
	if !ok {
		return scenarioResult{}, false
	}
	result := scenarioResult{
		test: x.test, call: call, reason: found.Reason, output: found.Output, elapsed: found.Elapsed,
		brokeOff: found.BrokeOff, cached: call.notes.cached, known: true,
	}
	if result.verdict, ok = verdictNamed(found.Verdict); !ok {
		return scenarioResult{}, false
	}
	if found.Report != nil {
		report, err := parse.DecodeScenario(string(found.Report))
		if err != nil || len(report.Threads) != len(call.plan.Threads) {
			return scenarioResult{}, false
		}
		result.report = report
	}
	return result, result.report != nil || result.verdict != passed
}

// take takes the next job of a call, and notes it. It returns nil if there is none.
func (x *exploration) take(call *exploredCall) *explore.Job {
	call.order.Lock()
	defer call.order.Unlock()
	job := call.search.Next()
	if job != nil && call.notes != nil {
		call.notes.given(call.notes.request(permutations.Format(call.ask(job))))
	}
	return job
}

// finish hands a job back to the strategy, and notes what became of it.
func (x *exploration) finish(call *exploredCall, job *explore.Job, s scenarioResult, execution explore.Execution) {
	call.order.Lock()
	defer call.order.Unlock()
	x.note(call, call.ask(job), s)
	call.search.Done(job, execution)
}

// note takes down what became of a scenario. What an interrupt ended, or could not be run, is to be run again.
func (x *exploration) note(call *exploredCall, ask []int, s scenarioResult) {
	if call.notes != nil && !s.known && !s.canceled && s.verdict != errored {
		call.notes.done(call.notes.request(permutations.Format(ask)), s)
	}
}

// resultOf is what is written down of a scenario.
func resultOf(request record.Request, s scenarioResult) record.Result {
	result := record.Result{
		Request: request, Verdict: verdictNames[s.verdict], Reason: s.reason,
		Output: s.output, Elapsed: s.elapsed, BrokeOff: s.brokeOff,
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

// verdictNames are those of the event stream.
var verdictNames = [verdicts]string{passed: parse.ActionPass, failed: parse.ActionFail, errored: "error", skipped: parse.ActionSkip}

func verdictNamed(name string) (verdict, bool) {
	for v, known := range verdictNames {
		if known == name {
			return verdict(v), true
		}
	}
	return 0, false
}
