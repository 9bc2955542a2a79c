// Package protocol is the contract between the library, which is compiled into a test binary, and a
// wrapper, which starts that binary and reads what it prints.
//
// A wrapper sets environment variables (Env…); the library answers with attributes of the running
// test (Attr…), as [testing.T.Attr] prints them, whose values are JSON: a [Plan] for each call of
// orchestrate.Test or orchestrate.Run in plan mode, and a [Scenario] for each scenario that was run
// in either mode. orchtest itself adds an [Exploration] for each call to the stream that it prints.
//
// A value that would not fit into a line of 4,096 bytes, more than `go tool test2json` reads as
// one, is sent in parts: see [Split] and [Joiner].
//
// docs/protocol.md describes the exchange as a whole, for authors of other wrappers.
package protocol

import (
	"cmp"
	"fmt"
	"slices"
)

// Version is the version of the protocol that this package speaks. It is part of every value; a
// reader refuses a value of a higher version.
const Version = 1

// Environment variables that the library reads.
const (
	// EnvMode selects what a call of orchestrate.Test does: [ModePlan], [ModeScenario], or, where
	// the variable is empty or not set, explore every sequence inside the process.
	EnvMode = "ORCHTEST_MODE"
	// EnvTest is the full name of the test whose scenario is to be run, as testing.T.Name has it.
	EnvTest = "ORCHTEST_TEST"
	// EnvCall is the index, from 0, of the call of orchestrate.Test or Run inside that test.
	EnvCall = "ORCHTEST_CALL"
	// EnvSequence is the sequence to run: thread indexes in decimal, separated by commas. It may be the
	// beginning of one: what EnvCounts has and it has not follows, always the lowest index that can.
	EnvSequence = "ORCHTEST_SEQUENCE"
	// EnvBatch, if it is 1, makes the process of a scenario one for many: their sequences come on its standard
	// input, a line each, until that ends, and a report answers each before the next one is read. Then
	// EnvSequence is not set at first, and is what was read last from then on.
	EnvBatch = "ORCHTEST_BATCH"
	// EnvCounts are the turns of each thread in the serial run, written like a sequence.
	EnvCounts = "ORCHTEST_COUNTS"
	// EnvTimeout, if it is set, is how long a serial run may take in plan mode, as time.ParseDuration
	// reads it. One that takes longer ends the process, with the stacks of all goroutines.
	EnvTimeout = "ORCHTEST_TIMEOUT"
	// EnvTurns, if it is set, is a file to which each turn of the scenario is written as it ends, so
	// that the turns are known even of a process that breaks off: see [ReadTurns]. It is written from
	// its beginning, and not cut off behind the turns: see [EndOfTurns].
	EnvTurns = "ORCHTEST_TURNS"
	// EnvTurnTimeout, if it is set, is how long a turn may take, as time.ParseDuration reads it, in a
	// test that does not say so itself.
	EnvTurnTimeout = "ORCHTEST_TURN_TIMEOUT"
	// EnvDeadlockWindow, if it is set, is for how long every thread has to be blocked before that is
	// called a deadlock, in a test that does not say so itself.
	EnvDeadlockWindow = "ORCHTEST_DEADLOCK_WINDOW"
	// EnvFailOnLeak, if it is 1, makes a scenario fail that leaves a blocked goroutine behind.
	EnvFailOnLeak = "ORCHTEST_FAIL_ON_LEAK"
)

// Values of [EnvMode].
const (
	// ModePlan makes the serial run of every call, and reports a [Plan] and a [Scenario] for each.
	ModePlan = "plan"
	// ModeScenario runs one scenario of the call named by [EnvTest] and [EnvCall] and reports a
	// [Scenario]; any other call makes its serial run and reports nothing.
	ModeScenario = "scenario"
)

// Keys of the attributes.
const (
	AttrPlan        = "orchtest.plan"
	AttrScenario    = "orchtest.scenario"
	AttrExploration = "orchtest.exploration"
	// AttrPassed stands for [AttrScenario] of a scenario in a batch that passed. Its value are the turns, see
	// [AppendPassed]; all else is as in the last AttrScenario of the process.
	AttrPassed = "orchtest.passed"
	// AttrError is added by orchtest to a scenario that could not be run, or did not say what it did.
	// Its value says why, in words.
	AttrError = "orchtest.error"
	// AttrRerun is added by orchtest, to a package, where tests of it that failed are run again. What follows of the
	// package is of them; the value is which time it is, from 1.
	AttrRerun = "orchtest.rerun"
	// AttrShard is added by orchtest where the run is one of several: a [ShardRecord].
	AttrShard = "orchtest.shard"
)

