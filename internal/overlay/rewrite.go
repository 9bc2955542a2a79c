package overlay

import (
	"fmt"
	"go/token"
	"go/version"
	"strconv"
)

// rewriting is what the rewriting of a file needs to know beyond the file.
type rewriting struct {
	name      string // under which the syncpoint package is imported
	goVersion string // the module's, as in go.mod; "" if there is none
	marked    bool   // what is inserted stands between marks
}

// rewrite returns the text with its pragmas become calls. No text that is inserted contains a newline,
// so each line stays what it was.
func (s *source) rewrite(r rewriting) ([]byte, []*Error) {
	var edits []edit
	var errs []*Error
	chosen := map[token.Pos]bool{}
	for _, pos := range s.blocks {
		errs = append(errs, s.error(pos, blockComment))
	}
	for i, p := range s.pragmas {
		at, complaint := s.place(p)
		if complaint == "" && r.lacks(at.how) {
			complaint = needsGenerics
		}
		if complaint != "" {
			errs = append(errs, s.error(p.pos, complaint))
			continue
		}
		if at.how == choosing {
			if chosen[at.from] {
				at.how = choosingToo
			}
			chosen[at.from] = true
		}
		edits = append(edits, s.stop(i, at, r)...)
	}
	if len(edits) == 0 || len(errs) > 0 {
		return s.Text, errs
	}
	return apply(s.Text, append(edits, s.importing(r))), nil
}

// lacks tells whether the language of the module does not know the generic call that a stop needs.
func (r rewriting) lacks(h how) bool {
	return (h == around || h == choosing || h == choosingToo) && r.goVersion != "" &&
		version.Compare("go"+r.goVersion, "go1.18") < 0
}

func (s *source) error(pos token.Pos, message string) *Error {
	p := s.Token.PositionFor(pos, false)
	return &Error{File: s.Path, Line: p.Line, Column: p.Column, Message: message}
}

// importing adds the import behind the package clause. From there on the file says itself what it is
// called: for most files the go command would print the temporary file's path where the compiler
// complains.
func (s *source) importing(r rewriting) edit {
	end := s.End(s.Syntax.Name)
	text := fmt.Sprintf("; import %s %q ", r.name, syncpointPath)
	return edit{offset: s.Token.Offset(end), text: r.mark(text) + s.Naming(end)}
}

// stop is the text that becomes of one pragma, the index-th of the file.
func (s *source) stop(index int, at place, r rewriting) []edit {
	p := s.pragmas[index]
	in := func(order int, at token.Pos, lead, call, trail string) edit {
		return edit{s.Token.Offset(at), order, s.inserted(r, p, at, lead, call, trail)}
	}
	here := r.call("Here", "Named", p.name) + ")"
	after := r.call("After", "AfterNamed", p.name)
	if p.name != "" {
		after += ", "
	}
	switch at.how {
	case behind:
		return []edit{in(index, at.from, "; ", here, "")}
	case opening:
		return []edit{in(index, at.from, " ", here, ";")}
	case before:
		return []edit{in(index, at.from, "", here, "; ")}
	case choosing:
		return []edit{in(index, at.from, " ", after+"true)", " ")}
	case choosingToo:
		return []edit{in(index, at.from, "&& ", after+"true)", " ")}
	case returning:
		// Deferred calls run from the last to the first.
		deferred := "defer func() { " + r.call("Return", "ReturnNamed", p.name) + ") }()"
		return []edit{in(-index, at.from, "", deferred, "; ")}
	case around:
		// The first stop is the innermost call. The space is for an expression like that of `if(x) {`.
		return []edit{in(-index, at.from, " ", after, ""), in(index, at.to, ")", "", "")}
	default:
		panic(fmt.Sprintf("overlay: no such place: %d", at.how))
	}
}

// call is the beginning of a call with or without a name.
func (r rewriting) call(unnamed, named, name string) string {
	if name == "" {
		return r.name + "." + unnamed + "("
	}
	return r.name + "." + named + "(" + strconv.Quote(name)
}

// inserted is text whose call is reported at the pragma's own line, wherever in a statement of several
// lines it goes, and which leaves the positions of the code behind it as they were.
func (s *source) inserted(r rewriting, p pragma, at token.Pos, lead, call, trail string) string {
	text, file := lead, s.Adjusted(at).Filename
	moved := call != "" && s.Line(at) != p.line
	if moved {
		text += s.Directive(p.pos, file)
		file = s.Adjusted(p.pos).Filename
	}
	text = r.mark(text + call + trail)
	if moved || s.CodeFollows(s.Token.Offset(at)) {
		text += s.Directive(at, file)
	}
	return text
}
