package rewrite

import (
	"cmp"
	"go/token"
	"slices"
)

// An edit puts parts in place of a stretch of text. Edits lie side by side or one within the other, in a
// stretch that is a part of the outer one.
type edit struct {
	span
	parts  []part
	inside []*edit
}

// A span is a stretch of a file's text, from an offset up to another.
type span struct{ start, end int }

// A part is new text, without newlines, or a stretch of what there was.
type part struct {
	text string
	at   token.Pos // of new text: whose line it is to be on; else it is on that of what is before it
	old  span
}

func text(s string) part { return part{text: s} }

func textAt(at token.Pos, s string) part { return part{text: s, at: at} }

// arrange turns a list of edits into a forest. Of two that have the same stretch, the one that was made first
// is the outer one.
func arrange(edits []*edit) (roots []*edit) {
	slices.SortStableFunc(edits, func(a, b *edit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
	})
	var open []*edit
	for _, e := range edits {
		for len(open) > 0 && open[len(open)-1].end <= e.start {
			open = open[:len(open)-1]
		}
		if len(open) == 0 {
			roots = append(roots, e)
		} else {
			outer := open[len(open)-1]
			outer.inside = append(outer.inside, e)
		}
		open = append(open, e)
	}
	return roots
}

// An emitter writes the text of a file anew. Where the text that follows is not on the line on which it was,
// it writes a line directive: so each line stays what it was to the compiler, also of text that has moved.
type emitter struct {
	*source
	out  []byte
	line int    // of what is written next, as the compiler would see it, but for the user's own directives
	name string // of the file in which it is then
}

// stretch writes a stretch of the old text, with the edits that are in it.
func (e *emitter) stretch(s span, edits []*edit) {
	at := s.start
	for _, ed := range edits {
		if ed.start < at || ed.end > s.end {
			continue // in another stretch of the same edit
		}
		e.old(span{at, ed.start})
		for _, p := range ed.parts {
			if p.text != "" {
				e.new(p)
			} else {
				e.stretch(p.old, ed.inside)
			}
		}
		at = ed.end
	}
	e.old(span{at, s.end})
}

func (e *emitter) old(s span) {
	if s.start >= s.end {
		return
	}
	e.place(e.Token.Pos(s.start))
	e.out = append(e.out, e.Text[s.start:s.end]...)
	end := e.Token.Pos(s.end)
	e.line = e.Line(end)
	e.name = e.Adjusted(end).Filename
}

func (e *emitter) new(p part) {
	if p.at.IsValid() {
		e.place(p.at)
	}
	e.out = append(e.out, p.text...)
}

// place lets what is written next be on the line of a position.
func (e *emitter) place(pos token.Pos) {
	if line := e.Line(pos); line != e.line {
		e.out = append(e.out, e.Directive(pos, e.name)...)
		e.line = line
		e.name = e.Adjusted(pos).Filename
	}
}

// span is the stretch from a position to another.
func (s *source) span(from, to token.Pos) part {
	return part{old: span{s.Token.Offset(from), s.Token.Offset(to)}}
}
