package hunting

import (
	"regexp"
	"strings"
)

// A goroutine is one of a traceback.
type goroutine struct {
	state  string // running, chan receive, …
	frames []frame
	text   string
}

// A frame is a call in it.
type frame struct {
	function string // as example.com/m/pkg.(*T).Method
	place    string // as /path/file.go:12
}

var heading = regexp.MustCompile(`^goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[([^]]*)\]:$`)

// goroutines returns those of a traceback that a Go program has printed, in their order.
func goroutines(output string) []goroutine {
	var all []goroutine
	var g *goroutine
	function := ""
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if m := heading.FindStringSubmatch(line); m != nil {
			state, _, _ := strings.Cut(m[1], ",")
			all = append(all, goroutine{state: state})
			g, function = &all[len(all)-1], ""
		}
		if g == nil {
			continue
		}
		if line == "" {
			g = nil
			continue
		}
		g.text += line + "\n"
		if place, ok := strings.CutPrefix(line, "\t"); ok && function != "" {
			place, _, _ = strings.Cut(place, " +0x")
			g.frames = append(g.frames, frame{function, place})
			function = ""
			continue
		}
		function = called(line)
	}
	return all
}

// called returns the function of a line of a traceback, without its arguments.
func called(line string) string {
	if rest, ok := strings.CutPrefix(line, "created by "); ok {
		return "created by " + rest // not a call
	}
	if i := strings.LastIndex(line, "("); i > 0 && strings.HasSuffix(line, ")") {
		return line[:i]
	}
	return ""
}

// ours reports whether a function is of what orchtest puts into a hunted build. It goes there with the path of its
// package, below a folder of the main module.
func (f frame) ours() bool {
	return strings.Contains(f.function, "orchtest/lib/hunt") || strings.Contains(f.function, "orchtest/lib/internal/")
}

// plumbing reports whether a function stands between what failed and what tells of it.
func (f frame) plumbing() bool {
	name := f.function
	switch {
	case name == "panic", strings.HasPrefix(name, "runtime."), strings.HasPrefix(name, "runtime/"), strings.HasPrefix(name, "created by "):
		return true
	}
	return strings.HasPrefix(name, "internal/runtime/")
}

// library reports whether a function is one of the standard library's that the code under test calls.
func (f frame) library() bool {
	if strings.HasPrefix(f.place, "_testmain.go:") {
		return true
	}
	for _, path := range []string{"sync.", "sync/atomic.", "os.", "internal/sync.", "internal/poll.", "internal/race.", "testing.", "reflect.", "time.", "context."} {
		if strings.HasPrefix(f.function, path) {
			return true
		}
	}
	return false
}

// tops returns the first function that is not the runtime's, and the first that is the user's. Of a panic they are
// those where it began, and not of the deferred functions that it has run.
func (g goroutine) tops() (first, users frame) {
	from := 0
	for i, f := range g.frames {
		if f.function == "panic" {
			from = i
		}
	}
	for _, f := range g.frames[from:] {
		if f.plumbing() {
			continue
		}
		if first.function == "" {
			first = f
		}
		if !f.ours() && !f.library() {
			return first, f
		}
	}
	return first, frame{}
}
