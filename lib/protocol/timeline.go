package protocol

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Timeline returns a table of the scenario's turns: which thread, from where, to where. A turn has a line
// where it began and, for each time that it went on after its thread had been blocked, one behind the
// turn in which it did so. Paths below folder are shortened.
func Timeline(s Scenario, folder string) string {
	table := [][]string{{"turn", "thread", "from", "to"}}
	for _, row := range Rows(s, folder) {
		to := row.To
		if row.Failed {
			to += "   <- failed here"
		}
		table = append(table, []string{fmt.Sprint(row.Turn), Printable(s.Thread(row.Thread)), row.From, to})
	}
	return align(table)
}

// A Row is what a thread ran of a turn without being blocked.
type Row struct {
	Turn     int // its number, from 1
	Thread   int // its index
	From, To string
	File     string // of To, if it is a place; the path is the compiler's
	Line     int
	GoesOn   bool // the turn had begun in an earlier row
	Waits    bool // it ends where the thread waits for another one
	Preempts bool // the thread of the row before could have gone on
	Failed   bool // the scenario failed here first
}

// Rows returns the parts of the scenario's turns in the order in which they ran, as [Timeline] shows them.
func Rows(s Scenario, folder string) []Row {
	t := timeline{scenario: s, folder: folder, stands: map[int]string{}}
	for i := range s.Turns {
		t.add(part{turn: i})
		t.goOn(i + 1)
	}
	t.goOn(math.MaxInt) // in a turn that is not in the report
	return t.rows
}

// A timeline is a table in the making.
type timeline struct {
	scenario Scenario
	folder   string
	rows     []Row
	stands   map[int]string // by thread
	waiting  []part         // to come, once their threads have gone on
}

// A part is what a thread ran of a turn without being blocked.
type part struct {
	turn  int // its index
	index int // of the part in the turn
}

// add adds the row of a part.
func (t *timeline) add(p part) {
	turn := t.scenario.Turns[p.turn]
	row := Row{
		Turn: p.turn + 1, Thread: turn.Thread, From: cmp.Or(t.stands[turn.Thread], "start"), To: turn.where(t.folder),
		File: turn.File, Line: turn.Line, GoesOn: p.index > 0, Preempts: p.index == 0 && t.preempts(p.turn),
	}
	stand, goesOn := row.To, false
	if p.index < len(turn.Waits) {
		wait := turn.Waits[p.index]
		row.File, row.Line, row.Waits = wait.File, wait.Line, true
		row.To, stand = wait.describe(t.folder)
		goesOn = turn.goesOn(p.index)
	}
	t.stands[turn.Thread] = stand
	if goesOn {
		t.waiting = append(t.waiting, part{p.turn, p.index + 1})
	} else {
		row.Failed = p.turn == t.scenario.FailedTurn
	}
	t.rows = append(t.rows, row)
}

// preempts reports whether the turn of that index is another thread's than the one before, which could have
// gone on.
func (t *timeline) preempts(i int) bool {
	if i == 0 {
		return false
	}
	before, turn := t.scenario.Turns[i-1], t.scenario.Turns[i]
	return before.Thread != turn.Thread && before.End == AtSyncpoint && !slices.Contains(turn.Blocked, before.Thread)
}

// goOn adds the rows of the threads that went on by the time of the turn of that number.
func (t *timeline) goOn(number int) {
	for i := 0; i < len(t.waiting); {
		p := t.waiting[i]
		if t.scenario.Turns[p.turn].Waits[p.index-1].Until > number {
			i++
			continue
		}
		t.waiting = slices.Delete(t.waiting, i, i+1)
		t.add(p)
	}
}

// Thread returns the name of the thread of that index.
func (s Scenario) Thread(index int) string {
	if index < len(s.Threads) {
		return s.Threads[index]
	}
	return fmt.Sprintf("thread %d", index)
}

// goesOn reports whether there is more of the turn after the wait of that index.
func (t Turn) goesOn(wait int) bool {
	if wait < len(t.Waits)-1 || t.Waits[wait].Until > 0 {
		return true
	}
	switch t.End {
	case StillBlocked, Unfinished:
		return false
	case AtSyncpoint, Returned, Panicked, Exited:
	}
	return true // though it is not said since when
}

// describe says what a thread waits for, and where it stands meanwhile.
func (w Wait) describe(folder string) (what, stand string) {
	on := Printable(w.On)
	if w.File == "" {
		return "waits: " + on, on
	}
	stand = fmt.Sprintf("%s:%d", Shorten(w.File, folder), w.Line)
	return "waits: " + on + " at " + stand, stand
}

// where says where a turn came to its end.
func (t Turn) where(folder string) string {
	at := ""
	if t.File != "" {
		at = fmt.Sprintf("%s:%d", Shorten(t.File, folder), t.Line)
	}
	switch t.End {
	case AtSyncpoint:
		return strings.TrimSpace(at + " " + Printable(t.Name))
	case Returned:
		return "end"
	case Panicked:
		return strings.TrimSpace("panic " + at)
	case Exited:
		return strings.TrimSpace("exit " + at)
	case Unfinished:
		return "did not end"
	case StillBlocked:
		return "blocked"
	}
	return string(t.End) // of a later version of the protocol
}

// Printable returns a name as it is, or quoted where it would not stay on its line.
func Printable(name string) string {
	if strings.ContainsFunc(name, unicode.IsControl) || !utf8.ValidString(name) {
		return strconv.Quote(name)
	}
	return name
}

// Shorten returns the path of file relative to folder, if it lies below.
func Shorten(file, folder string) string {
	if folder == "" {
		return file
	}
	if relative, err := filepath.Rel(folder, file); err == nil && filepath.IsLocal(relative) {
		return relative
	}
	return file
}

// align aligns rows; the first column to the right, the others to the left.
func align(rows [][]string) string {
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
