package hunting

import (
	"regexp"
	"slices"
	"strings"
)

// A Selection is what -run or -skip of go test names: alternatives, each a pattern for every level of subtests.
type Selection [][]string

// ReadSelection reads the value of -run or -skip; an error names the pattern that is wrong.
func ReadSelection(run string) (Selection, error) {
	var s Selection
	for _, alternative := range split(run, '|') {
		levels := split(alternative, '/')
		for _, level := range levels {
			if _, err := regexp.Compile(level); err != nil {
				return nil, err
			}
		}
		s = append(s, levels)
	}
	return s, nil
}

// Pattern returns the value of -test.run that selects, of one test and its subtests, what s selects. It is "" where
// that is nothing.
func (s Selection) Pattern(test string) string {
	var found []string
	for _, levels := range s {
		if matched, _ := regexp.MatchString(levels[0], test); !matched {
			continue
		}
		found = append(found, strings.Join(append([]string{"^" + regexp.QuoteMeta(test) + "$"}, levels[1:]...), "/"))
	}
	slices.Sort(found)
	return strings.Join(slices.Compact(found), "|")
}

// All reports whether s is of a test with all of its subtests: as a value of -skip, it leaves it out.
func (s Selection) All(test string) bool {
	return slices.ContainsFunc(s, func(levels []string) bool {
		matched, _ := regexp.MatchString(levels[0], test)
		return matched && len(levels) == 1
	})
}

// split splits a pattern as the testing package does: not within brackets.
func split(text string, separator byte) []string {
	var parts []string
	brackets, parens, from := 0, 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '[':
			brackets++
		case ']':
			brackets = max(brackets-1, 0) // an unmatched ] is legal
		case '(':
			if brackets == 0 {
				parens++
			}
		case ')':
			if brackets == 0 {
				parens--
			}
		case '\\':
			i++
		case separator:
			if brackets == 0 && parens == 0 {
				parts = append(parts, text[from:i])
				from = i + 1
			}
		}
	}
	return append(parts, text[from:])
}

// TestNames returns the tests of what a test binary lists with -test.list, without its examples, benchmarks and
// fuzz tests.
func TestNames(list string) []string {
	var names []string
	for line := range strings.Lines(list) {
		name := strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(name, "Test"); ok && !strings.ContainsAny(rest, " \t/:") {
			names = append(names, name)
		}
	}
	return names
}
