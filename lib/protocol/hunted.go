package protocol

// Keys of the attributes that orchtest adds to the stream of a hunt.
const (
	// AttrHunt is on each test that was hunted: a [Hunted].
	AttrHunt = "orchtest.hunt"
	// AttrFinding is on each finding, a subtest of the test: a [HuntFound].
	AttrFinding = "orchtest.finding"
)

// What a hunt of a test came to.
const (
	HuntPassed    = "passed"       // every schedule was run to its end, and nothing was found
	HuntFailed    = "failed"       // there are findings
	HuntUndecided = "inconclusive" // some schedule did not come to its end, and nothing was found
	HuntDeclined  = "not huntable" // the test does what cannot be hunted
	HuntNotHunted = "not hunted"   // its package could not be rewritten, or nothing of it was run
	HuntSkipped   = "skipped"      // by itself
	HuntErrored   = "errored"      // orchtest could not do its work
)

// A Hunted is what became of a test that was hunted.
type Hunted struct {
	Version int    `json:"version"`
	Outcome string `json:"outcome"`
	Reason  string `json:"reason,omitempty"` // of what is neither passed nor failed
	File    string `json:"file,omitempty"`   // where the test stands
	Line    int    `json:"line,omitempty"`

	Schedules    int      `json:"schedules"`         // that were run
	Planned      int      `json:"planned,omitempty"` // that were to be run; 0 where there is no such number
	Inconclusive int      `json:"inconclusive,omitempty"`
	Strategies   []string `json:"strategies,omitempty"` // which took turns
	Seed         string   `json:"seed,omitempty"`       // in decimal: it may exceed 53 bits
	Depth        int      `json:"depth,omitempty"`      // of pct
	Length       int      `json:"length,omitempty"`     // the most decisions of a schedule
	Threads      int      `json:"threads,omitempty"`    // the most of a schedule
	Exhausted    bool     `json:"exhausted,omitempty"`  // the search has run all schedules that there are
	Interrupted  bool     `json:"interrupted,omitempty"`
	OutOfTime    bool     `json:"outOfTime,omitempty"`

	Findings    []HuntSeen `json:"findings,omitempty"`    // its subtests
	Unconfirmed []HuntSeen `json:"unconfirmed,omitempty"` // what was found, and did not come again in a process of its own
}

// A HuntSeen is something that was found, and how many schedules have shown it.
type HuntSeen struct {
	Name  string `json:"name"`
	Times int    `json:"times"`
}

// A HuntFound is a distinct finding.
type HuntFound struct {
	Version int `json:"version"`
	Finding
	File string `json:"file,omitempty"` // where the test stands
	Line int    `json:"line,omitempty"`
	// Files are the paths of the files that sites name, by the name that the site has for it.
	Files       map[string]string `json:"files,omitempty"`
	Times       int               `json:"times"` // how many schedules have shown it
	Schedule    int               `json:"schedule"`
	Strategy    string            `json:"strategy,omitempty"`
	Seed        string            `json:"seed"`
	Preemptions *int              `json:"preemptions,omitempty"` // that the trace needs; not there where they are not known
	Hash        string            `json:"hash,omitempty"`        // of the trace
	Trace       string            `json:"trace,omitempty"`       // path of the file
	Replay      string            `json:"replay"`                // the command that replays it
}
