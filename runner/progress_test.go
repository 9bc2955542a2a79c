package runner

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A screen is as much of a terminal as is needed to see what is left on it.
type screen struct {
	lines []string
	row   int
}

func (s *screen) Write(p []byte) (int, error) {
	text := string(p)
	for text != "" {
		switch {
		case strings.HasPrefix(text, "\x1b[1A"):
			s.row--
			text = text[4:]
		case strings.HasPrefix(text, "\x1b[2K"):
			s.at("")
			text = text[4:]
		case text[0] == '\n':
			s.at(s.line())
			s.row++
			text = text[1:]
		default:
			end := strings.IndexAny(text, "\n\x1b")
			if end < 0 {
				end = len(text)
			}
			s.at(s.line() + text[:end])
			text = text[end:]
		}
	}
	return len(p), nil
}

func (s *screen) line() string {
	if s.row < len(s.lines) {
		return s.lines[s.row]
	}
	return ""
}

func (s *screen) at(text string) {
	for len(s.lines) <= s.row {
		s.lines = append(s.lines, "")
	}
	s.lines[s.row] = text
}

// text is what stands on it, less what is empty at the end.
func (s *screen) text() string { return strings.TrimRight(strings.Join(s.lines, "\n"), "\n") }

// TestProgressDoesNotGarble: whatever happens, the other output stands on the terminal as it was written, the lines
// below it while they are shown, and nothing is left of them in the end.
func TestProgressDoesNotGarble(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s screen
		var written strings.Builder
		now := time.Unix(0, 0)
		p := newProgress(60, &s, func() time.Time { return now })
		out, errs := p.above(&s), p.above(&s)
		var running []*underway
		t.Repeat(map[string]func(*rapid.T){
			"write": func(t *rapid.T) {
				text := rapid.SampledFrom([]string{"a line\n", "part", "two\nlines\n", "\n", "x\ny"}).Draw(t, "text")
				fmt.Fprint(rapid.SampledFrom([]interface{ Write([]byte) (int, error) }{out, errs}).Draw(t, "to"), text)
				written.WriteString(text)
			},
			"begin": func(t *rapid.T) {
				running = append(running, p.begin(fmt.Sprintf("Test%d", len(running)), rapid.IntRange(0, 2000).Draw(t, "planned"), 0))
			},
			"count": func(t *rapid.T) {
				if len(running) > 0 {
					p.count(rapid.SampledFrom(running).Draw(t, "which"), rapid.Bool().Draw(t, "failed"))
				}
			},
			"end": func(t *rapid.T) {
				if len(running) > 0 {
					p.end(running[0])
					running = running[1:]
				}
			},
			"show": func(*rapid.T) {
				now = now.Add(redraw)
				p.show()
			},
			"": func(t *rapid.T) {
				want := strings.TrimRight(written.String(), "\n")
				if got := s.text(); !strings.HasPrefix(got, want) {
					t.Fatalf("on the screen is\n%s\nwritten was\n%s", got, want)
				}
				if shows := strings.Contains(s.text(), "/s · "); shows && len(running) == 0 {
					t.Fatalf("a line is left\n%s", s.text())
				} else if !shows && len(running) > 0 && !p.partial {
					t.Fatalf("no line is shown\n%s", s.text())
				}
			},
		})
		p.start()
		p.stop()
		if got, want := s.text(), strings.TrimRight(written.String(), "\n"); got != want {
			t.Fatalf("in the end there is\n%s\nwritten was\n%s", got, want)
		}
	})
}

func TestProgressLine(t *testing.T) {
	began := time.Unix(1000, 0)
	for want, test := range map[string]struct {
		underway
		after time.Duration
	}{
		"TestTransfer 512/924 · 1,024/s · 0 failed · 0:00 left":          {underway{planned: 924, ran: 512}, 500 * time.Millisecond},
		"TestTransfer 100/10,000 · 10/s · 2 failed · 16:30 left":         {underway{planned: 10_000, ran: 100, failed: 2}, 10 * time.Second},
		"TestTransfer 0/6 · 0/s · 0 failed":                              {underway{planned: 6}, 0},
		"TestTransfer 31 · 31/s · 1 failed":                              {underway{ran: 31, failed: 1}, time.Second},
		"TestTransfer 512/1,000 · 512/s · 1 found · 0:01 left":           {underway{planned: 1000, ran: 512, failed: 1, bad: "found"}, time.Second},
		"TestTransfer 6,000 · 1,000/s · 1 failed":                        {underway{before: 5000, ran: 6000, failed: 1}, time.Second},
		"TestTransfer 5,000/9,000 · 0/s · 0 failed":                      {underway{planned: 9000, before: 5000, ran: 5000}, time.Second},
		"TestTransfer 6/6 · 6/s · 0 failed":                              {underway{planned: 6, ran: 6}, time.Second},
		"TestTransfer 1,000/2,000,000 · 1,000/s · 0 failed · 33:19 left": {underway{planned: 2_000_000, ran: 1000}, time.Second},
	} {
		test.name, test.began = "TestTransfer", began
		if got := test.line(began.Add(test.after)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestProgressIsTold: where there is no terminal, lines are told, and nothing is taken back.
func TestProgressIsTold(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(0, &out, func() time.Time { return time.Unix(0, 0) })
	e := p.begin("TestA", 6, 0)
	p.count(e, true)
	p.show()
	p.end(e)
	p.show()
	if got, want := out.String(), "orchtest: TestA 1/6 · 1,000/s · 1 failed · 0:00 left\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
