package overlay

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNoModule is what Build returns when neither a go.mod nor a go.work is in the folder or above it.
var ErrNoModule = errors.New("not in a module")

// Error is a pragma that stands where it cannot become a call.
type Error struct {
	File    string // relative to Config.Dir where it is inside of it
	Line    int
	Column  int    // of the comment, in bytes, from 1
	Message string // what is wrong; where the pragma could stand
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
}

// ErrorList is every Error that Build found, in the order of their positions.
type ErrorList []*Error

// shown is how many errors a message spells out: who has more has made the same mistake throughout.
const shown = 10

func (l ErrorList) Error() string {
	lines := make([]string, 0, shown+1)
	for _, e := range l[:min(len(l), shown)] {
		lines = append(lines, e.Error())
	}
	if more := len(l) - shown; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find the first Error.
func (l ErrorList) Unwrap() []error {
	all := make([]error, len(l))
	for i, e := range l {
		all[i] = e
	}
	return all
}

func (l ErrorList) sort() {
	slices.SortFunc(l, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
