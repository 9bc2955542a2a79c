package html

import (
	"math"
	"strings"

	"github.com/orchtest/orchtest/junit"
)

// data is what the script has to know for the list of all scenarios. There may be very many: so it has columns,
// and what is the same for many stands there once.
type data struct {
	Tests    []*testData `json:"tests"`
	Messages []string    `json:"messages"`

	byTest   map[*explored]*testData
	messages map[string]int
}

// testData has the scenarios of one test.
type testData struct {
	Package  string              `json:"package"`
	Name     string              `json:"name"`
	Threads  map[string][]string `json:"threads"`  // by what marks the call in a label: "" is the first one
	Replays  [][2]string         `json:"replays"`  // what stands before and behind the label
	Labels   []string            `json:"labels"`   // one for each scenario, as the next two
	Verdicts string              `json:"verdicts"` // a letter each: that which the verdict begins with
	Millis   []int               `json:"millis"`
	Odd      map[int]*odd        `json:"odd"` // of those scenarios of which there is more to say, by index

	replays map[[2]string]int
}

// odd is what is special about a scenario.
type odd struct {
	Executed *string `json:"executed,omitempty"` // if that is not its sequence
	Message  *int    `json:"message,omitempty"`  // why it did not pass
	Replay   int     `json:"replay,omitempty"`   // if it is not the first one
	Drawn    int     `json:"drawn,omitempty"`    // the number of the drawing
}

func newData(tests []*explored) data {
	d := data{Tests: []*testData{}, Messages: []string{}, byTest: map[*explored]*testData{}, messages: map[string]int{}}
	for _, test := range tests {
		t := &testData{
			Package: test.Package, Name: test.Name, Threads: map[string][]string{}, Replays: [][2]string{},
			Labels: make([]string, 0, len(test.cases)), Millis: make([]int, 0, len(test.cases)), Odd: map[int]*odd{}, replays: map[[2]string]int{},
		}
		d.byTest[test] = t
		d.Tests = append(d.Tests, t)
		verdicts := make([]byte, len(test.cases))
		for i, c := range test.cases {
			verdicts[i] = c.Verdict[0]
			d.add(t, i, c)
		}
		t.Verdicts = string(verdicts)
	}
	return d
}

// add adds a scenario.
func (d *data) add(t *testData, i int, c *junit.Case) {
	s := c.Scenario
	t.Labels = append(t.Labels, s.Label)
	t.Millis = append(t.Millis, int(math.Round(c.Seconds*1000)))
	mark := strings.TrimLeft(s.Label, "0123456789,")
	if call, _, _ := strings.Cut(mark, "@"); len(s.Threads) > len(t.Threads[call]) {
		t.Threads[call] = s.Threads
	}
	special := odd{Replay: t.replay(s.Replay)}
	if s.Executed != strings.TrimSuffix(s.Label, mark) {
		special.Executed = &s.Executed
	}
	if c.Verdict != junit.Passed {
		special.Message = d.message(message(c, explained(c)))
	}
	if special != (odd{}) {
		t.Odd[i] = &special
	}
}

// draw notes that a scenario of a test is drawn.
func (d *data) draw(test *explored, i, number int) {
	t := d.byTest[test]
	if t.Odd[i] == nil {
		t.Odd[i] = &odd{}
	}
	t.Odd[i].Drawn = number
}

// replay returns the index of a command.
func (t *testData) replay(command [2]string) int {
	i, known := t.replays[command]
	if !known {
		i = len(t.Replays)
		t.Replays = append(t.Replays, command)
		t.replays[command] = i
	}
	return i
}

// message returns the index of a message; nil for none.
func (d *data) message(text string) *int {
	if text == "" {
		return nil
	}
	i, known := d.messages[text]
	if !known {
		i = len(d.Messages)
		d.Messages = append(d.Messages, text)
		d.messages[text] = i
	}
	return &i
}
