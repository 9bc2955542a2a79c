package protocol

import (
	"fmt"
	"strconv"
	"strings"
)

// Marks of a turn in the value of [AttrPassed].
const (
	markBlocked = '!' // before the index of a thread that was blocked
	markWait    = '~' // before the number of the turn in which a wait was over
)

// ends are the letters by which an [AttrPassed] tells how a turn came to its end.
var ends = map[End]byte{Returned: 'e', Panicked: 'p', Exited: 'x', Unfinished: 'n', StillBlocked: 'b'}

// AppendPassed appends the value of an [AttrPassed]: the turns of a scenario that passed, without the places
// where they came to their ends. A turn is the index of its thread, a letter for its end unless that was a
// syncpoint, then !i for each thread i that was blocked, and ~n for each wait that ended in turn n.
func AppendPassed(b []byte, turns []Turn) []byte {
	for i, t := range turns {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(t.Thread), 10)
		if t.End != AtSyncpoint {
			b = append(b, ends[t.End])
		}
		for _, thread := range t.Blocked {
			b = strconv.AppendInt(append(b, markBlocked), int64(thread), 10)
		}
		for _, w := range t.Waits {
			b = strconv.AppendInt(append(b, markWait), int64(w.Until), 10)
		}
	}
	return b
}

// ReadPassed reads what [AppendPassed] wrote of a scenario of so many threads.
func ReadPassed(text string, threads int) ([]Turn, error) {
	turns := make([]Turn, 0, strings.Count(text, " ")+1)
	for field := range strings.FieldsSeq(text) {
		var t Turn
		rest, ok := t.readThread(field)
		for ok && rest != "" {
			rest, ok = t.readMark(rest)
		}
		if !ok || t.Thread >= threads {
			return nil, fmt.Errorf("not the turns of a scenario of %d threads: %.60q", threads, field)
		}
		turns = append(turns, t)
	}
	return turns, nil
}

// readThread reads the beginning of a turn: whose it was, and how it came to its end.
func (t *Turn) readThread(text string) (rest string, ok bool) {
	t.Thread, rest, ok = readNumber(text)
	if rest == "" {
		return "", ok
	}
	for end, letter := range ends {
		if rest[0] == letter {
			t.End = end
			return rest[1:], ok
		}
	}
	return rest, ok
}

// readMark reads who was blocked, or a wait.
func (t *Turn) readMark(text string) (rest string, ok bool) {
	n, rest, ok := readNumber(text[1:])
	switch text[0] {
	case markBlocked:
		t.Blocked = append(t.Blocked, n)
	case markWait:
		t.Waits = append(t.Waits, Wait{Until: n})
	default:
		return "", false
	}
	return rest, ok
}

// readNumber reads the digits at the beginning of a text.
func readNumber(text string) (n int, rest string, ok bool) {
	i := 0
	for i < len(text) && '0' <= text[i] && text[i] <= '9' {
		i++
	}
	n, err := strconv.Atoi(text[:i])
	return n, text[i:], err == nil
}
