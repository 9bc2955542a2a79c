package junit

import (
	"cmp"
	"slices"
	"strings"
)

// sorted returns the tests by name, those of the same name in the order in which they are. Of nearly all scenarios the
// names are in the order of their texts, which is found out once for each.
func sorted(tests []*test) []*test {
	type sortable struct {
		*test
		plain bool
	}
	all := make([]sortable, len(tests))
	for i, t := range tests {
		all[i] = sortable{t, t.parent != nil && isPlain(t.name[len(t.parent.name):])}
	}
	slices.SortStableFunc(all, func(a, b sortable) int {
		if a.plain && b.plain && a.parent == b.parent {
			return strings.Compare(a.name, b.name)
		}
		return compareNames(a.name, b.name)
	})
	ordered := make([]*test, len(all))
	for i, t := range all {
		ordered[i] = t.test
	}
	return ordered
}

// isPlain reports whether the rest of a name behind that of its test is the sequence of a first call, /0,1,0,1, of less
// than eleven threads.
func isPlain(rest string) bool {
	if len(rest) < 2 || len(rest)%2 != 0 || rest[0] != '/' {
		return false
	}
	for i := 1; i < len(rest); i += 2 {
		if rest[i] < '0' || rest[i] > '9' || i > 1 && rest[i-1] != ',' {
			return false
		}
	}
	return true
}

// compareNames orders tests: a parent before its subtests, those of one parent together, and the
// scenarios of one test by call and sequence.
func compareNames(a, b string) int { return compareLists(a, b, "/", compareElements) }

// compareLists orders two lists lexicographically, a list before those that it begins.
func compareLists(a, b, separator string, compare func(x, y string) int) int {
	begun := 0 // how much of both is the same, in whole elements
	for i := 0; i < min(len(a), len(b)) && a[i] == b[i]; i++ {
		if a[i] == separator[0] {
			begun = i + 1
		}
	}
	a, b = a[begun:], b[begun:]
	for {
		x, restA, moreA := strings.Cut(a, separator)
		y, restB, moreB := strings.Cut(b, separator)
		if c := compare(x, y); c != 0 {
			return c
		}
		if !moreA || !moreB {
			return compareBools(moreA, moreB)
		}
		a, b = restA, restB
	}
}

// compareElements orders what stands between two slashes; scenarios come first.
func compareElements(a, b string) int {
	sequenceA, callA, isA := cutScenario(a)
	sequenceB, callB, isB := cutScenario(b)
	switch {
	case isA && isB:
		return cmp.Or(compareNumbers(callA, callB), compareSequences(sequenceA, sequenceB), cmp.Compare(a, b))
	case isA != isB:
		return compareBools(isB, isA)
	}
	return cmp.Compare(a, b)
}

// cutScenario cuts an element such as 0,1,0,1#01 into its sequence and its call. Behind @ it may have which time it is.
func cutScenario(element string) (sequence, call string, is bool) {
	element, _, _ = strings.Cut(element, "@")
	sequence, call, _ = strings.Cut(element, "#")
	is = sequence != "" && strings.Trim(sequence, "0123456789,") == "" && strings.Trim(call, "0123456789") == ""
	return sequence, call, is
}

// compareSequences orders two sequences lexicographically, by thread.
func compareSequences(a, b string) int { return compareLists(a, b, ",", compareNumbers) }

// compareNumbers orders two decimals of any length.
func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// compareBools orders false before true.
func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return +1
}
