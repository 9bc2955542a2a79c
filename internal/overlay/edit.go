package overlay

import (
	"cmp"
	"slices"
)

// edit is text to be inserted.
type edit struct {
	offset int
	order  int // among those at the same offset
	text   string
}

// apply inserts the edits.
func apply(text []byte, edits []edit) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.order, b.order))
	})
	var out []byte
	done := 0
	for _, e := range edits {
		out = append(append(out, text[done:e.offset]...), e.text...)
		done = e.offset
	}
	return append(out, text[done:]...)
}
