package explore

import (
	"math/big"
	"slices"
	"strconv"
	"sync"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// maxNodes is how many turns a Sample keeps: 256 MiB. When it has them, it gives no further job.
const maxNodes = 1 << 24

// maxKnown is how many sequences in a row may turn out to execute what was run before, until a Sample
// gives up: a few seconds.
const maxKnown = 1 << 20

// maxOthers is how many more sequences may be drawn that are another shard's than all shards are to run, until
// a Sample gives up.
const maxOthers = 1 << 22

// A Sample runs sequences that are drawn at random. It foretells from the executions that it knows of
// what a sequence executes, and leaves out one that would execute what was run before, or is running. What
// cannot be foretold while another job is running waits for that.
//
// The same seed gives the same executions, however many run at once: those of the first sequences that
// are drawn, as many as it takes.
type Sample struct {
	space  Space
	serial Execution
	about  protocol.Strategy
	limit  int

	mu         sync.Mutex
	changed    sync.Cond
	sequences  permutations.Sequences
	trie       trie
	next       *Job             // found and not given
	draws      int              // how many sequences were drawn
	waiting    map[step][]drawn // by step that is being taken, the sequences that take it too
	deferred   int              // how many these are
	again      []drawn          // sequences that waited, in the order in which they were drawn
	taken      int              // jobs found, and the serial run if it counts
	running    int
	known      int // sequences in a row that were known
	others     int // sequences that are another shard's
	executions int
	over       bool
	all        bool // every sequence was run, or executes like one that was
	forgot     bool // some may have been run twice
	most       int  // nodes of the trie
	total      *big.Int
	infeasible big.Int
}

// A drawn sequence has the number of its draw.
type drawn struct {
	sequence []int
	number   int
}

// newSample returns the strategy random or pct. The execution is that of the serial run.
func newSample(space Space, serial Execution, c Config) *Sample {
	space.Counts = slices.Clone(space.Counts)
	s := &Sample{
		space: space, serial: serial, limit: c.Limit, most: maxNodes, total: space.Count(), waiting: map[step][]drawn{},
		about: protocol.Strategy{Name: c.Strategy, Seed: strconv.FormatUint(c.Seed, 10)},
	}
	if space.Owns(serial.Sequence) {
		s.taken, s.about.Scenarios = 1, 1
	}
	s.trie.space = &s.space
	s.changed.L = &s.mu
	if c.Strategy == WithPCT {
		s.about.Depth, s.about.Chance = c.Depth, chanceOf(space.Counts, c.Depth).String()
	}
	s.sequences = s.sequencesOf(c.Seed)
	s.learn(serial)
	return s
}

// A symmetrical is an iterator that can leave sequences out.
type symmetrical interface {
	permutations.Sequences
	Symmetric(classes []int) error
}

// symmetric makes an iterator one over the sequences of the space.
func symmetric(it symmetrical, space Space) permutations.Sequences {
	if err := it.Symmetric(space.classes()); err != nil {
		panic("explore: " + err.Error()) // who makes the space has seen to it
	}
	return it
}

// chanceOf returns one in how many draws, at least, meets a bug of the depth.
func chanceOf(counts []int, depth int) *big.Int {
	turns := 0
	for _, n := range counts {
		turns += n
	}
	depth = min(depth, max(turns, 1))
	chance := new(big.Int).Exp(big.NewInt(int64(turns)), big.NewInt(int64(depth-1)), nil)
	return chance.Mul(chance, big.NewInt(int64(len(counts))))
}

// Wait implements [Strategy].
func (s *Sample) Wait() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.find(); s.next == nil && s.running > 0; s.find() {
		s.changed.Wait()
	}
	return s.next != nil
}

