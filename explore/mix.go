package explore

// A mix is what explores a call that has more sequences than are to be run, where nothing else was asked
// for: half of the scenarios are those with the fewest switches, which find most bugs, and the other half
// are drawn at random from the rest, for those bugs that need many.
type mix struct {
	fewest *Fewest
	random *Sample
}

func newMix(space Space, serial Execution, c Config) *mix {
	half := (c.Enough + 1) / 2
	c.Strategy, c.Limit = AtRandom, c.Limit-half
	m := &mix{fewest: NewFewest(space, serial, half), random: newSample(space, serial, c)}
	m.random.taken, m.random.about.Scenarios = 0, 0 // the serial run is one of the other half
	return m
}

// Wait implements [Strategy]. It waits for the first half to be done before the second one begins.
func (m *mix) Wait() bool { return m.fewest.Wait() || m.random.Wait() }

// Next implements [Strategy].
func (m *mix) Next() *Job {
	if job := m.fewest.Next(); job != nil {
		return job
	}
	if m.fewest.busy() {
		return nil
	}
	return m.random.Next()
}

// Done implements [Strategy].
func (m *mix) Done(job *Job, x Execution) {
	if job.sample == m.random {
		m.random.Done(job, x)
		return
	}
	m.random.told(job, x)
	m.fewest.Done(job, x)
}

// Progress implements [Strategy].
func (m *mix) Progress() Progress {
	fewest, p := m.fewest.Progress(), m.random.Progress()
	p.Strategies = append(fewest.Strategies, p.Strategies...)
	return p
}
