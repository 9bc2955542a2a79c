package html_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/html"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

const till = "/src/till.go"

var tillCode = strings.Split(`package bank

// Transfer moves money from one account to another one.
func Transfer(from, to *Account, amount int64) error {
	from.mu.Lock()
	if from.balance < amount {
		from.mu.Unlock()
		return ErrOverdrawn
	}
	from.balance -= amount // pragma: SYNCPOINT
	from.mu.Unlock()

	to.mu.Lock()
	to.balance += amount // pragma: SYNCPOINT
	to.mu.Unlock()
	return nil
}

// Total is what all accounts have together.
func Total(accounts ...*Account) (sum int64) {
	for _, a := range accounts {
		a.mu.Lock()
		sum += a.balance // pragma: SYNCPOINT
		a.mu.Unlock()
	}
	return sum
}`, "\n")

func tillSource(file string, first, last int) []string {
	if file != till || first > len(tillCode) {
		return nil
	}
	return tillCode[first-1 : min(last, len(tillCode))]
}

// demo is the run of the pictures in docs.
func demo(t testing.TB) (*recorder, html.Config) {
	r := newRecorder(t)
	r.pkg = "example.com/shop/till"
	line := func(thread, line int) protocol.Turn { return protocol.Turn{Thread: thread, File: till, Line: line} }
	waits := func(turn protocol.Turn, line, until int, blocked ...int) protocol.Turn {
		turn.Waits = []protocol.Wait{{On: "sync.Mutex.Lock", File: till, Line: line, Until: until}}
		return turn
	}
	audit := func(end protocol.Turn) protocol.Scenario {
		beside := line(1, 14)
		beside.Blocked = []int{2}
		return protocol.Scenario{
			Threads: []string{"alice", "bob", "audit"}, FailedTurn: 6, File: "/src/till_test.go", Line: 18,
			Turns: []protocol.Turn{
				line(0, 10), waits(line(1, 10), 5, 3), {Thread: 0, File: till, Line: 14, Blocked: []int{1}},
				waits(line(2, 23), 22, 5), beside, ends(0), ends(2), end,
			},
		}
	}
	r.plan("TestAudit", "alice", "bob", "audit")
	const output = "    till_test.go:31: audit saw 130, want 200: money was on its way\n"
	sequences := permutations.New([]int{3, 3, 2})
	for n := 0; n < 412 && sequences.Next(); n++ {
		s := protocol.Scenario{Threads: []string{"alice", "bob", "audit"}, FailedTurn: -1, File: "/src/till_test.go", Line: 18}
		for _, thread := range sequences.Sequence() {
			s.Turns = append(s.Turns, line(thread, 10))
		}
		r.scenario("TestAudit", s, "pass", "")
	}
	r.scenario("TestAudit", audit(ends(1)), "fail", output)
	r.attr("TestAudit", protocol.AttrExploration, protocol.Exploration{
		Version: 1, Sequences: "560", Infeasible: "96", Planned: 464, Passed: 412, Failed: 1, NotRun: 51,
	})
	r.end("TestAudit", "fail")

	r.plan("TestTransfer", "first", "second")
	for sequence := range permutations.All([]int{6, 6}) {
		s := protocol.Scenario{Threads: []string{"first", "second"}, FailedTurn: -1}
		for _, thread := range sequence {
			s.Turns = append(s.Turns, line(thread, 10))
		}
		r.scenario("TestTransfer", s, "pass", "")
	}
	r.attr("TestTransfer", protocol.AttrExploration, protocol.Exploration{Version: 1, Sequences: "924", Planned: 924, Passed: 924})
	r.end("TestTransfer", "pass")
	r.end("", "fail")
	for i, name := range []string{"account", "ledger", "money"} {
		r.pkg = "example.com/shop/" + name
		for n := range 4 + 7*i {
			r.begin(fmt.Sprint("Test", n))
			r.end(fmt.Sprint("Test", n), "pass")
		}
		r.end("", "pass")
	}
	return r, html.Config{Source: tillSource}
}
