package protocol

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxLine is how long a line may be that `go tool test2json` still reads as one: its input buffer.
const maxLine = 4096

// framing is what the testing package puts around an attribute in its line.
const framing = "\x16=== ATTR    \n"

// Split cuts value, the JSON text of an attribute, into parts of which each fits into one line
// together with the name of the test and the key. A value that fits is returned as it is, in one
// part. Otherwise each part is `i/n ` (i from 1) followed by a piece of the value, and the pieces
// are to be sent in order. A piece holds at least one character, however long the test's name is, and
// only whole ones: on its way through JSON, half a character of UTF-8 would become another one.
func Split(test, key, value string) []string {
	room := maxLine - len(framing) - len(test) - len(key)
	if len(value) <= room {
		return []string{value}
	}
	const prefix = len("99999/99999 ")
	pieces := cut(value, room-prefix)
	for i, piece := range pieces {
		pieces[i] = fmt.Sprintf("%d/%d %s", i+1, len(pieces), piece)
	}
	return pieces
}

// cut cuts text into pieces of at most size bytes, or of one character where that is longer.
func cut(text string, size int) []string {
	var pieces []string
	for len(text) > max(size, 1) {
		end := max(size, 0)
		for end > 0 && end > size-utf8.UTFMax && !utf8.RuneStart(text[end]) {
			end--
		}
		if end == 0 {
			_, end = utf8.DecodeRuneInString(text)
		}
		pieces = append(pieces, text[:end])
		text = text[end:]
	}
	return append(pieces, text)
}

// A Joiner puts the parts of one attribute of one test together again. The zero value is ready.
type Joiner struct {
	pieces strings.Builder
	next   int // the number of the part that must come, from 1; 0 outside of a value in parts
	total  int
}

// Add takes what came as an attribute's value. It returns the whole value once it is complete, and
// an error where value is neither JSON nor the part that had to come.
func (j *Joiner) Add(value string) (whole string, complete bool, err error) {
	if strings.HasPrefix(value, "{") {
		wanted, total := j.next, j.total
		*j = Joiner{}
		if wanted != 0 {
			return "", false, fmt.Errorf("part %d of %d is missing", wanted, total)
		}
		return value, true, nil
	}
	head, piece, found := strings.Cut(value, " ")
	number, count, slash := strings.Cut(head, "/")
	i, err1 := strconv.Atoi(number)
	n, err2 := strconv.Atoi(count)
	if !found || !slash || err1 != nil || err2 != nil || i < 1 || i > n {
		*j = Joiner{}
		return "", false, fmt.Errorf("neither a JSON object nor a part of one: %.60q", value)
	}
	wanted := max(j.next, 1)
	if i != wanted || (j.total != 0 && n != j.total) {
		*j = Joiner{}
		return "", false, fmt.Errorf("part %d of %d came where part %d had to", i, n, wanted)
	}
	j.pieces.WriteString(piece)
	if i < n {
		j.next, j.total = i+1, n
		return "", false, nil
	}
	whole = j.pieces.String()
	*j = Joiner{}
	return whole, true, nil
}
