package protocol

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Timeline returns a table of the scenario's turns, a line each: which thread, from where, to where.
// Paths below folder are shortened.
func Timeline(s Scenario, folder string) string {
	rows := [][]string{{"turn", "thread", "from", "to"}}
	stands := make([]string, len(s.Threads))
	for i, turn := range s.Turns {
		thread, from := fmt.Sprintf("thread %d", turn.Thread), "start"
		if turn.Thread < len(s.Threads) {
			thread = printable(s.Threads[turn.Thread])
			if at := stands[turn.Thread]; at != "" {
				from = at
			}
		}
		to := turn.where(folder)
		if turn.Thread < len(stands) {
			stands[turn.Thread] = to
		}
		if i == s.FailedTurn {
			to += "   <- failed here"
		}
		rows = append(rows, []string{fmt.Sprint(i + 1), thread, from, to})
	}
	return table(rows)
}

// where says where a turn came to its end.
func (t Turn) where(folder string) string {
	at := ""
	if t.File != "" {
		at = fmt.Sprintf("%s:%d", shorten(t.File, folder), t.Line)
	}
	switch t.End {
	case AtSyncpoint:
		return strings.TrimSpace(at + " " + printable(t.Name))
	case Returned:
		return "end"
	case Panicked:
		return strings.TrimSpace("panic " + at)
	case Exited:
		return strings.TrimSpace("exit " + at)
	case Unfinished:
		return "did not end"
	}
	return string(t.End) // of a later version of the protocol
}

// printable returns a name as it is, or quoted where it would not stay on its line.
func printable(name string) string {
	if strings.ContainsFunc(name, unicode.IsControl) || !utf8.ValidString(name) {
		return strconv.Quote(name)
	}
	return name
}

// shorten returns the path of file relative to folder, if it lies below.
func shorten(file, folder string) string {
	if folder == "" {
		return file
	}
	if relative, err := filepath.Rel(folder, file); err == nil && filepath.IsLocal(relative) {
		return relative
	}
	return file
}

// table aligns rows; the first column to the right, the others to the left.
func table(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				line += pad + cell
			} else {
				line += "  " + cell + pad
			}
		}
		b.WriteString(strings.TrimRight(line, " "))
		b.WriteByte('\n')
	}
	return b.String()
}
