package hunting_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/timeline"
)

var update = flag.Bool("update", false, "write the golden files")

// deadlock is what a process reports of two threads that take two locks in different orders.
var deadlock = protocol.Finding{
	Kind: protocol.FoundDeadlock, Text: "deadlock: no goroutine can go on",
	Threads: []protocol.HuntThread{
		{Number: 0, Parent: -1, On: "sync.WaitGroup.Wait", At: "bank/bank_test.go:14", Since: 2},
		{Number: 1, Started: "sync.WaitGroup.Go\texample.com/bank/bank_test.go:12:2", On: "sync.Mutex.Lock", At: "bank/bank.go:12", Since: 6},
		{Number: 2, Started: "go\texample.com/bank/bank_test.go:13:2", On: "sync.Mutex.Lock", At: "bank/bank.go:12", Since: 5},
		{Number: 3, Parent: 0, Started: "go\texample.com/bank/bank_test.go:13:2", Ended: true},
	},
	Turns: []protocol.HuntTurn{
		{Thread: 0, To: "sync.WaitGroup.Wait\texample.com/bank/bank_test.go:14:2"},
		{Thread: 0, From: "sync.WaitGroup.Wait\texample.com/bank/bank_test.go:14:2", Blocked: true},
		{Thread: 1, From: "sync.WaitGroup.Go\texample.com/bank/bank_test.go:12:2", To: "sync.Mutex.Lock\texample.com/bank/bank.go:12:3"},
		{Thread: 2, From: "go\texample.com/bank/bank_test.go:13:2", To: "sync.Mutex.Lock\texample.com/bank/bank.go:12:3"},
		{Thread: 2, From: "sync.Mutex.Lock\texample.com/bank/bank.go:12:3", Blocked: true},
		{Thread: 1, From: "sync.Mutex.Lock\texample.com/bank/bank.go:12:3", Blocked: true},
		{Thread: -1, From: "time.After\texample.com/bank/bank.go:30:9"},
		{Thread: 3, From: "go\texample.com/bank/bank_test.go:13:2"},
	},
}

var telling = hunting.Telling{
	Folder: "/src",
	File: func(site string) string {
		if rest, ok := strings.CutPrefix(site, "example.com/"); ok {
			return "/src/" + rest
		}
		return ""
	},
}

func TestTelling(t *testing.T) {
	names, rows := telling.Rows(deadlock)
	got := telling.Threads(deadlock) + timeline.Table(names, rows, timeline.Options{Width: 220})
	golden := filepath.Join("testdata", "deadlock.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPlaces(t *testing.T) {
	got := telling.Places("it starts a process at example.com/bank/bank.go:12:3, and other/x.go:1:2 too")
	if want := "it starts a process at bank/bank.go:12, and other/x.go:1 too"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
