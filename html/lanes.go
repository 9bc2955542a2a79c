package html

import "fmt"

// lanes is a drawing of a scenario: time goes to the right, and each thread has a lane.
type lanes struct {
	Title         string
	Width, Height int
	Axis, Lane    int // heights
	Threads       []lane
	Blocks        []block
	Stretches     []stretch
	Switches      []switchLine
	Mark          *mark  // where it failed
	Low           bool   // there are many lanes
	Left          string // what is not drawn; "" if all is
	Preempts      bool   // there is a switch that is emphasised
	Steps         []step
}

// A lane is a thread.
type lane struct {
	Name, Class string
	Y           int // its middle
}

// A block is a turn, or the part of one that its thread ran without being blocked.
type block struct {
	ID            string
	Class         string
	X, Y          int
	Width, Height int
	Middle, Base  int // of its text
	Number        string
	Label, Above  string // what stands in it, on two lines if there is something above
	Title         string
	Preempts      bool
	Failed        bool
	On            bool // it is shown first
}

// A stretch is a time for which a thread is blocked.
type stretch struct {
	X, Y, Width, Height int
	Middle, Base        int // of its text
	Label               string
}

// A switchLine leads from a block to the next one, of another thread.
type switchLine struct {
	Path     string
	Preempts bool
}

// A mark is where the scenario failed.
type mark struct {
	X, Height int
	Label     string // "" where a block says it
	Means     string
}

// A step is what is said about a block.
type step struct {
	ID, Class        string
	Turn             string
	Thread, From, To string
	Preempts, Failed bool
	On               bool
	File             string // that of the code
	Code             []codeLine
	Same             *step // an earlier one, which has the code that is this one's too
}

// share leaves out code that stands at an earlier step, where there are many steps.
func (d *drawing) share() {
	if len(d.Steps) <= many {
		return
	}
	first := map[string]*step{}
	for i := range d.Steps {
		s := &d.Steps[i]
		if s.Code == nil {
			continue
		}
		key := fmt.Sprint(s.File, s.Code)
		if same := first[key]; same != nil {
			s.Code, s.Same = nil, same
			continue
		}
		first[key] = s
	}
}

// name gives the parts of the drawing names that begin with that of the scenario.
func (l *lanes) name(id string) {
	for i := range l.Blocks {
		name := fmt.Sprintf("%s-%d", id, i+1)
		l.Blocks[i].ID, l.Steps[i].ID = name, name
	}
}
