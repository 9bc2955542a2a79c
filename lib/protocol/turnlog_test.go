package protocol_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A drawnLog is a turn log, and what is to be read from it.
type drawnLog struct {
	lines [][]byte
	turns []protocol.Turn
}

// drawLog draws what a scenario of so many threads might write. Which thread has the next turn, blocks,
// goes on or comes to the end of its turn does not depend on what a conductor would have them do.
func drawLog(t *rapid.T, threads int) drawnLog {
	var log drawnLog
	latest := map[int]int{} // by thread, the index of its latest turn
	for range rapid.IntRange(0, 20).Draw(t, "lines") {
		thread := rapid.IntRange(0, threads-1).Draw(t, "thread")
		if _, begun := latest[thread]; !begun || rapid.Bool().Draw(t, "begin") {
			blocked := rapid.SliceOfN(rapid.IntRange(0, threads-1), 0, 3).Draw(t, "blocked")
			if len(blocked) == 0 {
				blocked = nil
			}
			latest[thread] = len(log.turns)
			log.turns = append(log.turns, protocol.Turn{Thread: thread, End: protocol.Unfinished, Blocked: blocked})
			log.lines = append(log.lines, protocol.AppendBegin(nil, thread, blocked))
			continue
		}
		log.lines = append(log.lines, drawLine(t, &log.turns[latest[thread]]))
	}
	return log
}

// drawLine draws a line of a turn that has begun, and changes the turn as the line says.
func drawLine(t *rapid.T, turn *protocol.Turn) []byte {
	file, line := rapid.String().Draw(t, "file"), rapid.IntRange(0, 1<<20).Draw(t, "line")
	kind := rapid.SampledFrom([]string{"end", "wait", "go on"}).Draw(t, "kind")
	if kind == "go on" && len(turn.Waits) > 0 {
		number := rapid.IntRange(1, 100).Draw(t, "until")
		turn.End = protocol.Unfinished
		turn.Waits[len(turn.Waits)-1].Until = number
		return protocol.AppendGoOn(nil, turn.Thread, number)
	}
	if kind == "wait" {
		wait := protocol.Wait{On: rapid.String().Draw(t, "on"), File: file, Line: line}
		turn.End, turn.Waits = protocol.StillBlocked, append(turn.Waits, wait)
		return protocol.AppendWait(nil, turn.Thread, wait)
	}
	turn.End = rapid.SampledFrom([]protocol.End{protocol.AtSyncpoint, protocol.Returned,
		protocol.Panicked, protocol.Exited}).Draw(t, "end")
	turn.Name, turn.File, turn.Line = rapid.String().Draw(t, "name"), file, line
	return protocol.AppendEnd(nil, *turn)
}

func TestTurnLogReadsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		threads := rapid.IntRange(1, 12).Draw(t, "threads")
		log := drawLog(t, threads)
		text := bytes.Join(log.lines, nil)
		if diff := cmp.Diff(log.turns, protocol.ReadTurns(text, threads)); diff != "" {
			t.Fatalf("turns (-want +got):\n%s", diff)
		}
		// What another scenario left in the file does not count.
		used := slices.Concat(text, []byte(protocol.EndOfTurns), protocol.AppendBegin(nil, 0, nil))
		if diff := cmp.Diff(log.turns, protocol.ReadTurns(used, threads)); diff != "" {
			t.Fatalf("turns of a file that was used before (-want +got):\n%s", diff)
		}
	})
}

// TestTurnLogIsCutOff checks that a process that breaks off loses no more than the line that it was
// writing.
func TestTurnLogIsCutOff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const threads = 4
		log := drawLog(t, threads)
		if len(log.lines) == 0 {
			return
		}
		last := len(log.lines) - 1
		whole := bytes.Join(log.lines[:last], nil)
		cut := rapid.IntRange(0, len(log.lines[last])-1).Draw(t, "cut")
		got := protocol.ReadTurns(slices.Concat(whole, log.lines[last][:cut]), threads)
		if diff := cmp.Diff(protocol.ReadTurns(whole, threads), got); diff != "" {
			t.Fatalf("cut off after %q (-want +got):\n%s", log.lines[last][:cut], diff)
		}
	})
}

