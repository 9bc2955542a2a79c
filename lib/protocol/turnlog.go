package protocol

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
)

// EndOfTurns follows the last line of the file that [EnvTurns] names, and is overwritten by the next
// one. So the file can be used again without being emptied, which takes file systems longer than a
// scenario takes its turns.
const EndOfTurns = ".\n"

// AppendTurn appends a line of the file that [EnvTurns] names: a turn that has come to its end, and
// the index of the thread that has the next one, -1 if none has. Before the first turn it is of the
// thread -1. It uses neither locks nor pools,
// which would order one thread before another as far as the race detector can see.
func AppendTurn(b []byte, t Turn, next int) []byte {
	b = strconv.AppendInt(b, int64(t.Thread), 10)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(t.Line), 10)
	for _, text := range []string{string(t.End), t.File, t.Name} {
		b = append(b, ' ')
		b = strconv.AppendQuote(b, text)
	}
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(next), 10)
	return append(b, '\n')
}

// ReadTurns reads what AppendTurn wrote: the turns that came to their ends, and the thread that had
// the turn after these, -1 if that is not known. It stops at [EndOfTurns], and at a line that is not
// whole, as the last one of a process that broke off may be, or names a thread that is not one of so
// many.
func ReadTurns(text []byte, threads int) (turns []Turn, next int) {
	next = -1
	for line := range bytes.Lines(text) {
		var t Turn
		var end string
		var then int
		n, err := fmt.Sscanf(string(line), "%d %d %q %q %q %d\n", &t.Thread, &t.Line, &end, &t.File, &t.Name, &then)
		if n != 6 || (err != nil && err != io.EOF) || t.Thread < -1 || t.Thread >= threads || then >= threads {
			return turns, next
		}
		next = then
		if t.Thread >= 0 {
			t.End = End(end)
			turns = append(turns, t)
		}
	}
	return turns, next
}
