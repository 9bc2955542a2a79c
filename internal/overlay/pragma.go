package overlay

import (
	"go/token"
	"strings"
	"unicode"
)

// pragma is one comment that becomes a syncpoint.
type pragma struct {
	pos   token.Pos // where its comment begins
	line  int
	name  string
	alone bool // nothing but comments is on its line
}

// pragmaIn reads the pragma in a line comment, as `// pragma: SYNCPOINT name`.
//
// Behind code a comment may come first, as in `//nolint:errcheck // pragma: SYNCPOINT`. On a line of
// its own that would be code that somebody has commented out, together with its pragma.
func pragmaIn(comment string, alone bool) (name string, ok bool) {
	for rest := comment; ; {
		_, text, more := strings.Cut(rest, "//")
		if !more {
			return "", false
		}
		if name, ok := pragmaText(text); ok {
			return name, true
		}
		if alone {
			return "", false
		}
		rest = text
	}
}

// pragmaInBlock tells whether a block comment is nothing but a pragma, which its author will have
// meant to work.
func pragmaInBlock(comment string) bool {
	text := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(comment, "/*"), "*/"))
	_, ok := pragmaText(text)
	return ok && !strings.Contains(text, "\n")
}

// pragmaText reads a comment's text without its slashes.
func pragmaText(text string) (name string, ok bool) {
	text, ok = strings.CutPrefix(strings.TrimLeft(text, " \t"), "pragma:")
	if !ok {
		return "", false
	}
	text, ok = strings.CutPrefix(strings.TrimLeft(text, " \t"), "SYNCPOINT")
	if !ok {
		return "", false
	}
	name = strings.TrimSpace(text)
	longer := text != "" && strings.IndexFunc(text, unicode.IsSpace) != 0
	return name, !longer
}
