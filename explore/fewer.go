package explore

// A Fewer looks for executions with fewer preemptions than one that is known: those with the fewest first, and none
// that is known. It is a [Fewest] without a limit to their number.
type Fewer struct {
	*Fewest
	known *Known
}

// NewFewer returns the strategy, for executions with fewer preemptions than so many. What is run is to be added to
// what is known before its job is done. The execution is that of the serial run.
func NewFewer(space Space, serial Execution, known *Known, preemptions int) *Fewer {
	f := &Fewer{Fewest: NewFewest(space, serial, noLimit), known: known}
	f.Below(preemptions)
	return f
}

// noLimit is as many executions as a [Fewest] may keep.
const noLimit = maxChances

// Next implements [Strategy].
func (f *Fewer) Next() *Job {
	for {
		job := f.Fewest.Next()
		if job == nil {
			return nil
		}
		report := f.known.Find(job.Ask)
		if report == nil {
			return job
		}
		f.Done(job, job.Read(report))
	}
}
