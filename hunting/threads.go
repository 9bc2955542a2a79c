package hunting

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A Site is a place in code, and the operation that stands there.
type Site struct {
	Op   string // as sync.Mutex.Lock
	File string // as the import path of the package and the file's name have it
	Line int    // 0 where it is not known
}

// ReadSite reads what rewritten code calls a place: the operation, a tab, and file:line:column. The operation, or
// the column, may be missing.
func ReadSite(text string) Site {
	op, at, found := strings.Cut(text, "\t")
	if !found {
		op, at = "", text
		if !strings.Contains(text, ".go:") {
			return Site{Op: text}
		}
	}
	s := Site{Op: op, File: at}
	file, numbers, found := strings.Cut(at, ".go:")
	if !found {
		return s
	}
	line, _, _ := strings.Cut(numbers, ":")
	s.File = file + ".go"
	s.Line, _ = strconv.Atoi(line)
	return s
}

// A Telling says how what was found is told.
type Telling struct {
	// File returns where a site's file is; "" where that is not known.
	File func(site string) string
	// Folder is the one below which paths are shortened.
	Folder string
}

// place is where a site is, as it is shown.
func (t Telling) place(s Site) string {
	if s.File == "" {
		return ""
	}
	file := s.File
	if t.File != nil {
		file = protocol.Shorten(cmp.Or(t.File(s.File), s.File), t.Folder)
	}
	if s.Line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, s.Line)
}

// sites are places of code in a text.
var sites = regexp.MustCompile(`[^\s()\[\],;]+\.go:\d+:\d+`)

// Places returns a text with the places of code in it as they are shown.
func (t Telling) Places(text string) string {
	return sites.ReplaceAllStringFunc(text, func(site string) string { return t.place(ReadSite(site)) })
}

// Text is a site as a place and its operation.
func (t Telling) Text(site string) string {
	s := ReadSite(site)
	return strings.TrimSpace(t.place(s) + " " + s.Op)
}

// ThreadNames are what the threads of a finding are called: by the place that started them.
func ThreadNames(threads []protocol.HuntThread) []string {
	names := make([]string, len(threads))
	same := map[string][]int{}
	for i, thread := range threads {
		names[i] = "test"
		if s := ReadSite(thread.Started); s.File != "" {
			names[i] = fmt.Sprintf("%s:%d", path.Base(s.File), s.Line)
			if s.Op != "" && s.Op != "go" && s.Op != "sync.WaitGroup.Go" {
				names[i] = s.Op + " " + names[i]
			}
		} else if thread.Started != "" {
			names[i] = thread.Started
		} else if thread.Parent >= 0 || i > 0 {
			names[i] = "goroutine" // nobody saw it start
		}
		same[names[i]] = append(same[names[i]], i)
	}
	for _, alike := range same {
		for n, i := range alike {
			if len(alike) > 1 {
				names[i] += fmt.Sprintf(" #%d", n+1)
			}
		}
	}
	return names
}

// timers is what the column is called in which timers fire.
const timers = "timers"

// Rows returns the turns of a finding as rows of a timeline, and the names of its columns. A row tells the operation
// with which the thread went on.
func (t Telling) Rows(f protocol.Finding) (names []string, rows []protocol.Row) {
	c := columns{names: ThreadNames(f.Threads), of: map[int]int{}}
	for i, thread := range f.Threads {
		c.of[thread.Number] = i
	}
	begun := map[int]bool{}
	last := -1 // who had the turn before, where it could have gone on
	for i, turn := range f.Turns {
		column := c.column(turn.Thread)
		row := protocol.Row{Turn: f.Skipped + i + 1, Thread: column, From: t.Text(turn.From), Waits: turn.Blocked}
		at := ReadSite(turn.From)
		switch {
		case turn.Thread < 0:
			row.From = strings.TrimSpace("fires " + row.From)
		case !begun[turn.Thread] && f.Skipped == 0 || row.From == "":
			row.From, at = "begins", Site{}
		}
		switch {
		case turn.Thread < 0:
		case turn.Blocked:
			row.To = "waits"
		case turn.To == "":
			row.To = "end"
		}
		if t.File != nil && at.File != "" {
			row.File, row.Line = t.File(at.File), at.Line
		}
		row.Preempts = last >= 0 && last != turn.Thread && turn.Thread >= 0
		begun[turn.Thread] = true
		switch {
		case turn.Thread < 0:
		case turn.Blocked || turn.To == "":
			last = -1
		default:
			last = turn.Thread
		}
		rows = append(rows, row)
	}
	return c.names, rows
}

// columns are those of a timeline, by the numbers of threads.
type columns struct {
	names []string
	of    map[int]int
}

// column returns that of a thread, or of timers.
func (c *columns) column(thread int) int {
	at, known := c.of[thread]
	if !known {
		at = len(c.names)
		c.of[thread] = at
		c.names = append(c.names, nameOf(thread))
	}
	return at
}

func nameOf(thread int) string {
	if thread < 0 {
		return timers
	}
	return fmt.Sprintf("thread %d", thread)
}

// Threads says of each thread that is blocked what it waits for and since when, a line each, and how many others
// there are. It is "" where none is.
func (t Telling) Threads(f protocol.Finding) string {
	var b strings.Builder
	names, ended, others := ThreadNames(f.Threads), 0, 0
	for i, thread := range f.Threads {
		switch {
		case thread.Ended:
			ended++
		case thread.On == "":
			others++
		default:
			fmt.Fprintf(&b, "  %s\n", t.waits(thread, names[i]))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	if others > 0 {
		fmt.Fprintf(&b, "  %d could go on\n", others)
	}
	if ended > 0 {
		fmt.Fprintf(&b, "  %d ended\n", ended)
	}
	return b.String()
}

// waits says what a thread of a name waits for.
func (t Telling) waits(thread protocol.HuntThread, name string) string {
	text := protocol.Printable(name) + " waits: " + thread.On
	if at := t.Text(thread.At); at != "" {
		text += " at " + at
	}
	if thread.Since > 0 {
		text += fmt.Sprintf(", since turn %d", thread.Since)
	}
	if started := t.place(ReadSite(thread.Started)); started != "" && !strings.HasPrefix(name, started) {
		text += "; started at " + started
	}
	return text
}
