package runner

import (
	"fmt"
	"slices"

	"github.com/orchtest/orchtest/lib/protocol"
)

// mostChanges is how many differences are told of.
const mostChanges = 5

// changes says what differs between the turns of a sequence as they were and as they are, in words. What just stands
// at another line is not different, and is said in lines.
func (t *trail) changes(now *trail, sequence []int, name func(thread int) string) (changes, lines []string) {
	add := func(list *[]string, format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !slices.Contains(*list, text) {
			*list = append(*list, text)
		}
	}
	for i := range t.stops {
		switch {
		case t.stops[i] == cutOff || i < len(now.stops) && now.stops[i] == cutOff:
			return capped(changes), capped(lines)
		case i >= len(now.stops):
			add(&changes, "turn %d, which was of %s, cannot be now", i+1, name(sequence[i]))
			return capped(changes), capped(lines)
		case t.waited[i] && !now.waited[i]:
			add(&changes, "turn %d of %s had to wait, and has not now", i+1, name(sequence[i]))
		case !t.waited[i] && now.waited[i]:
			add(&changes, "turn %d of %s has to wait now", i+1, name(sequence[i]))
		case t.key(i) != now.key(i) && t.describe(i) == now.describe(i):
			add(&changes, "%s is another line now", t.describe(i))
		case t.key(i) != now.key(i):
			add(&changes, "turn %d of %s ended at %s, and ends at %s now", i+1, name(sequence[i]), t.describe(i), now.describe(i))
		case t.describe(i) != now.describe(i):
			add(&lines, "%s is at %s", t.describe(i), now.describe(i))
		}
	}
	return capped(changes), capped(lines)
}

func capped(list []string) []string {
	if more := len(list) - mostChanges; more > 0 {
		list = append(list[:mostChanges], fmt.Sprintf("and %d more", more))
	}
	return list
}

// adapt makes a sequence one of other counts: the turns that there still are stand in its order, and a further one
// stands right before the one that follows it in its thread. What a thread's turns end at tells which are which. The
// serial run is that of the code as it is.
func (t *trail) adapt(sequence []int, counts []int, serial *protocol.Scenario, find *places) []int {
	var now trail
	turns := make([][]string, len(counts)) // keys of each thread's turns as they are
	if serial != nil {
		executed := serial.Executed()
		now = find.trail(serial, executed)
		for i := range now.stops {
			if thread := executed[i]; thread < len(counts) && len(turns[thread]) < counts[thread] {
				turns[thread] = append(turns[thread], now.key(i))
			}
		}
	}
	var adapted []int
	were := make([][]string, len(counts))
	for i, thread := range sequence {
		if thread < len(counts) {
			were[thread] = append(were[thread], t.key(i))
		}
	}
	place := make([][]int, len(counts)) // of each turn that was, how many turns it is now with those before it
	for thread, n := range counts {
		for len(turns[thread]) < n {
			turns[thread] = append(turns[thread], "")
		}
		place[thread] = matched(were[thread], turns[thread])
	}
	given := make([]int, len(counts))
	for _, thread := range sequence {
		if thread >= len(counts) {
			continue
		}
		n := place[thread][0]
		place[thread] = place[thread][1:]
		for range n {
			adapted = append(adapted, thread)
		}
		given[thread] += n
	}
	for thread, n := range counts {
		for range n - given[thread] { // of a thread that there was not
			adapted = append(adapted, thread)
		}
	}
	return adapted
}

// matched finds the turns that were among those that are: the longest list of them that is in both. It returns for
// each that was for how many it stands: none if it is there no more; else itself and those before it that are new, and
// the last one those behind it, too.
func matched(were, are []string) []int {
	// longest[i][j] is how many there are in were[i:] and are[j:].
	longest := make([][]int, len(were)+1)
	for i := range longest {
		longest[i] = make([]int, len(are)+1)
	}
	same := func(i, j int) bool { return were[i] == are[j] || were[i] == "" || are[j] == "" }
	for i := len(were) - 1; i >= 0; i-- {
		for j := len(are) - 1; j >= 0; j-- {
			longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			if same(i, j) {
				longest[i][j] = max(longest[i][j], longest[i+1][j+1]+1)
			}
		}
	}
	stands := make([]int, len(were))
	last, taken := -1, 0
	for i, j := 0, 0; i < len(were) && j < len(are); {
		switch {
		case same(i, j) && longest[i][j] == longest[i+1][j+1]+1:
			stands[i] = j + 1 - taken
			last, taken = i, j+1
			i++
			j++
		case longest[i+1][j] >= longest[i][j+1]:
			i++
		default:
			j++
		}
	}
	if last < 0 && len(were) > 0 {
		last = len(were) - 1
	}
	if last >= 0 {
		stands[last] += len(are) - taken
	}
	return stands
}
