package timeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
)

// Needs says in words which switches a scenario has that need not have been:
//
//	1 switch: thread second must run between account.go:14 and account.go:17 of first
//	no switch: thread second must run before first
//
// It is meant for a scenario with as few of them as possible. Where it is not certain that fewer are not enough, must
// is false, and it just says what happens. Paths below folder are shortened.
func Needs(s protocol.Scenario, folder string, must bool) string {
	n := needs{scenario: s, rows: protocol.Rows(s, folder), verb: "runs", verbs: "run"}
	if must {
		n.verb, n.verbs = "must run", "must run"
	}
	var all []string
	for i, row := range n.rows {
		if row.Preempts {
			all = append(all, n.between(i))
		}
	}
	switch len(all) {
	case 0:
		return "no switch: " + n.oneAfterTheOther(must)
	case 1:
		return "1 switch: " + all[0] + n.begin()
	}
	return fmt.Sprintf("%d switches: %s%s", len(all), strings.Join(all, "; "), n.begin())
}

// Switches returns how many switches a scenario has that need not have been.
func Switches(s protocol.Scenario) (n int) {
	for _, row := range protocol.Rows(s, "") {
		if row.Preempts {
			n++
		}
	}
	return n
}

type needs struct {
	scenario    protocol.Scenario
	rows        []protocol.Row
	verb, verbs string // of one thread and of several
}

// between says where the thread is stopped that has the turn before that of the row, and who runs meanwhile.
func (n *needs) between(i int) string {
	stopped := n.scenario.Turns[n.rows[i].Turn-2].Thread
	at := i - 1
	for n.rows[at].Thread != stopped { // a thread that had been blocked has gone on since
		at--
	}
	var others []int
	for _, row := range n.rows[i:] {
		if row.Thread == stopped {
			from, to := n.rows[at].To, end(row.To)
			if from == to { // two syncpoints on a line, or one that is passed again
				from, to = fmt.Sprintf("%s (turn %d)", from, n.rows[at].Turn), fmt.Sprintf("%s (turn %d)", to, row.Turn)
			}
			return fmt.Sprintf("%s between %s and %s of %s", n.run(others), from, to, n.name(stopped))
		}
		if !slices.Contains(others, row.Thread) {
			others = append(others, row.Thread)
		}
	}
	return fmt.Sprintf("%s while %s stands at %s", n.run(others), n.name(stopped), n.rows[at].To)
}

// end names the place where a turn came to its end, in a sentence.
func end(to string) string {
	if to == "end" {
		return "the end"
	}
	return strings.TrimPrefix(to, "waits: ")
}

// run says that threads run.
func (n *needs) run(threads []int) string {
	if len(threads) == 1 {
		return "thread " + n.name(threads[0]) + " " + n.verb
	}
	names := n.names(threads)
	last := len(names) - 1
	return "threads " + strings.Join(names[:last], ", ") + " and " + names[last] + " " + n.verbs
}

// oneAfterTheOther is the order of threads where no switch is to be told of.
func (n *needs) oneAfterTheOther(must bool) string {
	order, whole := n.order()
	names := n.names(order)
	switch {
	case len(order) == 2 && must && !slices.IsSorted(order) && whole:
		return fmt.Sprintf("thread %s must run before %s", names[0], names[1])
	case len(order) == 2 && must && !slices.IsSorted(order):
		return fmt.Sprintf("thread %s must begin before %s", names[0], names[1])
	case len(order) < 2:
		return "it takes no other thread"
	case whole:
		return "threads run one after the other: " + strings.Join(names, ", ")
	}
	return "threads go on where another one is blocked or has ended, and begin in this order: " + strings.Join(names, ", ")
}

// begin tells in which order threads begin, where that is not the one in which the test names them and does not
// follow from the switches.
func (n *needs) begin() string {
	order, _ := n.order()
	if len(order) < 3 || slices.IsSorted(order) {
		return ""
	}
	return "; threads begin in this order: " + strings.Join(n.names(order), ", ")
}

// order returns the threads in the order of their first turns, and whether each has all its turns at once.
func (n *needs) order() (threads []int, whole bool) {
	whole = true
	for i, row := range n.rows {
		if !slices.Contains(threads, row.Thread) {
			threads = append(threads, row.Thread)
		} else if n.rows[i-1].Thread != row.Thread {
			whole = false
		}
	}
	return threads, whole
}

func (n *needs) names(threads []int) []string {
	names := make([]string, len(threads))
	for i, thread := range threads {
		names[i] = n.name(thread)
	}
	return names
}

func (n *needs) name(thread int) string { return printable(n.scenario.Thread(thread)) }
