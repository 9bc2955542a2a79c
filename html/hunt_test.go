package html_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

const account = "/src/bank/account.go"

var accountCode = strings.Split(`package bank

import "sync"

type Account struct {
	mu      sync.Mutex
	balance int
}

func Transfer(from, to *Account, amount int) {
	from.mu.Lock()
	to.mu.Lock()
	from.balance -= amount
	to.balance += amount
	to.mu.Unlock()
	from.mu.Unlock()
}`, "\n")

const accountTest = "/src/bank/account_test.go"

var accountTestCode = strings.Split(`package bank

import (
	"sync"
	"testing"
)

func TestTransfer(t *testing.T) {
	a, b := &Account{}, &Account{}
	var wg sync.WaitGroup
	time.AfterFunc(time.Second, func() { t.Error("<late>") })
	wg.Go(func() { Transfer(a, b, 1) })
	wg.Go(func() { Transfer(b, a, 1) })
	wg.Wait()
}`, "\n")

func shopSource(file string, first, last int) []string {
	code := map[string][]string{account: accountCode, accountTest: accountTestCode}[file]
	if first > len(code) {
		return nil
	}
	return code[first-1 : min(last, len(code))]
}

func site(op, file string, line int) string {
	return fmt.Sprintf("%s\texample.com/shop/bank/%s:%d:2", op, file, line)
}

// deadlock is of two threads that take two locks in different orders, while the test waits and a timer fires.
func deadlock() protocol.HuntFound {
	const code, test = "account.go", "account_test.go"
	lock := func(line int) string { return site("sync.Mutex.Lock", code, line) }
	wait := site("sync.WaitGroup.Wait", test, 14)
	one, two := site("sync.WaitGroup.Go", test, 12), site("sync.WaitGroup.Go", test, 13)
	timer := site("time.AfterFunc", test, 11)
	preemptions := 1
	return protocol.HuntFound{
		Version: 1, File: accountTest, Line: 8, Times: 12, Schedule: 7, Strategy: "random", Seed: "1", Preemptions: &preemptions, Hash: "5116ad3c",
		Trace: "/tmp/TestTransfer-deadlock.trace", Replay: "orchtest hunt --run '^TestTransfer$' --replay TestTransfer-deadlock.trace ./bank",
		Files: map[string]string{"example.com/shop/bank/" + code: account, "example.com/shop/bank/" + test: accountTest},
		Finding: protocol.Finding{
			Kind: protocol.FoundDeadlock, Identity: "deadlock: two locks", Text: "deadlock: no goroutine can go on",
			Threads: []protocol.HuntThread{
				{Number: 0, Parent: -1, On: "sync.WaitGroup.Wait", At: "bank/account_test.go:14", Since: 4},
				{Number: 1, Started: one, On: "sync.Mutex.Lock", At: "bank/account.go:12", Since: 11},
				{Number: 2, Started: two, On: "sync.Mutex.Lock", At: "bank/account.go:12", Since: 10},
				{Number: 3, Started: timer, Ended: true},
			},
			Turns: []protocol.HuntTurn{
				{Thread: 0, To: timer}, {Thread: 0, From: timer, To: one}, {Thread: 0, From: one, To: two}, {Thread: 0, From: two, To: wait},
				{Thread: 0, From: wait, Blocked: true}, {Thread: 1, From: one, To: lock(11)}, {Thread: 1, From: lock(11), To: lock(12)},
				{Thread: 2, From: two, To: lock(11)}, {Thread: 2, From: lock(11), To: lock(12)}, {Thread: 2, From: lock(12), Blocked: true},
				{Thread: 1, From: lock(12), Blocked: true}, {Thread: -1, From: timer}, {Thread: 3, From: timer},
			},
		},
	}
}

// outcome is what a hunt says of a test.
func outcome(kind, reason string) protocol.Hunted {
	return protocol.Hunted{
		Version: 1, Outcome: kind, Reason: reason, Schedules: 1000, Planned: 1000, Seed: "1", Strategies: []string{"delay", "random", "pct"},
		File: accountTest, Line: 8,
	}
}

