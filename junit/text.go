package junit

import "strings"

// text is what was printed, without the lines by which the testing package frames it.
type text struct {
	bytes    []byte
	skipping bool // the latest output ended within a framing line
}

// add takes output of the test of that name. The testing package makes sure that framing comes as
// an event of its own even where the line before it has no end.
func (x *text) add(output, test string) {
	for line := range strings.Lines(output) {
		if !x.skipping && !isFraming(line, test) {
			x.bytes = append(x.bytes, line...)
			continue
		}
		x.skipping = !strings.HasSuffix(line, "\n")
	}
}

// String returns the text. Only here is it seen whole, and with it framing that came in pieces.
func (x *text) String(test string) string {
	var b strings.Builder
	b.Grow(len(x.bytes))
	for line := range strings.Lines(string(x.bytes)) {
		if !isFraming(line, test) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// framings are what the lines begin with, and what may follow the name of the test in them.
var framings = [...]struct{ head, tail string }{
	{head: "=== RUN   "},
	{head: "=== PAUSE "},
	{head: "=== CONT  "},
	{head: "=== NAME  "},
	{head: "=== ATTR  ", tail: " "},
	{head: "--- PASS: ", tail: " ("},
	{head: "--- FAIL: ", tail: " ("},
	{head: "--- SKIP: ", tail: " ("},
	{head: "--- BENCH: ", tail: " ("},
}

// isFraming reports whether the line frames the output of the test or of one that it is a subtest
// of. The same words about any other name are the user's.
func isFraming(line, test string) bool {
	line = strings.TrimPrefix(line, "\x16") // marks framing where test2json has not read it
	line = strings.TrimLeft(line, " ")      // by which the end of a subtest may be indented
	if !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
		return false
	}
	line = strings.TrimRight(line, "\r\n")
	for _, framing := range framings {
		if rest, found := strings.CutPrefix(line, framing.head); found {
			return rest == "" || isAbout(rest, framing.tail, test)
		}
	}
	return false
}

// isAbout reports whether rest is the name of the test, or of one above it, and at most tail and more.
func isAbout(rest, tail, test string) bool {
	for ; test != ""; test = parentName(test) {
		after, found := strings.CutPrefix(rest, test)
		if found && (after == "" || (tail != "" && strings.HasPrefix(after, tail))) {
			return true
		}
	}
	return false
}
