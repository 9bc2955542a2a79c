package permutations

import (
	"fmt"
	"strings"
)

// messageThreads is for how many threads a message lists the turns.
const messageThreads = 8

// Check returns nil if sequence is one of those for counts, the turns of each thread in the serial
// run. Otherwise its error is one line that names a turn or a thread that is wrong, and says what a
// sequence of that test looks like.
func Check(sequence, counts []int) error {
	mustBeCounts("Check", counts)
	for i, thread := range sequence {
		if thread < 0 || thread >= len(counts) {
			return fmt.Errorf("%s: turn %d is of thread %d, but the serial run had %s; %s",
				title(sequence), i+1, thread, threads(len(counts)), form(counts))
		}
	}
	// Of a thread with too many turns and one with too few, the former is more likely the slip.
	tooFew := -1
	taken := Counts(sequence, len(counts))
	for thread, n := range taken {
		if n > counts[thread] {
			return miscounted(sequence, counts, thread, n)
		}
		if n < counts[thread] && tooFew < 0 {
			tooFew = thread
		}
	}
	if tooFew >= 0 {
		return miscounted(sequence, counts, tooFew, taken[tooFew])
	}
	return nil
}

// miscounted returns the error of a sequence in which thread takes n turns.
func miscounted(sequence, counts []int, thread, n int) error {
	turns := fmt.Sprintf("%d turns", n)
	switch n {
	case 0:
		turns = "no turn"
	case 1:
		turns = "1 turn"
	}
	return fmt.Errorf("%s: thread %d takes %s there, but took %d in the serial run; %s",
		title(sequence), thread, turns, counts[thread], form(counts))
}

// threads names n threads.
func threads(n int) string {
	switch n {
	case 0:
		return "no threads"
	case 1:
		return "one thread, 0"
	case 2:
		return "2 threads, 0 and 1"
	}
	return fmt.Sprintf("%d threads, 0 to %d", n, n-1)
}

// form describes a sequence of counts, with the serial one as the example.
func form(counts []int) string {
	if len(counts) == 0 {
		return "its one sequence is the empty one"
	}
	listed := min(len(counts), messageThreads)
	parts := make([]string, listed)
	turns := 0
	for thread, n := range counts[:listed] {
		parts[thread] = fmt.Sprintf("%d %s", thread, times(n))
		turns += n
	}
	text := "a sequence has " + join(parts)
	if listed < len(counts) {
		return "a sequence has " + strings.Join(parts, ", ") + " and so on"
	}
	if turns > messageTurns {
		return text
	}
	return text + ", as " + Format(Serial(counts))
}

// join joins parts with commas, the last one with "and".
func join(parts []string) string {
	last := len(parts) - 1
	if last == 0 {
		return parts[0]
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

// times returns n as an adverb.
func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}
