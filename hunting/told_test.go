package hunting_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
)

func TestTold(t *testing.T) {
	for _, test := range []struct {
		name     string
		reported *protocol.Finding
		output   string // name of a recording
		status   string
		want     []string // identities
	}{
		{name: "nothing", output: "failed"},
		{name: "a failed test", reported: &protocol.Finding{Kind: protocol.FoundFailure, Identity: "failure: failed test"},
			output: "failed", status: "exit status 1", want: []string{"failure: failed test at shop_test.go:84"}},
		{name: "a failed test that has raced", reported: &protocol.Finding{Kind: protocol.FoundFailure, Identity: "failure: failed test"},
			output: "race", status: "exit status 1", want: []string{"race: example.com/shop.TestRace shop_test.go:77, example.com/shop.TestRace.func1 shop_test.go:73", "race: example.com/shop.(*Shop).Sell shop.go:11, example.com/shop.(*Shop).Sell shop.go:11"}},
		{name: "races that were not reported", output: "race", status: "exit status 66",
			want: []string{"race: example.com/shop.TestRace shop_test.go:77, example.com/shop.TestRace.func1 shop_test.go:73", "race: example.com/shop.(*Shop).Sell shop.go:11, example.com/shop.(*Shop).Sell shop.go:11"}},
		{name: "a panic", reported: &protocol.Finding{Kind: protocol.FoundPanic, Identity: "panic: of whom"}, output: "closedtwice",
			status: "exit status 2", want: []string{"panic: close of closed channel at example.com/shop.TestClosedTwice shop_test.go:37"}},
		{name: "a panic of which nothing was printed", reported: &protocol.Finding{Kind: protocol.FoundPanic, Identity: "panic: of whom"},
			output: "exit", status: "exit status 2", want: []string{"panic: of whom"}},
		{name: "a panic that is told by its thread", output: "exit", status: "exit status 1",
			reported: &protocol.Finding{Kind: protocol.FoundPanic, Identity: "panic: of whom", Text: "panic: no tea left",
				Threads: []protocol.HuntThread{{}, {Number: 1, Stack: "example.com/shop.Sell(...)\n\t/src/shop/shop.go:11 +0x1\n"}}},
			want: []string{"panic: no tea left at example.com/shop.Sell shop.go:11"}},
		{name: "a crash", output: "nilmap", status: "exit status 2",
			want: []string{"panic: assignment to entry in nil map at example.com/shop.(*Shop).Sell shop.go:11"}},
		{name: "a deadlock", reported: &protocol.Finding{Kind: protocol.FoundDeadlock, Identity: "deadlock: a; b"}, output: "exit",
			status: "exit status 1", want: []string{"deadlock: a; b"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, f := range hunting.Told(test.reported, recorded(t, test.output), test.status, "/src/shop") {
				got = append(got, f.Identity)
			}
			if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestBroke(t *testing.T) {
	panicked := []protocol.HuntReport{{Kind: protocol.HuntFinding, Finding: &protocol.Finding{Kind: protocol.FoundPanic}}}
	if got := hunting.Broke(panicked, recorded(t, "ours")); !strings.Contains(got, "hunt.Broken") {
		t.Errorf("got %q, want that our code has panicked", got)
	}
	if got := hunting.Broke(panicked, recorded(t, "closedtwice")); got != "" {
		t.Errorf("got %q of a panic that the test has asked for", got)
	}
}

func TestTidy(t *testing.T) {
	for _, name := range []string{"closedtwice", "unlock", "ours"} {
		output := recorded(t, name)
		got := hunting.Tidy(output)
		if strings.Contains(got, "orchtest") || !strings.Contains(got, "shop_test.go") || len(got) >= len(output) {
			t.Errorf("%s: got\n%s", name, got)
		}
	}
	if output := recorded(t, "race"); hunting.Tidy(output) != output {
		t.Error("what has nothing of ours is changed")
	}
}

// TestFiles: the files of all sites, as far as they are known.
func TestFiles(t *testing.T) {
	got := hunting.Files(deadlock, func(site string) string {
		if strings.HasSuffix(site, "_test.go") {
			return ""
		}
		return "/src/" + site
	})
	if want := map[string]string{"example.com/bank/bank.go": "/src/example.com/bank/bank.go"}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