// A Plan is what the serial run of one call found.
type Plan struct {
	Version int      `json:"version"`
	Call    int      `json:"call"`
	Threads []string `json:"threads"` // names, by index
	Counts  []int    `json:"counts"`  // turns, by index
	File    string   `json:"file"`    // where the call stands; the path is the compiler's
	Line    int      `json:"line"`
	// FailedBefore tells that the test had failed before the call.
	FailedBefore bool `json:"failedBefore,omitempty"`
	// Symmetric tells that the test calls all threads interchangeable: of sequences that are equal but for
	// the names of threads, only that is to be run in which they appear first in index order.
	Symmetric bool `json:"symmetric,omitempty"`
	// Same tells that it could: all threads are the same function value, and of equal counts.
	Same bool `json:"same,omitempty"`
	// Expected are all outcomes that a scenario may have, where the test names them; Forbidden those that it must not.
	Expected  []string `json:"expected,omitempty"`
	Forbidden []string `json:"forbidden,omitempty"`
	// Sequences are those that the test names, `0,1,1,0`. Where there are any, just they are to be run.
	Sequences []string `json:"sequences,omitempty"`
}

// A Scenario is what happened in one scenario.
type Scenario struct {
	Version  int      `json:"version"`
	Call     int      `json:"call"`
	Sequence []int    `json:"sequence"` // as asked for; in plan mode the turns that were taken
	Threads  []string `json:"threads"`
	Turns    []Turn   `json:"turns"` // in the order in which they were taken
	// FailedTurn is the index in Turns of the turn in which the scenario failed first;
	// -1 if it did not fail, or outside of any turn.
	FailedTurn int  `json:"failedTurn"`
	Failed     bool `json:"failed,omitempty"`
	Skipped    bool `json:"skipped,omitempty"`
	// Outcome is the label that the test gave to what the scenario came to; "" is none.
	Outcome string `json:"outcome,omitempty"`

	// Again is, of a scenario that failed in a batch, what became of it in a process of its own: pass, fail,
	// skip or error. The wrapper fills it in, unless it was not run again. Where it is pass or skip, the
	// scenario fails only after other ones, and its turns are those in the batch.
	Again string `json:"again,omitempty"`

	// File and Line are where the call stands.
	File string `json:"file"`
	Line int    `json:"line"`
	// Replay is the command that runs this scenario again. The wrapper fills it in.
	Replay string `json:"replay,omitempty"`
	// Cached tells that it was not run, as it passed before and nothing has changed since. The wrapper fills
	// it in.
	Cached bool `json:"cached,omitempty"`
	// Repeat is which time it is, from 1, that the sequence is run, where it is run several times. The wrapper fills it
	// in.
	Repeat int `json:"repeat,omitempty"`
	// Needs says in words which switches it has, of the scenario that fails with the fewest: "needs 1 switch: …". The
	// wrapper fills it in.
	Needs string `json:"needs,omitempty"`
}

// A Turn is one turn of one thread, and where it came to its end.
type Turn struct {
	Thread int    `json:"thread"`
	End    End    `json:"end,omitempty"`
	Name   string `json:"name,omitempty"` // of the syncpoint where the thread stopped
	File   string `json:"file,omitempty"` // of the syncpoint, or of the panic or exit where known
	Line   int    `json:"line,omitempty"`
	// Blocked are the threads that were blocked when the turn was given. Any other that had not ended
	// could have had it.
	Blocked []int `json:"blocked,omitempty"`
	// Waits are where the thread blocked in the turn, in order. The turn was given up there, and other
	// threads had theirs before it came to its end.
	Waits []Wait `json:"waits,omitempty"`
}

// A Wait is one time that a thread blocked: it waited for what only another thread could do.
type Wait struct {
	On    string `json:"on"` // sync.Mutex.Lock, chan receive, select, …
	File  string `json:"file,omitempty"`
	Line  int    `json:"line,omitempty"`
	Until int    `json:"until,omitempty"` // the number, from 1, of the turn in which it went on; 0 if it did not
}

