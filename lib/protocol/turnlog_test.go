package protocol_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/protocol"
)

func TestTurnLogReadsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const threads = 4
		var text []byte
		var want []protocol.Turn
		then := rapid.IntRange(-1, threads-1).Draw(t, "first")
		text = protocol.AppendTurn(text, protocol.Turn{Thread: -1}, then)
		for range rapid.IntRange(0, 10).Draw(t, "turns") {
			turn := protocol.Turn{
				Thread: rapid.IntRange(0, threads-1).Draw(t, "thread"),
				Line:   rapid.IntRange(0, 1<<20).Draw(t, "line"),
				End: rapid.SampledFrom([]protocol.End{protocol.AtSyncpoint, protocol.Returned,
					protocol.Panicked, protocol.Exited}).Draw(t, "end"),
				File: rapid.String().Draw(t, "file"),
				Name: rapid.String().Draw(t, "name"),
			}
			then = rapid.IntRange(-1, threads-1).Draw(t, "next")
			want = append(want, turn)
			text = protocol.AppendTurn(text, turn, then)
		}
		turns, next := protocol.ReadTurns(text, threads)
		if diff := cmp.Diff(want, turns); diff != "" || next != then {
			t.Fatalf("next %d, want %d; turns (-want +got):\n%s", next, then, diff)
		}
		// A process that breaks off loses no more than the line that it was writing.
		if len(want) > 0 {
			turns, _ := protocol.ReadTurns(text[:len(text)-1], threads)
			if len(turns) < len(want)-1 {
				t.Fatalf("cut off by a byte: got %d of %d turns", len(turns), len(want))
			}
		}
	})
}

func TestReadTurnsStopsAtGarbage(t *testing.T) {
	good := string(protocol.AppendTurn(nil, protocol.Turn{Thread: 1, File: "x.go", Line: 3}, 0))
	for name, text := range map[string]string{
		"the end":          good + protocol.EndOfTurns + good,
		"a word":           good + "garbage\n" + good,
		"no such thread":   good + strings.Replace(good, "1", "9", 1) + good,
		"negative thread":  good + "-2" + good,
		"no such next":     good + strings.Replace(good, " 0\n", " 7\n", 1),
		"an unquoted name": good + strings.Replace(good, `"x.go"`, "x.go", 1),
	} {
		if turns, next := protocol.ReadTurns([]byte(text), 2); len(turns) != 1 || next != 0 {
			t.Errorf("%s: got %v, %d, want the one turn before it", name, turns, next)
		}
	}
}
