package timeline

import (
	"os"
	"strings"
	"sync"
)

// Source returns the text of lines of code, for [Options]. It reads each file once, and may be used by any
// goroutine.
type Source struct {
	mu    sync.Mutex
	files map[string][]string
}

// Line returns a line without what stands behind `// pragma:`, and where that leaves nothing the next line that
// is not empty. It is "" where the file cannot be read or has no such line.
func (s *Source) Line(file string, line int) string {
	lines := s.lines(file)
	for line > 0 && line <= len(lines) {
		text, _, marked := strings.Cut(lines[line-1], "// pragma:")
		if text = strings.TrimSpace(text); text != "" || !marked {
			return text
		}
		line++
	}
	return ""
}

// Lines returns the lines of that range which the file has; nil where it cannot be read.
func (s *Source) Lines(file string, first, last int) []string {
	lines := s.lines(file)
	first, last = max(first, 1), min(last, len(lines))
	if first > last {
		return nil
	}
	return lines[first-1 : last]
}

func (s *Source) lines(file string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines, known := s.files[file]
	if !known {
		if text, err := os.ReadFile(file); err == nil {
			lines = strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
		}
		if s.files == nil {
			s.files = map[string][]string{}
		}
		s.files[file] = lines
	}
	return lines
}