// An End says how a turn came to its end.
type End string

const (
	AtSyncpoint End = ""      // the thread stopped at a syncpoint
	Returned    End = "end"   // the thread's function returned
	Panicked    End = "panic" // the thread's function panicked
	Exited      End = "exit"  // the thread left by runtime.Goexit: FailNow, SkipNow, or itself
	Unfinished  End = "none"  // it did not: the process ended first, or the thread took too long
	// StillBlocked is the end of a turn whose thread was blocked when the scenario came to its end.
	StillBlocked End = "blocked"
)

// Executed returns the thread index of every turn that was taken, in order.
func (s Scenario) Executed() []int {
	executed := make([]int, len(s.Turns))
	for i, turn := range s.Turns {
		executed[i] = turn.Thread
	}
	return executed
}

// An Exploration is what became of the sequences of one call. Planned is the sum of Passed, Failed,
// Errored, Skipped and NotRun. Of the sequences that are neither planned nor infeasible nothing is known.
type Exploration struct {
	Version int `json:"version"`
	Call    int `json:"call"`
	// Sequences is how many sequences there are, in decimal: it may exceed 64 bits.
	Sequences string `json:"sequences"`
	// Infeasible is how many of them, in decimal, give a turn to a thread that is blocked or has ended
	// by then, and so execute like another one. It is left out where there are none.
	Infeasible string `json:"infeasible,omitempty"`
	// Diverged is how many of those that ran took other turns than the same beginning had before.
	Diverged int `json:"diverged,omitempty"`
	Planned  int `json:"planned"` // how many of them were to be run
	Passed   int `json:"passed"`
	Failed   int `json:"failed"`
	Errored  int `json:"errored"`          // could not be run, or said nothing
	Skipped  int `json:"skipped"`          // ran, and called Skip
	Cached   int `json:"cached,omitempty"` // how many of Passed were not run, as nothing has changed since they passed
	NotRun   int `json:"notRun"`
	// Unlisted is how many of Passed are counted, and not in the stream: where no number of scenarios was asked
	// for, there is no end of them.
	Unlisted    int  `json:"unlisted,omitempty"`
	Interrupted bool `json:"interrupted,omitempty"`
	OutOfTime   bool `json:"outOfTime,omitempty"` // some were left out as the time was over that was given
	// Rounds is how often the exploration was begun with another seed, if it was: that of the first round is the
	// Seed of its Strategy, and each further one is greater by one.
	Rounds int `json:"rounds,omitempty"`
	// Repeated tells that some of them may have been run in several rounds. The exploration is not complete then.
	Repeated bool `json:"repeated,omitempty"`

	// Strategies say how the scenarios were chosen, one after the other. They are left out where those were
	// the sequences in lexicographic order.
	Strategies []Strategy `json:"strategies,omitempty"`
	// Symmetric tells that of sequences which are equal but for the names of threads only one counts.
	Symmetric bool `json:"symmetric,omitempty"`
	// Shard, where the run is one of several, says which. All numbers but Sequences are those of the shard, and
	// Part is how many of the sequences it has, in decimal; it is empty in a tree.
	Shard *Shard `json:"shard,omitempty"`
	Part  string `json:"part,omitempty"`
	// More tells that there are executions that were not run, of a number that is not known. It is said of
	// the strategy tree only, which does not go by sequences: there Sequences is empty.
	More bool `json:"more,omitempty"`

	// Shrunk is, where scenarios failed, the one with the fewest switches that is known to fail. It is left out where
	// nobody has asked for it.
	Shrunk *Shrunk `json:"shrunk,omitempty"`

	// Replay is what became of a sequence that was asked for. It is left out where there is no more to say of it than
	// of any scenario.
	Replay *Replay `json:"replay,omitempty"`

	// Outcomes are the labels that scenarios came out with, and those that are expected and did not come, the most
	// frequent first.
	Outcomes []Outcome `json:"outcomes,omitempty"`
}

