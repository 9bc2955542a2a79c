package protocol

// EnvHunt holds the [HuntRequest] of a process that hunts, as a line.
const EnvHunt = "ORCHTEST_HUNT"

// A HuntRequest is what a process of a test binary is to hunt. The process is told by -test.run and -test.count
// to run the test once for each schedule.
type HuntRequest struct {
	Test   string // a top-level test
	Report string // path of the file to which HuntReports are appended, a line each

	// Schedules with the numbers First, First+Stride, … , Count of them.
	First  int
	Count  int
	Stride int // 0 is 1

	// Strategies take turns: schedule n is of Strategies[n % len]. "random", "pct", "delay".
	Strategies []string
	Seed       uint64
	Depth      int    // of pct
	Length     int    // how many decisions are expected, for pct
	Delay      string // where the delay-bounded search goes on
	Replay     string // path of a trace that is followed instead
	Lenient    bool   // a replay that diverges goes on by default choices
	MaxSteps   int    // decisions after which threads take turns, and after as many again the schedule is inconclusive
	RealTime   bool   // leave time alone
	// Window is for how long, in milliseconds of real time, nothing may change before a deadlock or a leak is
	// said to be one: packages that are not rewritten may have timers. In search it is 0: what was found is
	// confirmed with a window.
	Window int
	Folder string // paths below it are shortened
}

// Line returns the request as [ReadHuntRequest] reads it.
func (r HuntRequest) Line() string {
	line, _ := lineOf(r.fields()) // just a finding could not be written
	return line
}

// ReadHuntRequest reads a request.
func ReadHuntRequest(line string) (r HuntRequest, err error) {
	err = readLine(line, r.fields())
	return r, err
}

func (r *HuntRequest) fields() []field {
	return []field{
		{"test", &r.Test}, {"report", &r.Report}, {"first", &r.First}, {"count", &r.Count}, {"stride", &r.Stride},
		{"strategies", &r.Strategies}, {"seed", &r.Seed}, {"depth", &r.Depth}, {"length", &r.Length}, {"delay", &r.Delay},
		{"replay", &r.Replay}, {"lenient", &r.Lenient}, {"max_steps", &r.MaxSteps},
		{"real_time", &r.RealTime}, {"window", &r.Window}, {"folder", &r.Folder},
	}
}

// What a HuntReport tells.
const (
	HuntFinding      = "finding"      // a bug, by one schedule
	HuntInconclusive = "inconclusive" // the step limit
	HuntNotHuntable  = "not-huntable" // and why
	HuntToolError    = "tool-error"   // orchtest's own runtime failed
	HuntDiverged     = "diverged"     // a replay
	HuntDone         = "done"         // the schedules of the request are done; the last line
	HuntProgress     = "progress"     // now and then
)

// A HuntReport is one line of a hunting process's report.
type HuntReport struct {
	Kind      string
	Schedule  int   // its number; of done and progress, the next one
	Schedules int   // of done and progress: how many were run
	Steps     int64 // turns, of all schedules
	Longest   int   // the most decisions of a schedule so far
	Threads   int   // the most of a schedule so far
	Strategy  string
	Delay     string // where the delay-bounded search is to go on
	Exhausted bool   // there are no other schedules
	Reason    string // in words: of not-huntable, inconclusive, tool-error, diverged

	Finding *Finding
	Trace   string // of a finding, and of a lenient replay: the schedule's trace, as text
	Hash    string // of a finding, and of done: of the last schedule's trace
}

// Line returns the report as [ReadHuntReport] reads it, without a line feed.
func (r HuntReport) Line() (string, error) { return lineOf(r.fields()) }

// ReadHuntReport reads a report.
func ReadHuntReport(line string) (r HuntReport, err error) {
	err = readLine(line, r.fields())
	return r, err
}

func (r *HuntReport) fields() []field {
	return []field{
		{"kind", &r.Kind}, {"schedule", &r.Schedule}, {"schedules", &r.Schedules}, {"steps", &r.Steps},
		{"longest", &r.Longest}, {"threads", &r.Threads}, {"strategy", &r.Strategy}, {"delay", &r.Delay},
		{"exhausted", &r.Exhausted}, {"reason", &r.Reason}, {"finding", &r.Finding}, {"trace", &r.Trace}, {"hash", &r.Hash},
	}
}

// Kinds of findings.
const (
	FoundDeadlock = "deadlock"
	FoundLeak     = "leak"
	FoundPanic    = "panic"
	FoundFailure  = "failure"
	FoundRace     = "race"
)

// A Finding is a bug that a schedule showed.
type Finding struct {
	Kind     string       `json:"kind"`
	Identity string       `json:"identity"` // the same for the same bug: its blocked sites or its stack
	Text     string       `json:"text"`     // in words
	Threads  []HuntThread `json:"threads,omitempty"`
	Turns    []HuntTurn   `json:"turns,omitempty"` // of the schedule, the last ones where they are very many
	Skipped  int          `json:"skipped,omitempty"`
}

// A HuntThread is one thread of a finding's schedule.
type HuntThread struct {
	Number  int    `json:"number"`
	Parent  int    `json:"parent"`            // number of the thread that started it, -1 where that is not known
	Started string `json:"started,omitempty"` // site of the go statement; "" of the test itself
	Ended   bool   `json:"ended,omitempty"`
	On      string `json:"on,omitempty"`    // what it waits on, if it is blocked
	At      string `json:"at,omitempty"`    // file:line where
	Since   int    `json:"since,omitempty"` // the turn since which
	Stack   string `json:"stack,omitempty"`
}

// A HuntTurn is one turn.
type HuntTurn struct {
	Thread  int    `json:"thread"`            // -1: a timer fired
	From    string `json:"from"`              // the site where it stood
	To      string `json:"to"`                // the site at which the turn ended; "" where the thread ended
	Blocked bool   `json:"blocked,omitempty"` // it was blocked in the operation of From, or of what came after
	Until   int    `json:"until,omitempty"`   // turn in which it went on then
}
