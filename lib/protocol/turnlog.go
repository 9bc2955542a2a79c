package protocol

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// EndOfTurns follows the last line of the file that [EnvTurns] names, and is overwritten by the next
// one. So the file can be used again without being emptied, which takes file systems longer than a
// scenario takes its turns.
const EndOfTurns = ".\n"

// The functions that append lines of that file use neither locks nor pools, which would order one
// thread before another as far as the race detector can see.

// AppendBegin appends a line of the file that [EnvTurns] names: a thread has begun a turn, while
// those of the given indexes were blocked.
func AppendBegin(b []byte, thread int, blocked []int) []byte {
	b = append(b, "begin "...)
	b = strconv.AppendInt(b, int64(thread), 10)
	for _, i := range blocked {
		b = append(b, ' ')
		b = strconv.AppendInt(b, int64(i), 10)
	}
	return append(b, '\n')
}

// AppendEnd appends a line of the file that [EnvTurns] names: the latest turn of t.Thread has come to
// its end, as t says.
func AppendEnd(b []byte, t Turn) []byte {
	b = appendPlace(append(b, "end "...), t.Thread, t.File, t.Line)
	b = append(b, ' ')
	b = strconv.AppendQuote(b, string(t.End))
	b = append(b, ' ')
	b = strconv.AppendQuote(b, t.Name)
	return append(b, '\n')
}

// AppendWait appends a line of the file that [EnvTurns] names: in its latest turn, the thread was
// seen to be blocked.
func AppendWait(b []byte, thread int, w Wait) []byte {
	b = appendPlace(append(b, "wait "...), thread, w.File, w.Line)
	b = append(b, ' ')
	b = strconv.AppendQuote(b, w.On)
	return append(b, '\n')
}

// AppendGoOn appends a line of the file that [EnvTurns] names: the thread was woken from its wait, by
// the time of the turn of this number, from 1.
func AppendGoOn(b []byte, thread, turn int) []byte {
	b = append(b, "goon "...)
	b = strconv.AppendInt(b, int64(thread), 10)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(turn), 10)
	return append(b, '\n')
}

func appendPlace(b []byte, thread int, file string, line int) []byte {
	b = strconv.AppendInt(b, int64(thread), 10)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(line), 10)
	b = append(b, ' ')
	return strconv.AppendQuote(b, file)
}

// ReadTurns reads what the Append functions wrote: the turns that began, in order. One that did not
// come to its end is [Unfinished], or [StillBlocked] if its thread was waiting. Reading stops at
// [EndOfTurns], and at a line that is not whole, as the last one of a process that broke off may be, or
// is of a thread that is not one of so many.
func ReadTurns(text []byte, threads int) []Turn {
	var turns []Turn
	latest := make([]int, threads) // the index of the thread's latest turn, plus 1
	for line := range bytes.Lines(text) {
		if !readTurn(string(line), &turns, latest) {
			break
		}
	}
	return turns
}

// readTurn reads one line, and reports whether it is whole and makes sense.
func readTurn(line string, turns *[]Turn, latest []int) bool {
	kind, rest, _ := strings.Cut(line, " ")
	if kind == "begin" {
		thread, blocked, ok := readBegin(rest, len(latest))
		if ok {
			*turns = append(*turns, Turn{Thread: thread, End: Unfinished, Blocked: blocked})
			latest[thread] = len(*turns)
		}
		return ok
	}
	var thread int
	var w Wait
	var end, name string
	var err error
	switch kind {
	case "end":
		_, err = fmt.Sscanf(rest, "%d %d %q %q %q\n", &thread, &w.Line, &w.File, &end, &name)
	case "wait":
		_, err = fmt.Sscanf(rest, "%d %d %q %q\n", &thread, &w.Line, &w.File, &w.On)
	case "goon":
		_, err = fmt.Sscanf(rest, "%d %d\n", &thread, &w.Until)
	default:
		return false
	}
	if (err != nil && err != io.EOF) || !strings.HasSuffix(line, "\n") ||
		thread < 0 || thread >= len(latest) || latest[thread] == 0 {
		return false
	}
	t := &(*turns)[latest[thread]-1]
	switch kind {
	case "end":
		t.End, t.Name, t.File, t.Line = End(end), name, w.File, w.Line
	case "wait":
		t.End, t.Waits = StillBlocked, append(t.Waits, w)
	case "goon":
		if len(t.Waits) == 0 {
			return false
		}
		t.End = Unfinished
		t.Waits[len(t.Waits)-1].Until = w.Until
	}
	return true
}

func readBegin(text string, threads int) (thread int, blocked []int, ok bool) {
	text, whole := strings.CutSuffix(text, "\n")
	for i, field := range strings.Split(text, " ") {
		n, err := strconv.Atoi(field)
		if err != nil || n < 0 || n >= threads {
			return 0, nil, false
		}
		if i == 0 {
			thread = n
		} else {
			blocked = append(blocked, n)
		}
	}
	return thread, blocked, whole
}
