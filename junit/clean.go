package junit

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// escape matches an escape sequence of ECMA-48: a control sequence as colours are, a control string
// as window titles and links are, or one of two or three characters. A control string that does
// not end on its line is none: it would swallow the rest of the text.
var escape = regexp.MustCompile(`\x1b(?:` +
	`\[[0-?]*[ -/]*[@-~]` +
	`|[\]PX^_][^\x07\x1b\r\n]*(?:\x07|\x1b\\)` +
	`|[ -/]+[0-~]` +
	`|[0-OQ-WYZ\\` + "`" + `-~])`)

// clean returns s as it can stand in XML 1.0, and as it comes out again: without escape
// sequences, with line feeds as a parser makes them of carriage returns, and with U+FFFD for each
// character that XML does not allow, and for each byte that is not UTF-8.
func clean(s string) string {
	if isClean(s) {
		return s
	}
	if strings.Contains(s, "\x1b") {
		s = escape.ReplaceAllString(s, "")
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case !isCharacter(r):
			return utf8.RuneError
		}
		return r
	}, s)
}

// isClean reports whether s is made of visible ASCII, blanks and line feeds, as nearly all of it is.
func isClean(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '\n' && c != '\t' && (c < ' ' || c > '~') {
			return false
		}
	}
	return true
}

// isCharacter reports whether r is a Char of XML 1.0, section 2.2.
func isCharacter(r rune) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return true
	case r < ' ' || r == 0xFFFE || r == 0xFFFF:
		return false
	}
	return utf8.ValidRune(r)
}
