package decide

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// TraceVersion is that of the format.
const TraceVersion = 1

// A Header says where a trace comes from.
type Header struct {
	Version  int    `json:"orchtest_trace"`
	Test     string `json:"test"`
	Strategy string `json:"strategy,omitempty"`
	Seed     uint64 `json:"seed"`
	Schedule int    `json:"schedule"`
	Depth    int    `json:"depth,omitempty"`  // of pct
	Length   int    `json:"length,omitempty"` // of pct
	Go       string `json:"go,omitempty"`     // the version of Go
}

// A Trace is the decisions of a schedule, in order.
type Trace struct {
	Header    Header
	Decisions []Decided
}

// A Decided decision has the index of the option that was chosen.
type Decided struct {
	Decision
	Choice int
}

// AppendText implements [encoding.TextAppender]. The text is
//
//	{"orchtest_trace":1,"test":"TestX","strategy":"pct","seed":1,"schedule":7}
//	site 0 "chan send\texample.com/m/file.go:12:3"
//	site 1 "select\texample.com/m/file.go:20:2"
//	turn 0: 0@0 *1@1
//	case 1@1: 0 *2
//	turn 1: 0@0 *timer@2
//
// a header, and a line for each decision: who had the last turn, or which thread selects and where; the options;
// an asterisk before the one that was chosen. What follows @ is the number of a site, each told before its first
// use.
func (t *Trace) AppendText(b []byte) ([]byte, error) {
	h := t.Header
	h.Version = TraceVersion
	header, err := json.Marshal(h)
	if err != nil {
		return b, err
	}
	b = append(append(b, header...), '\n')
	w := writer{b, map[string]int{}}
	for i := range t.Decisions {
		w.decided(&t.Decisions[i])
	}
	return w.text, nil
}

// String returns the text.
func (t *Trace) String() string {
	text, err := t.AppendText(nil)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// A writer knows which sites were told.
type writer struct {
	text  []byte
	sites map[string]int
}

var kinds = [...]string{Turn: "turn", Case: "case"}

func (w *writer) decided(d *Decided) {
	w.site(d.Site)
	for _, o := range d.Options {
		w.site(o.Site)
	}
	w.text = fmt.Appendf(w.text, "%s %s", kinds[d.Kind], who(d.Thread))
	w.at(d.Site)
	w.text = append(w.text, ':')
	for i, o := range d.Options {
		w.text = append(w.text, ' ')
		if i == d.Choice {
			w.text = append(w.text, '*')
		}
		w.text = append(w.text, who(o.Number)...)
		w.at(o.Site)
	}
	w.text = append(w.text, '\n')
}

// site tells a new site.
func (w *writer) site(site string) {
	if _, known := w.sites[site]; known || site == "" {
		return
	}
	w.text = fmt.Appendf(w.text, "site %d %q\n", len(w.sites), site)
	w.sites[site] = len(w.sites)
}

func (w *writer) at(site string) {
	if site != "" {
		w.text = fmt.Appendf(w.text, "@%d", w.sites[site])
	}
}

// who names a thread, or the timer.
func who(number int) string {
	if number == Timer {
		return "timer"
	}
	return strconv.Itoa(number)
}
