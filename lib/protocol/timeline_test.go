package protocol_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orchtest/orchtest/lib/protocol"
)

// lock is a wait until the turn of this number.
func lock(until int) protocol.Wait {
	return protocol.Wait{On: "sync.Mutex.Lock", File: "/m/bank/account.go", Line: 10, Until: until}
}

func TestTimeline(t *testing.T) {
	for _, tt := range []struct {
		name     string
		scenario protocol.Scenario
		folder   string
		want     string
	}{
		{
			name:     "nothing happened",
			scenario: protocol.Scenario{Threads: []string{"a"}, FailedTurn: -1},
			want: `
turn  thread  from  to
`,
		},
		{
			name: "every end",
			scenario: protocol.Scenario{
				Threads: []string{"first", "second", "third", "fourth"},
				Turns: []protocol.Turn{
					{Thread: 0, File: "/m/bank/account.go", Line: 12},
					{Thread: 1, File: "/m/bank/account.go", Line: 12, Name: "db write"},
					{Thread: 0, End: protocol.Returned},
					{Thread: 1, End: protocol.Panicked, File: "/m/bank/account.go", Line: 7},
					{Thread: 2, End: protocol.Exited, File: "/m/other/require.go", Line: 150},
					{Thread: 3, End: protocol.Panicked},
					{Thread: 0, End: protocol.Unfinished},
				},
				FailedTurn: 3,
			},
			folder: "/m/bank",
			want: `
turn  thread  from                    to
   1  first   start                   account.go:12
   2  second  start                   account.go:12 db write
   3  first   account.go:12           end
   4  second  account.go:12 db write  panic account.go:7   <- failed here
   5  third   start                   exit /m/other/require.go:150
   6  fourth  start                   panic
   7  first   end                     did not end
`,
		},
		{
			name: "names that would break the table",
			scenario: protocol.Scenario{
				Threads: []string{"größer", "two\nlines", "\xff", "an end that is new"},
				Turns: []protocol.Turn{
					{Thread: 0, File: "a.go", Line: 1, Name: "\t"},
					{Thread: 1, Name: "nowhere"},
					{Thread: 2},
					{Thread: 3, End: "later"},
					{Thread: 4, End: protocol.Returned},
				},
				FailedTurn: -1,
			},
			want: `
turn  thread              from   to
   1  größer              start  a.go:1 "\t"
   2  "two\nlines"        start  nowhere
   3  "\xff"              start
   4  an end that is new  start  later
   5  thread 4            start  end
`,
		},
		{
			name: "many turns",
			scenario: protocol.Scenario{
				Threads:    []string{"only"},
				Turns:      append(slices.Repeat([]protocol.Turn{{File: "a.go", Line: 1}}, 9), protocol.Turn{End: protocol.Returned}),
				FailedTurn: 9,
			},
			want: `
turn  thread  from    to
   1  only    start   a.go:1
` + numbered(2, 9, "  only    a.go:1  a.go:1") + `  10  only    a.go:1  end   <- failed here
`,
		},
		{
			name: "below the folder, and not",
			scenario: protocol.Scenario{
				Threads: []string{"a"},
				Turns: []protocol.Turn{
					{File: "/m/bank/sub/a.go", Line: 1},
					{File: "/m/banking/a.go", Line: 2},
					{File: "trimmed.org/m/a.go", Line: 3},
				},
				FailedTurn: -1,
			},
			folder: "/m/bank",
			want: `
turn  thread  from               to
   1  a       start              sub/a.go:1
   2  a       sub/a.go:1         /m/banking/a.go:2
   3  a       /m/banking/a.go:2  trimmed.org/m/a.go:3
`,
		},
		{
			name: "a thread is blocked, and goes on",
			scenario: protocol.Scenario{
				Threads: []string{"first", "second"},
				Turns: []protocol.Turn{
					{Thread: 0, File: "/m/bank/account.go", Line: 12},
					{Thread: 1, File: "/m/bank/account.go", Line: 12, Waits: []protocol.Wait{lock(3)}},
					{Thread: 0, End: protocol.Returned, Blocked: []int{1}},
					{Thread: 1, End: protocol.Returned},
				},
				FailedTurn: -1,
			},
			folder: "/m/bank",
			want: `
turn  thread  from           to
   1  first   start          account.go:12
   2  second  start          waits: sync.Mutex.Lock at account.go:10
   3  first   account.go:12  end
   2  second  account.go:10  account.go:12
   4  second  account.go:12  end
`,
		},
		{
			name: "it fails after it has gone on",
			scenario: protocol.Scenario{
				Threads: []string{"first", "second"},
				Turns: []protocol.Turn{
					{Thread: 0, File: "/m/bank/account.go", Line: 12},
					{Thread: 1, End: protocol.Panicked, File: "/m/bank/account.go", Line: 15, Waits: []protocol.Wait{lock(3)}},
					{Thread: 0, End: protocol.Returned},
				},
				FailedTurn: 1,
			},
			folder: "/m/bank",
			want: `
turn  thread  from           to
   1  first   start          account.go:12
   2  second  start          waits: sync.Mutex.Lock at account.go:10
   3  first   account.go:12  end
   2  second  account.go:10  panic account.go:15   <- failed here
`,
		},
		{
			name: "blocked several times in one turn",
			scenario: protocol.Scenario{
				Threads: []string{"a", "b"},
				Turns: []protocol.Turn{
					{Thread: 0, End: protocol.Returned, Waits: []protocol.Wait{lock(2), {On: "chan receive", Until: 2}, lock(3)}},
					{Thread: 1, File: "/m/bank/account.go", Line: 12},
					{Thread: 1, End: protocol.Returned},
				},
				FailedTurn: -1,
			},
			folder: "/m/bank",
			want: `
turn  thread  from           to
   1  a       start          waits: sync.Mutex.Lock at account.go:10
   2  b       start          account.go:12
   1  a       account.go:10  waits: chan receive
   1  a       chan receive   waits: sync.Mutex.Lock at account.go:10
   3  b       account.go:12  end
   1  a       account.go:10  end
`,
		},
		{
			name: "several threads go on in one turn",
			scenario: protocol.Scenario{
				Threads: []string{"a", "b", "c"},
				Turns: []protocol.Turn{
					{Thread: 0, End: protocol.Returned, Waits: []protocol.Wait{{On: "sync.WaitGroup.Wait", Until: 3}}},
					{Thread: 1, End: protocol.Returned, Waits: []protocol.Wait{{On: "sync.WaitGroup.Wait", Until: 3}}},
					{Thread: 2, End: protocol.Returned},
				},
				FailedTurn: -1,
			},
			want: `
turn  thread  from                 to
   1  a       start                waits: sync.WaitGroup.Wait
   2  b       start                waits: sync.WaitGroup.Wait
   3  c       start                end
   1  a       sync.WaitGroup.Wait  end
   2  b       sync.WaitGroup.Wait  end
`,
		},
		{
			name: "a deadlock",
			scenario: protocol.Scenario{
				Threads: []string{"first", "second"},
				Turns: []protocol.Turn{
					{Thread: 0, File: "/m/bank/account.go", Line: 12},
					{Thread: 1, End: protocol.StillBlocked, Waits: []protocol.Wait{lock(3), lock(0)}},
					{Thread: 0, End: protocol.StillBlocked, Waits: []protocol.Wait{{On: "chan send", File: "/m/bank/account.go", Line: 20}}},
				},
				FailedTurn: 2,
			},
			folder: "/m/bank",
			want: `
turn  thread  from           to
   1  first   start          account.go:12
   2  second  start          waits: sync.Mutex.Lock at account.go:10
   3  first   account.go:12  waits: chan send at account.go:20   <- failed here
   2  second  account.go:10  waits: sync.Mutex.Lock at account.go:10
`,
		},
		{
			name: "a process that broke off while a thread was blocked",
			scenario: protocol.Scenario{
				Threads: []string{"first", "second"},
				Turns: []protocol.Turn{
					{Thread: 0, End: protocol.StillBlocked, Waits: []protocol.Wait{lock(0)}},
					{Thread: 1, End: protocol.Unfinished},
				},
				FailedTurn: 1,
			},
			folder: "/m/bank",
			want: `
turn  thread  from   to
   1  first   start  waits: sync.Mutex.Lock at account.go:10
   2  second  start  did not end   <- failed here
`,
		},
		{
			name: "waits that do not fit the turns",
			scenario: protocol.Scenario{
				Threads: []string{"a", "b"},
				Turns: []protocol.Turn{
					{Thread: 0, End: protocol.Returned, Waits: []protocol.Wait{lock(7)}},
					{Thread: 1, End: protocol.Returned, Waits: []protocol.Wait{lock(1)}},
					{Thread: 1, End: protocol.Returned, Waits: []protocol.Wait{lock(0)}},
					{Thread: 1, End: protocol.StillBlocked},
				},
				FailedTurn: 0,
			},
			folder: "/m/bank",
			want: `
turn  thread  from           to
   1  a       start          waits: sync.Mutex.Lock at account.go:10
   2  b       start          waits: sync.Mutex.Lock at account.go:10
   2  b       account.go:10  end
   3  b       end            waits: sync.Mutex.Lock at account.go:10
   3  b       account.go:10  end
   4  b       end            blocked
   1  a       account.go:10  end   <- failed here
`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := protocol.Timeline(tt.scenario, tt.folder)
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), got); diff != "" {
				t.Errorf("timeline (-want +got):\n%s", diff)
			}
		})
	}
}

// numbered returns lines of the table, from one number to another.
func numbered(from, to int, text string) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintf(&b, "%4d%s\n", i, text)
	}
	return b.String()
}
