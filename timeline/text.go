package timeline

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A line is text in a cell, and how it is painted.
type line struct {
	text  string
	paint func(string) string // nil is plain
}

func (l line) styled() string {
	if l.paint == nil || l.text == "" {
		return l.text
	}
	return l.paint(l.text)
}

// width is how many columns of a terminal a text takes: those of East Asian scripts and emoji are two wide.
func width(text string) int { return uniseg.StringWidth(text) }

func widest(lines []line) int {
	w := 0
	for _, l := range lines {
		w = max(w, width(l.text))
	}
	return w
}

// truncate shortens text to a width, and shows that it did.
func truncate(text string, room int) string {
	if width(text) <= room {
		return text
	}
	var b strings.Builder
	left := room - 1
	for g := uniseg.NewGraphemes(text); g.Next() && g.Width() <= left; {
		b.WriteString(g.Str())
		left -= g.Width()
	}
	return b.String() + "…"
}

// wrap puts two texts on a line of a width, or else on lines of their own, broken at spaces.
func wrap(first, second string, room int) []string {
	if whole := strings.TrimSpace(first + " " + second); width(whole) <= room {
		return []string{whole}
	}
	var lines []string
	for i, text := range []string{first, second} {
		if text == "" {
			continue
		}
		lines = append(lines, "")
		for j, word := range strings.Fields(text) {
			line := &lines[len(lines)-1]
			switch {
			case j == 0 && i == 0:
				*line = lastPart(word, room)
			case j == 0:
				*line = "  " + lastPart(word, room-2)
			case width(*line)+1+width(word) <= room:
				*line += " " + word
			default:
				lines = append(lines, "    "+lastPart(word, room-4))
			}
		}
	}
	return lines
}

// lastPart shortens a word to a width. Its end remains: that is where a path has the file and the line.
func lastPart(word string, room int) string {
	wide := width(word)
	if wide <= room {
		return word
	}
	for g := uniseg.NewGraphemes(word); wide >= room && g.Next(); wide -= g.Width() {
		word = word[len(g.Str()):]
	}
	return "…" + word
}

// share gives each as much as it wants, if there is room; who wants less leaves the rest to the others.
func share(room int, wanted []int) []int {
	order := make([]int, len(wanted))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(wanted[a], wanted[b]) })
	given := make([]int, len(wanted))
	for i, column := range order {
		given[column] = min(wanted[column], room/(len(order)-i))
		room -= given[column]
	}
	return given
}

// printable returns text as it is, or quoted where it would not stay on its line.
func printable(text string) string {
	return protocol.Printable(strings.ReplaceAll(text, "\t", "    "))
}
