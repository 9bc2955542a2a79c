package protocol

import (
	"fmt"
	"regexp"
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

// Suffix returns what follows the sequence in a scenario's name: nothing for the first call in a
// test, whose index is 0, then #01 and so on, as the testing package marks names that are repeated.
func Suffix(call int) string {
	if call == 0 {
		return ""
	}
	return fmt.Sprintf("#%02d", call)
}