// find finds the next job, if there is one.
func (s *Sample) find() {
	for s.next == nil && !s.over && s.taken+s.deferred < s.limit {
		d, ok := s.draw()
		if !ok {
			s.over = s.deferred == 0
			return
		}
		if !s.space.Owns(d.sequence) {
			s.others++
			s.over = s.over || s.others > maxOthers+min(s.limit, 1<<40)*s.space.part.shard.Of
			continue
		}
		turns, step, leaves := s.trie.follow(d.sequence)
		if !leaves || !s.space.overlaps(turns[:len(turns)-1], turns[len(turns)-1]) {
			s.known++
			s.over = s.over || s.known > maxKnown
			continue
		}
		if _, is := s.waiting[step]; is {
			s.waiting[step] = append(s.waiting[step], drawn{slices.Clone(d.sequence), d.number})
			s.deferred++
			continue
		}
		s.known = 0
		s.waiting[step] = nil
		s.taken++
		s.next = &Job{space: &s.space, Prefix: turns, Ask: slices.Clone(d.sequence), sample: s, step: step, number: d.number}
	}
}

// unfind gives a job up that was found and not given: more is known now, and an earlier draw may go before it. So
// the order of the jobs does not depend on when somebody has asked whether there is one.
func (s *Sample) unfind() {
	if s.next == nil {
		return
	}
	delete(s.waiting, s.next.step)
	s.taken--
	s.again = append(s.again, drawn{s.next.Ask, s.next.number})
	s.next = nil
}

// draw returns the next sequence to be looked at.
func (s *Sample) draw() (drawn, bool) {
	if len(s.again) > 0 {
		d := s.again[0]
		s.again = s.again[1:]
		return d, true
	}
	if len(s.trie.nodes) == 0 || len(s.trie.nodes) > s.most {
		return drawn{}, false
	}
	ok := s.sequences.Next()
	s.all = s.all || (!ok && s.about.Name == AtRandom)
	s.draws++
	return drawn{s.sequences.Sequence(), s.draws}, ok
}

// Next implements [Strategy].
func (s *Sample) Next() *Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.find()
	job := s.next
	if job != nil {
		s.next = nil
		s.running++
	}
	return job
}

// Done implements [Strategy].
func (s *Sample) Done(job *Job, x Execution) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
	if job.Mine(x) {
		s.about.Scenarios++
	} else {
		s.taken--
	}
	s.again = append(s.again, s.waiting[job.step]...)
	s.deferred -= len(s.waiting[job.step])
	delete(s.waiting, job.step)
	s.unfind()
	slices.SortFunc(s.again, func(a, b drawn) int { return a.number - b.number })
	if !x.known {
		s.trie.dead(job.step)
	}
	s.learn(x)
	s.changed.Broadcast()
}

// told takes what became of a job of another strategy, whose jobs are done before the first one is taken
// from this one.
func (s *Sample) told(job *Job, x Execution) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if job.leaves(x) {
		return // it does not count, and may still be drawn
	}
	s.unfind()
	if !x.known {
		if _, step, leaves := s.trie.follow(job.Ask); leaves {
			s.trie.dead(step)
		}
	}
	s.learn(x)
}

// learn takes note of an execution.
func (s *Sample) learn(x Execution) {
	if !x.known {
		return
	}
	common, isNew := s.trie.insert(x)
	if !isNew {
		return
	}
	if s.space.Owns(x.Sequence) {
		s.executions++
	}
	s.space.infeasible(&s.infeasible, &s.trie.course, common, x.Sequence)
	all := big.NewInt(int64(s.executions))
	if all.Add(all, &s.infeasible).Cmp(s.total) == 0 {
		s.all, s.over = true, true
	}
}

// Progress implements [Strategy].
func (s *Sample) Progress() Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == 0 {
		s.find() // whether it is over does not depend on who has asked for a job
	}
	all := big.NewInt(int64(s.executions))
	return Progress{
		Infeasible: new(big.Int).Set(&s.infeasible),
		Repeated:   s.forgot,
		More:       all.Add(all, &s.infeasible).Cmp(s.total) < 0,
		Over:       s.over && s.running == 0 && s.next == nil,
		Strategies: []protocol.Strategy{s.about},
	}
}
