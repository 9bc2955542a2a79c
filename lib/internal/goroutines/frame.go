package goroutines

import (
	"iter"
	"strings"
)

// A Frame is one line of a stack, as the runtime prints it.
type Frame struct {
	Function string // "sync.(*Mutex).Lock", "main.F[...].func1"
	Args     string // "0xc00001a0d8, {0x4f?, ...}", "..." if it is inlined
	File     string // "" in C code
	Line     int
}

// Frames returns the frames of the stack, the innermost first. There are none where the runtime could not
// tell, and not all of them where the stack is very deep.
func (g *Goroutine) Frames() iter.Seq[Frame] {
	return func(yield func(Frame) bool) {
		for rest := g.text[:g.creator]; ; {
			var f Frame
			var ok bool
			if f, rest, ok = nextFrame(rest); !ok || !yield(f) {
				return
			}
		}
	}
}

// Creator returns where the goroutine was started. Function is "" if that is not known.
func (g *Goroutine) Creator() Frame {
	line, rest := cutLine(g.text[g.creator:])
	line, _ = strings.CutPrefix(line, createdBy)
	f := Frame{Function: line}
	if i := strings.LastIndex(line, inGoroutine); i >= 0 {
		f.Function = line[:i]
	}
	if strings.HasPrefix(rest, "\t") {
		line, _ := cutLine(rest)
		f.File, f.Line = place(line[1:])
	}
	return f
}

const (
	createdBy   = "created by "
	inGoroutine = " in goroutine "
	ancestor    = "[originating from goroutine " // with GODEBUG=tracebackancestors
)

// body takes the lines of a stack below its header.
func (g *Goroutine) body(text string) {
	g.text, g.creator = text, len(text)
	if i := indexLine(text, ancestor); i >= 0 {
		g.creator = i
	}
	if i := indexLine(text[:g.creator], createdBy); i >= 0 {
		g.creator = i
		line, _ := cutLine(text[i:])
		if i := strings.LastIndex(line, inGoroutine); i >= 0 {
			g.Parent, _ = number(line[i+len(inGoroutine):])
		}
	} else if g.creator < len(text) {
		g.text = text[:g.creator]
	}
}

// indexLine returns where in text the first line begins that has a prefix, -1 if there is none.
func indexLine(text, prefix string) int {
	for at := 0; ; {
		i := strings.Index(text[at:], prefix)
		if i < 0 {
			return -1
		}
		at += i
		if at == 0 || text[at-1] == '\n' {
			return at
		}
		at += len(prefix)
	}
}

// nextFrame reads the first frame of a text: a function, and below it a place. It skips what is no frame:
// "...7 frames elided...", "\tgoroutine running on other thread; stack unavailable", complaints of the runtime.
func nextFrame(text string) (f Frame, rest string, ok bool) {
	for text != "" {
		var line string
		line, text = cutLine(text)
		if line == "" || line[0] == '\t' {
			continue
		}
		f = Frame{Function: line}
		if strings.HasSuffix(line, ")") {
			if i := strings.LastIndexByte(line, '('); i >= 0 {
				f.Function, f.Args = line[:i], line[i+1:len(line)-1]
			}
		}
		if strings.HasPrefix(text, "\t") {
			line, text = cutLine(text)
			f.File, f.Line = place(line[1:])
		} else if !strings.HasPrefix(f.Function, "non-Go function") {
			continue
		}
		if f.Function == "" {
			continue
		}
		return f, text, true
	}
	return Frame{}, "", false
}

func (g *Goroutine) top() (Frame, bool) {
	f, _, ok := nextFrame(g.text[:g.creator])
	return f, ok
}

// bottom returns the outermost frame.
func (g *Goroutine) bottom() Frame {
	var last Frame
	text := g.text[:g.creator]
	// The last two lines are it, unless something is odd.
	if i := strings.LastIndexByte(strings.TrimSuffix(text, "\n"), '\n'); i >= 0 {
		f, rest, ok := nextFrame(text[strings.LastIndexByte(text[:i], '\n')+1:])
		if ok && rest == "" {
			return f
		}
	}
	for f := range g.Frames() {
		last = f
	}
	return last
}

// place reads "/a path: with anything (in it).go:17 +0x1d fp=0xc0000 sp=0xc0000 pc=0x4711". Nothing after the
// line's number has a colon.
func place(s string) (file string, line int) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return "", 0
	}
	n, _ := number(s[i+1:])
	return s[:i], int(n)
}

func cutLine(text string) (line, rest string) {
	line, rest, _ = strings.Cut(text, "\n")
	return line, rest
}

// packageOf returns the import path of a function's package, without that of who vendors it. Dots in the last
// element of the path are escaped by the compiler, so that the first one ends it.
func packageOf(function string) string {
	path, _ := cutFunction(function)
	return path
}

func cutFunction(function string) (path, name string) {
	end := strings.IndexAny(function, "([")
	if end < 0 {
		end = len(function)
	}
	start := strings.LastIndexByte(function[:end], '/') + 1
	dot := strings.IndexByte(function[start:], '.')
	if dot < 0 {
		return "", function
	}
	path, name = function[:start+dot], function[start+dot+1:]
	if i := strings.LastIndex(path, "/vendor/"); i >= 0 {
		path = path[i+len("/vendor/"):]
	}
	return strings.TrimPrefix(path, "vendor/"), name
}

// threadRuns are the functions in which the threads of a scenario, and of a schedule, run.
var threadRuns = [...]string{orchestrate + ".(*thread).run(", hunt + ".(*thread).run("}

// Stack returns the frames as the runtime prints them, for a report. Those by which a thread is run are left
// out, and then also where it was started.
func (g *Goroutine) Stack() string {
	for _, run := range threadRuns {
		if i := indexLine(g.text[:g.creator], run); i >= 0 {
			return strings.Clone(g.text[:i])
		}
	}
	return strings.Clone(g.text)
}
