package html

import (
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
)

// code is the lines of source that a row is about.
type code struct {
	file  string // "" where it is not known
	lines []codeLine
}

// A codeLine is one line of it.
type codeLine struct {
	Number   int
	Text     string
	From, To bool // the thread stood here before, or stands here then
}

// A place is a line of code.
type place struct {
	file string
	line int
}

// nearby is how many lines may lie between where a thread stood and where it stops, if both are to be shown.
const nearby = 14

// places finds, for each row, the lines between where its thread stood and where it stops.
func places(rows []protocol.Row, source func(string, int, int) []string) []code {
	all := make([]code, len(rows))
	if source == nil {
		return all
	}
	stands := map[int]place{} // by thread
	for i, row := range rows {
		from, to := stands[row.Thread], place{row.File, row.Line}
		all[i] = excerpt(from, to, source)
		stands[row.Thread] = to
	}
	return all
}

func excerpt(from, to place, source func(string, int, int) []string) code {
	file, first, last := to.file, to.line-2, to.line+2
	switch between := to.line - from.line; {
	case to.file == "" && from.file == "":
		return code{}
	case to.file == "":
		file, first, last = from.file, from.line-1, from.line+4
	case to.file == from.file && between >= 0 && between <= nearby:
		first = from.line - 1
	}
	first = max(first, 1)
	var lines []codeLine
	for i, text := range dedented(source(file, first, last)) {
		at := place{file, first + i}
		lines = append(lines, codeLine{at.line, text, at == from, at == to})
	}
	if lines == nil {
		return code{}
	}
	return code{file, lines}
}

// dedented returns the lines without the tabs that all of them begin with, and none of them very long.
func dedented(lines []string) []string {
	common := -1
	for _, line := range lines {
		if tabs := len(line) - len(strings.TrimLeft(line, "\t")); strings.TrimSpace(line) != "" && (common < 0 || tabs < common) {
			common = tabs
		}
	}
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = shortened(line[min(max(common, 0), len(line)):], 200)
	}
	return out
}
