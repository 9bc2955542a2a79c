package explore

import (
	"slices"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// An Execution is what became of the sequences that begin with a prefix.
type Execution struct {
	// Sequence is the name of the execution: of all sequences that have it, the one that says which
	// turns were given. Where a thread took fewer turns than planned, the rest of them stand at its end,
	// in index order; turns beyond the plan are not in it.
	//
	// Where the turns of the prefix were not all taken, it is the prefix with the rest in index order.
	Sequence []int
	// Diverged tells that other turns were taken than those of the prefix. The test did not behave as it
	// had before, when it took the first of them. A scenario that failed or was skipped before it could
	// take them all has not diverged.
	Diverged bool

	known  bool // the turns of the prefix were taken
	prefix int  // how many
	turns  []protocol.Turn
}

// wasRun reports whether there was a scenario: what was ended by an interrupt is a zero Execution.
func (x *Execution) wasRun() bool { return x.Sequence != nil }

// Read finds out what a scenario executed that was asked for a prefix of a sequence, or for a whole
// one, from its report. The report is nil where there is none.
func Read(counts, prefix []int, report *protocol.Scenario) Execution {
	return Space{Counts: counts}.Read(prefix, report)
}

// Read is [Read] in a space. In a tree the name of an execution are its turns, all of them; where those of
// the prefix were not all taken, it is the prefix.
func (s Space) Read(prefix []int, report *protocol.Scenario) Execution {
	if s.Tree {
		return s.readTree(prefix, report)
	}
	counts := s.Counts
	if report != nil {
		sequence, decided := executed(counts, report)
		if decided >= len(prefix) && follows(report.Turns, prefix) {
			return Execution{Sequence: sequence, known: true, prefix: len(prefix), turns: report.Turns[:decided]}
		}
	}
	return Execution{
		Sequence: permutations.Complete(prefix, counts),
		Diverged: diverged(prefix, report),
	}
}

func (s Space) readTree(prefix []int, report *protocol.Scenario) Execution {
	if report != nil {
		decided := len(report.Turns)
		for i := range report.Turns {
			t := &report.Turns[i]
			if t.Thread >= len(s.Counts) {
				decided = min(decided, i)
			} else if t.End != protocol.AtSyncpoint && givesUp(report, i) {
				decided = min(decided, endedIn(report, i)+1)
			}
		}
		if decided >= len(prefix) && follows(report.Turns, prefix) && len(report.Turns) > 0 {
			return Execution{Sequence: report.Executed(), known: true, prefix: len(prefix), turns: report.Turns[:decided]}
		}
	}
	if len(prefix) == 0 {
		prefix = permutations.Serial(s.Counts)
	}
	return Execution{Sequence: slices.Clone(prefix), Diverged: diverged(prefix, report)}
}

// diverged reports whether a scenario took other turns than those of the prefix.
func diverged(prefix []int, report *protocol.Scenario) bool {
	return report != nil && !(follows(report.Turns, prefix) && (report.Failed || report.Skipped))
}

// follows reports whether the turns are those of the prefix, as far as there are both.
func follows(turns []protocol.Turn, prefix []int) bool {
	for i := range min(len(turns), len(prefix)) {
		if turns[i].Thread != prefix[i] {
			return false
		}
	}
	return true
}

// executed returns the name of an execution, and how many of its turns, from the first, were given as its
// sequence said or could have said. From there on there was nothing to decide:
//
//   - Where a thread takes a turn beyond the plan, no thread with planned turns was ready, and every
//     index that the sequence still had was passed over.
//   - Where a thread panicked, ended the test, or did not come to the end of its turn, the sequence was
//     given up.
func executed(counts []int, report *protocol.Scenario) (sequence []int, decided int) {
	left := slices.Clone(counts)
	sequence = make([]int, 0, len(report.Turns))
	decided = len(report.Turns)
	for i := range report.Turns {
		t := &report.Turns[i]
		if t.Thread >= len(left) || left[t.Thread] == 0 {
			decided = min(decided, i)
			continue
		}
		left[t.Thread]--
		sequence = append(sequence, t.Thread)
		if t.End != protocol.AtSyncpoint && givesUp(report, i) {
			decided = min(decided, endedIn(report, i)+1)
		}
	}
	for thread, n := range left {
		for range n {
			sequence = append(sequence, thread)
		}
	}
	return sequence, decided
}

// endedIn returns the index of the turn in which the turn of index i came to its end: another one, if
// its thread had been blocked.
func endedIn(report *protocol.Scenario, i int) int {
	waits := report.Turns[i].Waits
	if len(waits) == 0 {
		return i
	}
	return max(i, waits[len(waits)-1].Until-1)
}

// givesUp reports whether the sequence was given up at the end of the turn of index i. A thread that
// leaves by runtime.Goexit ends the test only if that has failed or was skipped.
func givesUp(report *protocol.Scenario, i int) bool {
	switch report.Turns[i].End {
	case protocol.Panicked, protocol.Unfinished:
		return true
	case protocol.Exited:
		return report.Skipped || (report.Failed && 0 <= report.FailedTurn && report.FailedTurn <= endedIn(report, i))
	case protocol.AtSyncpoint, protocol.Returned, protocol.StillBlocked:
	}
	return false
}

// hasEnded reports whether a thread had ended with its turn.
func hasEnded(end protocol.End) bool {
	switch end {
	case protocol.Returned, protocol.Panicked, protocol.Exited:
		return true
	case protocol.AtSyncpoint, protocol.Unfinished, protocol.StillBlocked:
	}
	return false
}