func TestReadTurns(t *testing.T) {
	const begun = "begin 1\n"
	for _, tt := range []struct {
		name, text string
		want       []protocol.Turn
	}{
		{"nothing", "", nil},
		{"a turn that did not end", begun, []protocol.Turn{{Thread: 1, End: protocol.Unfinished}}},
		{"while others were blocked", "begin 1 0 2\n", []protocol.Turn{{Thread: 1, End: protocol.Unfinished, Blocked: []int{0, 2}}}},
		{
			"at a syncpoint", begun + "end 1 12 \"a.go\" \"\" \"db\"\n",
			[]protocol.Turn{{Thread: 1, File: "a.go", Line: 12, Name: "db"}},
		},
		{
			"blocked", begun + "wait 1 10 \"a.go\" \"select\"\n",
			[]protocol.Turn{{Thread: 1, End: protocol.StillBlocked, Waits: []protocol.Wait{{On: "select", File: "a.go", Line: 10}}}},
		},
		{
			"blocked and woken", begun + "wait 1 10 \"a.go\" \"select\"\nbegin 0 1\ngoon 1 2\n",
			[]protocol.Turn{
				{Thread: 1, End: protocol.Unfinished, Waits: []protocol.Wait{{On: "select", File: "a.go", Line: 10, Until: 2}}},
				{Thread: 0, End: protocol.Unfinished, Blocked: []int{1}},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, protocol.ReadTurns([]byte(tt.text), 3)); diff != "" {
				t.Errorf("turns (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadTurnsStopsAtGarbage(t *testing.T) {
	const good = "begin 1\n"
	for name, text := range map[string]string{
		"the end":                    protocol.EndOfTurns,
		"a word":                     "garbage\n",
		"an empty line":              "\n",
		"no thread":                  "begin \n",
		"no such thread":             "begin 9\n",
		"negative thread":            "begin -1\n",
		"no such blocked thread":     "begin 0 9\n",
		"two spaces":                 "begin 0  1\n",
		"the end of no turn":         "end 0 1 \"x.go\" \"\" \"\"\n",
		"the end of no thread":       "end 9 1 \"x.go\" \"\" \"\"\n",
		"an unquoted file":           "end 1 1 x.go \"\" \"\"\n",
		"a field too few":            "end 1 1 \"x.go\" \"\"\n",
		"a field too many":           "end 1 1 \"x.go\" \"\" \"\" 7\n",
		"a wait without a line":      "wait 1 \"x.go\" \"select\"\n",
		"going on without a wait":    "goon 1 1\n",
		"going on without a number":  "goon 1\n",
		"going on in something else": "goon 1 x\n",
	} {
		t.Run(name, func(t *testing.T) {
			want := []protocol.Turn{{Thread: 1, End: protocol.Unfinished}}
			if diff := cmp.Diff(want, protocol.ReadTurns([]byte(good+text+good), 2)); diff != "" {
				t.Errorf("%q: turns (-want +got):\n%s", text, diff)
			}
		})
	}
}

func FuzzReadTurns(f *testing.F) {
	begin := string(protocol.AppendBegin(nil, 1, []int{0, 2}))
	f.Add(begin)
	f.Add(begin + string(protocol.AppendEnd(nil, protocol.Turn{Thread: 1, File: "a.go", Line: 12, Name: "x", End: protocol.Exited})))
	f.Add(begin + string(protocol.AppendWait(nil, 1, protocol.Wait{On: "chan receive", File: "a\"b.go", Line: 3})) +
		string(protocol.AppendGoOn(nil, 1, 2)) + protocol.EndOfTurns)
	f.Add("goon 1 1\nbegin 99\n")
	f.Fuzz(func(t *testing.T, text string) {
		const threads = 3
		turns := protocol.ReadTurns([]byte(text), threads)
		if lines := strings.Count(text, "\n"); len(turns) > lines {
			t.Errorf("%d turns in %d lines", len(turns), lines)
		}
		for _, turn := range turns {
			for _, thread := range append(turn.Blocked, turn.Thread) {
				if thread < 0 || thread >= threads {
					t.Errorf("thread %d, of %d", thread, threads)
				}
			}
		}
	})
}
