package protocol

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Pattern returns the argument of -run that selects the test of this full name, its parents, and
// its subtests, and no other.
func Pattern(test string) string {
	elements := strings.Split(test, "/")
	for i, element := range elements {
		elements[i] = "^" + regexp.QuoteMeta(element) + "$"
	}
	return strings.Join(elements, "/")
}

// SequenceText returns the text of a sequence, as 0,1,0,1. The second call in a test, whose index is
// 1, has #01 after it, and so on, as the testing package marks names that are repeated.
func SequenceText(sequence []int, call int) string {
	var b strings.Builder
	for i, thread := range sequence {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Itoa(thread))
	}
	if call > 0 {
		fmt.Fprintf(&b, "#%02d", call)
	}
	return b.String()
}