// found adds a test with what was found.
func (r *recorder) found(test string, o protocol.Hunted, found map[string]protocol.HuntFound, names ...string) {
	r.begin(test)
	r.attr(test, protocol.AttrHunt, o)
	for _, name := range names {
		f := found[name]
		r.begin(test + "/" + name)
		r.attr(test+"/"+name, protocol.AttrFinding, f)
		r.say(test+"/"+name, fmt.Sprintf("what the test printed\n\n    %s\n    schedule %d (%s)\n\n    the table\n\n    replay: %s\n", f.Text, f.Schedule, f.Strategy, f.Replay))
		r.end(test+"/"+name, parse.ActionFail)
	}
	action := parse.ActionSkip
	switch o.Outcome {
	case protocol.HuntPassed:
		action = parse.ActionPass
	case protocol.HuntFailed, protocol.HuntErrored:
		action = parse.ActionFail
	}
	r.end(test, action)
}

// hunted is a hunt that found nothing.
func hunted(t testing.TB, outcomes ...string) *recorder {
	r := newRecorder(t)
	for i, each := range outcomes {
		r.found(fmt.Sprintf("Test%d", i), outcome(each, ""), nil)
	}
	r.end("", "pass")
	return r
}

// hunt is a hunt in which there is some of everything.
func hunt(t testing.TB) *recorder {
	r := newRecorder(t)
	r.found("TestAudit", outcome(protocol.HuntPassed, ""), nil)
	declined := outcome(protocol.HuntDeclined, "net.Dial at bank/account_test.go:40")
	declined.Schedules = 1
	r.found("TestDial", declined, nil)
	r.found("TestSpin", outcome(protocol.HuntUndecided, "12 of 1,000 schedules: 20,000 turns were not enough"), nil)
	r.found("TestOnce", protocol.Hunted{Version: 1, Outcome: protocol.HuntPassed, Schedules: 1, Planned: 1000, Exhausted: true, Strategies: []string{"delay"}}, nil)
	r.found("TestBroken", outcome(protocol.HuntErrored, "the process ended: exit status 3"), nil)
	bad := outcome(protocol.HuntFailed, "")
	bad.Schedules = 40
	bad.Findings = []protocol.HuntSeen{{Name: "deadlock", Times: 12}, {Name: "panic", Times: 1}}
	bad.Unconfirmed = []protocol.HuntSeen{{Name: "leak", Times: 2}}
	crash := protocol.HuntFound{Version: 1, Times: 1, Schedule: 39, Strategy: "pct", Seed: "1", Replay: "orchtest hunt --run '^TestTransfer$' --seed 1 --schedules 40 ./bank",
		Finding: protocol.Finding{Kind: protocol.FoundPanic, Text: "panic: <b>concurrent</b> map writes"}}
	r.found("TestTransfer", bad, map[string]protocol.HuntFound{"deadlock": deadlock(), "panic": crash}, "deadlock", "panic")
	r.end("", "fail")
	return r
}

// longHunt is a hunt whose finding has 2,000 turns of 30 threads.
func longHunt(t testing.TB) *recorder {
	r := newRecorder(t)
	f := deadlock()
	f.Threads, f.Turns = f.Threads[:1], nil
	for i := 1; i < 30; i++ {
		f.Threads = append(f.Threads, protocol.HuntThread{
			Number: i, Started: site("go", "account_test.go", i), On: "sync.Mutex.Lock", At: "bank/account.go:12", Since: 1970 + i,
		})
	}
	thread := 1
	for i := range 2000 {
		if i%7 == 0 {
			thread = (thread*11 + i/7) % 30
		}
		turn := protocol.HuntTurn{Thread: thread, From: site("sync.Mutex.Lock", "account.go", 11), To: site("sync.Mutex.Lock", "account.go", 12)}
		if i > 1970 {
			turn = protocol.HuntTurn{Thread: i - 1970, From: site("sync.Mutex.Lock", "account.go", 12), Blocked: true}
		}
		f.Turns = append(f.Turns, turn)
	}
	bad := outcome(protocol.HuntFailed, "")
	bad.Findings = []protocol.HuntSeen{{Name: "deadlock", Times: 12}}
	r.found("TestMany", bad, map[string]protocol.HuntFound{"deadlock": f}, "deadlock")
	r.end("", "fail")
	return r
}
