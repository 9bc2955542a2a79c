// Package timeline draws what happened in a scenario, for people: a column for each thread and a row for each
// turn, with the lines of code at which threads stopped.
//
// The form is that of Lincheck's tables (Koval et al., CAV 2023).
package timeline

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
)

// Options say how to draw.
type Options struct {
	Width  int    // in columns of a terminal; 0 is 100
	Color  bool   // with the escape sequences of a terminal
	Folder string // paths below it are shortened
	// Source returns the text of a line, "" where it is not known. Nil knows none.
	Source func(file string, line int) string
}

const (
	defaultWidth = 100
	leastWidth   = 40 // on a narrower terminal lines are broken
	leastColumn  = 20 // narrower ones cannot be read: then there is no column for each thread
	divider      = " │ "
	switches     = "▸ " // before a turn to which the scenario switched without need
)

// Draw returns the timeline of a scenario, which ends with a newline. It is "" where there are no turns.
func Draw(s protocol.Scenario, o Options) string {
	rows := protocol.Rows(s, o.Folder)
	names := slices.Clone(s.Threads)
	for _, row := range rows {
		for len(names) <= row.Thread {
			names = append(names, s.Thread(len(names)))
		}
	}
	return Table(names, rows, o)
}

// Table draws the rows of threads that have these names. The paths in it are as they are to be shown.
func Table(names []string, rows []protocol.Row, o Options) string {
	if len(rows) == 0 {
		return ""
	}
	o.Width = max(cmp.Or(o.Width, defaultWidth), leastWidth)
	d := &drawing{o: o, names: names, rows: rows, style: styleOf(o.Color), threads: len(names)}
	last := 0
	for _, row := range rows {
		last = max(last, row.Turn)
	}
	d.gutter = max(len("turn"), width(switches)+len(strconv.Itoa(last)))
	if !d.columnsOfThreads() {
		d.columnsOfList()
	}
	return d.table() + d.legend()
}

// A drawing is a timeline in the making.
type drawing struct {
	o       Options
	names   []string // of the threads
	rows    []protocol.Row
	style   style
	threads int
	gutter  int   // the width of the turns' numbers
	list    bool  // there are two columns, the name of the thread and what it did
	columns []int // their widths
}

// columnsOfThreads gives each thread a column, as wide as it needs and there is room. It reports false where
// there is too little.
func (d *drawing) columnsOfThreads() bool {
	room := d.o.Width - d.gutter - d.threads*width(divider)
	if room/d.threads < leastColumn {
		return false
	}
	wanted := make([]int, d.threads)
	for i := range wanted {
		wanted[i] = max(leastColumn, width(d.name(i)))
	}
	for _, row := range d.rows {
		wanted[row.Thread] = max(wanted[row.Thread], widest(d.cell(row, room)))
	}
	d.columns = share(room, wanted)
	return true
}

func (d *drawing) columnsOfList() {
	name := width("thread")
	for i := range d.threads {
		name = max(name, width(d.name(i)))
	}
	room := d.o.Width - d.gutter - 2*width(divider)
	name = min(name, room/3)
	d.list, d.columns = true, []int{name, room - name}
}

// name is what a thread is called.
func (d *drawing) name(thread int) string { return printable(d.names[thread]) }

func (d *drawing) table() string {
	var b strings.Builder
	head := []line{{"thread", d.style.plain}, {"", d.style.plain}}
	if !d.list {
		head = head[:0]
		for i := range d.threads {
			head = append(head, line{d.name(i), d.style.thread(i)})
		}
	}
	d.write(&b, line{"turn", d.style.plain}, head)
	b.WriteString(d.style.dim(strings.Repeat("─", d.gutter)))
	for _, w := range d.columns {
		b.WriteString(d.style.dim("─┼─" + strings.Repeat("─", w)))
	}
	b.WriteByte('\n')
	for _, row := range d.rows {
		number := d.number(row)
		cells := make([]line, len(d.columns))
		at := row.Thread
		if d.list {
			cells[0], at = line{d.name(row.Thread), d.style.thread(row.Thread)}, 1
		}
		for _, l := range d.cell(row, d.columns[at]) {
			cells[at] = l
			d.write(&b, number, cells)
			number, cells = line{}, make([]line, len(d.columns))
		}
	}
	return b.String()
}

// write writes one line of the table.
func (d *drawing) write(b *strings.Builder, number line, cells []line) {
	row := strings.Repeat(" ", d.gutter-width(number.text)) + number.styled()
	for i, cell := range cells {
		cell.text = truncate(cell.text, d.columns[i])
		row += d.style.dim(divider) + cell.styled() + strings.Repeat(" ", d.columns[i]-width(cell.text))
	}
	b.WriteString(strings.TrimRight(row, " "))
	b.WriteByte('\n')
}

// number is what stands before a row.
func (d *drawing) number(row protocol.Row) line {
	switch {
	case row.GoesOn:
		return line{"…" + strconv.Itoa(row.Turn), d.style.dim}
	case row.Preempts:
		return line{switches + strconv.Itoa(row.Turn), d.style.strong}
	}
	return line{strconv.Itoa(row.Turn), d.style.plain}
}

// cell is what a row says, in lines for a column of that width.
func (d *drawing) cell(row protocol.Row, room int) []line {
	paint := d.style.plain
	switch {
	case row.Failed:
		paint = d.style.failed
	case row.Waits:
		paint = d.style.waits
	case row.Preempts:
		paint = d.style.strong
	}
	from, to := row.From, "→ "+sameFile(row.From, row.To)
	switch {
	case row.GoesOn:
		from = "goes on"
		to = "→ " + row.To
	case row.To == "":
		to = ""
	}
	var lines []line
	for _, text := range wrap(from, to, room) {
		lines = append(lines, line{text, paint})
	}
	if d.o.Source != nil && row.File != "" {
		if text := strings.TrimSpace(d.o.Source(row.File, row.Line)); text != "" {
			lines = append(lines, line{"  " + printable(text), d.style.dim})
		}
	}
	if row.Failed {
		lines = append(lines, line{"✗ failed here", d.style.failed})
	}
	return lines
}

// sameFile leaves out of a place the file that another one names already.
func sameFile(from, to string) string {
	file, _, ok := strings.Cut(from, ":")
	if rest, same := strings.CutPrefix(to, file+":"); ok && same {
		return ":" + rest
	}
	return to
}

func (d *drawing) legend() string {
	for _, row := range d.rows {
		if row.Preempts {
			return d.style.dim(switches+"another thread goes on, though the one before could have") + "\n"
		}
	}
	return ""
}
