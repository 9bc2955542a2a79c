package junit

import "slices"

// A rerun is a run of a test that failed, beside the one that its case is of, as Maven's Surefire writes it
// (https://maven.apache.org/surefire/maven-surefire-plugin/examples/rerun-failing-tests.html).
type rerun struct {
	Message    string `xml:"message,attr"`
	Type       string `xml:"type,attr"`
	StackTrace string `xml:"stackTrace"`
}

// reruns are the runs of a test that had failed, in their order.
type reruns []*test

// rerunsOf returns the reruns by name.
func rerunsOf(tests []*test) map[string]reruns {
	if !slices.ContainsFunc(tests, func(t *test) bool { return t.again > 0 }) {
		return nil // there may be very many
	}
	first := map[string]bool{}
	all := map[string]reruns{}
	for _, t := range tests { // in the order in which they ran, where the name is the same
		switch {
		case t.again == 0:
			first[t.name] = true
		case first[t.name]:
			all[t.name] = append(all[t.name], t)
		}
	}
	return all
}

// passed reports whether the test passed at last. A test that others are subtests of may have been run several times
// the same time.
func (r reruns) passed() bool {
	last := r[len(r)-1].again
	for _, t := range r {
		if t.again == last && t.outcome().verdict != passed {
			return false
		}
	}
	return true
}

// addTo adds the reruns to the case of a test that failed at first. It reports whether the test is flaky: then the
// case is one that passed, and the failures are beside that.
func (r reruns) addTo(c *testcase) (flaky bool) {
	if len(r) == 0 || c.Failure == nil && c.Error == nil {
		return false
	}
	var failures []rerun
	if flaky = r.passed(); flaky {
		for _, found := range []*result{c.Failure, c.Error} {
			if found != nil {
				failures = append(failures, rerun{found.Message, found.Type, found.Data})
			}
		}
	}
	for _, t := range r {
		if o := t.outcome(); o.bad() {
			failures = append(failures, rerun{clean(o.message), "", clean(t.text())})
		}
	}
	if flaky {
		c.Failure, c.Error, c.Flaky = nil, nil, failures
	} else {
		c.Reruns = failures
	}
	return flaky
}
