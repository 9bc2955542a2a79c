package permutations

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxTurns is how many turns a sequence may have that [Parse] reads. It is more than fits into an
// environment variable on Linux (128 KiB, with the commas), which is how a test is told its sequence.
const MaxTurns = 1 << 16

// grammar tells what Parse wants.
const grammar = "a sequence is thread indexes separated by single commas, as 0,1,0,1"

// Format returns the text of sequence: thread indexes in decimal, separated by commas, `0,1,0,1`. The
// empty sequence is the empty text. Counts have the same form.
//
// The text is stable: it stands in test names, reports and bug trackers.
func Format(sequence []int) string {
	text := make([]byte, 0, 2*len(sequence))
	for i, thread := range sequence {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, int64(thread), 10)
	}
	return string(text)
}

// Parse returns the sequence whose text is given. It accepts exactly what [Format] returns: no signs,
// no leading zeros, no spaces, nothing empty between commas. More than [MaxTurns] turns, and an index
// above MaxTurns, are errors. An error tells the character where it went wrong, from 1, and what had
// to stand there.
//
// Whether the threads are those of a certain test is for [Check] to say.
func Parse(text string) ([]int, error) {
	if text == "" {
		return []int{}, nil
	}
	turns := strings.Count(text, ",") + 1
	if turns > MaxTurns {
		return nil, fmt.Errorf("sequence %s: it has %d turns and may have at most %d", quote(text), turns, MaxTurns)
	}
	sequence := make([]int, 0, turns)
	for start := 0; start <= len(text); {
		index, end, err := parseIndex(text, start)
		if err != nil {
			return nil, fmt.Errorf("sequence %s: %w", quote(text), err)
		}
		sequence = append(sequence, index)
		start = end + len(",")
	}
	return sequence, nil
}

// parseIndex reads the index at text[start:], and returns it and where it ends: at a comma or at the
// end of text.
func parseIndex(text string, start int) (index, end int, err error) {
	for end = start; end < len(text) && '0' <= text[end] && text[end] <= '9'; end++ {
		if index <= MaxTurns { // not further: a long row of digits would overflow
			index = 10*index + int(text[end]-'0')
		}
	}
	switch digits := text[start:end]; {
	case digits == "":
		return 0, 0, fmt.Errorf("%s at character %d, where a thread index has to stand; %s",
			nameOf(text[end:]), end+1, grammar)
	case end < len(text) && text[end] != ',':
		return 0, 0, fmt.Errorf("%s at character %d, where a comma or the end has to stand; %s",
			nameOf(text[end:]), end+1, grammar)
	case digits[0] == '0' && len(digits) > 1:
		return 0, 0, fmt.Errorf("leading zero at character %d; write each index without, as 0,1,0,1", start+1)
	case index > MaxTurns:
		return 0, 0, fmt.Errorf("index at character %d is too large; an index may be at most %d", start+1, MaxTurns)
	}
	return index, end, nil
}

// nameOf says what rest begins with.
func nameOf(rest string) string {
	if rest == "" {
		return "the end"
	}
	switch char, size := utf8.DecodeRuneInString(rest); {
	case char == utf8.RuneError && size == 1:
		return fmt.Sprintf("the byte %#02x", rest[0])
	case char == ' ':
		return "a space"
	case char == ',':
		return "a comma"
	default:
		return strconv.QuoteRune(char)
	}
}

// Longer texts and sequences are cut in messages, which are to be one line that can be read.
const (
	messageChars = 60
	messageTurns = 24
)

// quote returns text quoted, and cut if it is long.
func quote(text string) string {
	chars := 0
	for i := range text {
		if chars == messageChars {
			return strconv.Quote(text[:i]) + "…"
		}
		chars++
	}
	return strconv.Quote(text)
}

// abbreviate is Format, cut if there is much.
func abbreviate(sequence []int) string {
	if len(sequence) <= messageTurns {
		return Format(sequence)
	}
	return fmt.Sprintf("%s,… (%d in all)", Format(sequence[:messageTurns]), len(sequence))
}

// title returns what a message calls sequence.
func title(sequence []int) string {
	if len(sequence) == 0 {
		return "the empty sequence"
	}
	return "sequence " + abbreviate(sequence)
}
