package timeline

import (
	"fmt"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
)

// Needs says in words which switches the scenario has that need not have been: "1 switch: thread second runs between
// account.go:14 and account.go:17 of first". It is meant for one with as few as possible. Paths below folder are
// shortened. Without such a switch it is "no switch", and the threads ran one after the other.
func Needs(s protocol.Scenario, folder string) string {
	rows := protocol.Rows(s, folder)
	var all []string
	for i, row := range rows {
		if row.Preempts && i > 0 {
			all = append(all, between(s, rows, i))
		}
	}
	switch len(all) {
	case 0:
		return strings.TrimSuffix("no switch: threads run one after the other, "+order(s), ", ")
	case 1:
		return "1 switch: " + all[0]
	}
	return fmt.Sprintf("%d switches: %s", len(all), strings.Join(all, "; "))
}

// between says where the thread of the row before is stopped, and who runs meanwhile.
func between(s protocol.Scenario, rows []protocol.Row, i int) string {
	stopped := rows[i-1]
	runs, stands := printable(s.Thread(rows[i].Thread)), printable(s.Thread(stopped.Thread))
	for _, row := range rows[i:] {
		if row.Thread == stopped.Thread {
			return fmt.Sprintf("thread %s runs between %s and %s of %s", runs, stopped.To, strings.TrimPrefix(row.To, "waits: "), stands)
		}
	}
	return fmt.Sprintf("thread %s runs while %s stands at %s", runs, stands, stopped.To)
}

// order names the threads in the order of their first turns.
func order(s protocol.Scenario) string {
	var names []string
	seen := map[int]bool{}
	for _, turn := range s.Turns {
		if !seen[turn.Thread] {
			seen[turn.Thread] = true
			names = append(names, printable(s.Thread(turn.Thread)))
		}
	}
	return strings.Join(names, ", then ")
}