// A Shrunk is the scenario that fails with the fewest switches, as far as is known. A switch is a turn of another
// thread while the one before could go on.
type Shrunk struct {
	Sequence string `json:"sequence"`
	Switches int    `json:"switches"`
	Needs    string `json:"needs"` // which, in words, and how certain it is that fewer are not enough
	// Found is the sequence that failed first, in the same way, if that is another one.
	Found string `json:"found,omitempty"`
	// Scenarios is how many were run only to look for fewer switches. They are among those of the exploration.
	Scenarios int `json:"scenarios,omitempty"`
	// Untried is how many sequences with fewer switches were not run, in decimal; some of them may be infeasible,
	// and of those of a shard it is how many there may be at most. It is left out where it is certain that none of them
	// fails in this way.
	Untried string `json:"untried,omitempty"`
}

// A Replay is what became of a sequence that was asked for, and was named earlier.
type Replay struct {
	Sequence string `json:"sequence"`
	Runs     int    `json:"runs"`
	Passed   int    `json:"passed"`
	Failed   int    `json:"failed"`
	// Moved says what is different in the code, in words: the sequence does not mean what it did. Lines says which
	// syncpoints are the same, and stand at other lines.
	Moved []string `json:"moved,omitempty"`
	Lines []string `json:"lines,omitempty"`
	// Near is how many sequences near it were run since the code has moved, and NearFailed how many of them did not
	// pass.
	Near       int `json:"near,omitempty"`
	NearFailed int `json:"nearFailed,omitempty"`
}

// An Outcome is a label, and in how many scenarios it came out.
type Outcome struct {
	Label     string `json:"label"`
	Scenarios int    `json:"scenarios"`
	Failed    int    `json:"failed,omitempty"`   // of these
	Sequence  string `json:"sequence,omitempty"` // the least that shows it, in lexicographic order; "" where none does
	Forbidden bool   `json:"forbidden,omitempty"`
	Expected  bool   `json:"expected,omitempty"` // the test names it as one that there may be
}

// A Shard is one of several parts of a run, each of which may be made on a machine of its own.
type Shard struct {
	Index int `json:"index"` // from 1
	Of    int `json:"of"`    // how many there are
}

// String returns the text of the shard, as 1/4.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Of) }

// A Strategy is a way to choose scenarios, and what it came to.
type Strategy struct {
	Name      string `json:"name"`            // fewest-switches, random, pct, tree, pinned
	Scenarios int    `json:"scenarios"`       // how many it has chosen that were run
	Seed      string `json:"seed,omitempty"`  // of random and pct, in decimal: it may exceed 53 bits
	Depth     int    `json:"depth,omitempty"` // of pct
	// Chance is, of pct, how likely each scenario at least meets a bug of the depth: one in so many, in decimal.
	Chance string `json:"chance,omitempty"`
	// Complete is, of fewest-switches, how far it came.
	Complete *Complete `json:"complete,omitempty"`
}

// A ShardRecord is what a shard says of itself, as the value of [AttrShard]: at the beginning of its stream, at
// each package, and at the end of the stream.
type ShardRecord struct {
	Version int `json:"version"`
	Shard
	// Inputs are what all shards of a run have to have in common, by name; they are there at the beginning of
	// the stream, and there only.
	Inputs map[string]string `json:"inputs,omitempty"`
	// Dir is the folder that the shard was run in; it is there at the beginning of the stream.
	Dir string `json:"dir,omitempty"`
	// Left tells, of a package, that its tests that are not orchestrated are another shard's.
	Left bool `json:"left,omitempty"`
	// Ended stands at the end of the stream: there is no more.
	Ended bool `json:"ended,omitempty"`
}

// Complete says that every execution with so many preemptions or fewer was run. A preemption is a turn
// of another thread while the one that had the turn before could go on and had planned turns left.
type Complete struct {
	Preemptions int `json:"preemptions"` // -1 if not even those without any were all run
	Executions  int `json:"executions"`  // how many executions that is
	// Levels are, of a shard, how many of its executions have how many preemptions, from 0.
	Levels []int `json:"levels,omitempty"`
}

// SortOutcomes puts the most frequent ones first.
func SortOutcomes(all []Outcome) {
	slices.SortFunc(all, func(a, b Outcome) int {
		return cmp.Or(cmp.Compare(b.Scenarios, a.Scenarios), cmp.Compare(a.Label, b.Label))
	})
}
