package protocol

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Fits reports whether a sequence that a test names is one of its plan: it has the turns of the counts, or
// is just what was executed when it was asked for.
func Fits(sequence, counts, executed []int) bool {
	turns, ok := countsOf(sequence, len(counts))
	return ok && slices.Equal(turns, counts) || slices.Equal(sequence, executed)
}

// Misfit says what has changed since a sequence was named that does not fit the plan any more.
func Misfit(sequence, counts, executed []int) string {
	text := fmt.Sprintf("sequence %s no longer fits: ", list(sequence))
	if turns, ok := countsOf(sequence, len(counts)); ok {
		text += fmt.Sprintf("the threads have the turns %s in it, and took %s in the serial run now", list(turns), list(counts))
	} else {
		text += fmt.Sprintf("it has a turn of thread %d, and there are %d threads now, with the turns %s",
			slices.Max(sequence), len(counts), list(counts))
	}
	if len(executed) > 0 {
		text += "; asked for it, the test executed " + list(executed)
	}
	return text
}

// countsOf returns the turns of each thread in a sequence, unless it has one of another thread.
func countsOf(sequence []int, threads int) ([]int, bool) {
	counts := make([]int, threads)
	for _, thread := range sequence {
		if thread >= threads {
			return nil, false
		}
		counts[thread]++
	}
	return counts, true
}

// list is the text of a sequence or counts.
func list(numbers []int) string {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ",")
}
