package decide

func (s *Delay) Changed() int { return s.changed }

// Departures returns how many choices of the best trace are not the usual ones.
func (s *Shrinker) Departures() int { return len(s.departures) }
