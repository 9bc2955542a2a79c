package decide

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParseTrace reads the text of a trace. Errors name the line.
func ParseTrace(text string) (*Trace, error) {
	first, rest, _ := strings.Cut(text, "\n")
	t := &Trace{}
	if err := json.Unmarshal([]byte(first), &t.Header); err != nil {
		return nil, fmt.Errorf("trace: line 1: %w; want the header of a trace that orchtest hunt has written, as {\"orchtest_trace\":%d,…}", err, TraceVersion)
	}
	if t.Header.Version != TraceVersion {
		return nil, fmt.Errorf("trace: line 1: version %d, want %d", t.Header.Version, TraceVersion)
	}
	var r reader
	number := 1
	for line := range strings.Lines(rest) {
		number++
		line, ended := strings.CutSuffix(line, "\n")
		if !ended {
			return nil, fmt.Errorf("trace: line %d: it is not whole", number)
		}
		if err := r.line(t, strings.TrimSuffix(line, "\r")); err != nil {
			return nil, fmt.Errorf("trace: line %d: %w", number, err)
		}
	}
	return t, nil
}

// A reader knows the sites by number.
type reader struct{ sites []string }

func (r *reader) line(t *Trace, line string) error {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "site":
		return r.site(rest)
	case kinds[Turn]:
		return r.decided(t, Turn, rest)
	case kinds[Case]:
		return r.decided(t, Case, rest)
	}
	return fmt.Errorf("%q: want site, turn or case", word)
}

func (r *reader) site(text string) error {
	number, quoted, _ := strings.Cut(text, " ")
	if number != strconv.Itoa(len(r.sites)) {
		return fmt.Errorf("site %q: want %d", number, len(r.sites))
	}
	site, err := strconv.Unquote(quoted)
	if err != nil || site == "" {
		return fmt.Errorf("site %s: want a quoted text", quoted)
	}
	r.sites = append(r.sites, site)
	return nil
}

func (r *reader) decided(t *Trace, kind Kind, text string) error {
	about, options, found := strings.Cut(text, ": ")
	if !found {
		return errors.New("want a colon, and options")
	}
	thread, site, err := r.who(about)
	if err != nil {
		return err
	}
	d := Decided{Decision{Kind: kind, Site: site, Thread: thread, Current: -1}, -1}
	for i, option := range strings.Split(options, " ") {
		if chosen, is := strings.CutPrefix(option, "*"); is {
			if d.Choice >= 0 {
				return errors.New("two options are chosen")
			}
			option, d.Choice = chosen, i
		}
		o := Option{}
		if o.Number, o.Site, err = r.who(option); err != nil {
			return err
		}
		if kind == Turn && o.Number == thread && thread != Timer {
			d.Current = i
		}
		d.Options = append(d.Options, o)
	}
	if d.Choice < 0 {
		return errors.New("no option is chosen")
	}
	if !d.ordered() {
		return errors.New("want two options or more, threads or cases in the order of their numbers, then the timer")
	}
	t.Decisions = append(t.Decisions, d)
	return nil
}

// ordered tells whether the options are what a [Decision] says they are.
func (d *Decision) ordered() bool {
	threads := d.threads()
	for i, o := range d.Options[:threads] {
		if o.Number == Timer || i > 0 && o.Number <= d.Options[i-1].Number {
			return false
		}
	}
	return threads > 0 && len(d.Options) > 1
}

// who reads the number of a thread, of a case or of the timer, and a site.
func (r *reader) who(text string) (number int, site string, err error) {
	name, at, has := strings.Cut(text, "@")
	if has {
		i, err := strconv.ParseUint(at, 10, 31)
		if err != nil || int(i) >= len(r.sites) {
			return 0, "", fmt.Errorf("%q: there is no site %q", text, at)
		}
		site = r.sites[i]
	}
	if name == who(Timer) {
		return Timer, site, nil
	}
	n, err := strconv.ParseUint(name, 10, 31)
	if err != nil {
		return 0, "", fmt.Errorf("%q: want a number, or %s", text, who(Timer))
	}
	return int(n), site, nil
}
