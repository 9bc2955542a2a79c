package decide

import (
	"slices"
	"unsafe"
)

// A Recorder records what another one decides. It keeps its memory from schedule to schedule.
type Recorder struct {
	Decider Decider // may be changed in the middle of a schedule

	made    []made
	options []Option
	hash    uint64
	hashed  [256]hashed
}

// A made decision. Its options are in a slice that all share.
type made struct {
	kind    Kind
	site    string
	thread  int32
	current int32
	from    int32 // of the options
	to      int32
	choice  int32
}

// A hashed string is kept so that its memory is not that of another one.
type hashed struct {
	text string
	hash uint64
}

// Begin forgets what was recorded.
//
//go:norace
func (r *Recorder) Begin() {
	r.made, r.options, r.hash = r.made[:0], r.options[:0], offset
}

// Decide implements [Decider].
//
//go:norace
func (r *Recorder) Decide(d *Decision) int {
	choice := r.Decider.Decide(d)
	if choice < 0 {
		return choice
	}
	from := len(r.options)
	r.options = grown(r.options, len(d.Options))
	for i := range d.Options {
		r.options = r.options[:from+i+1]
		r.options[from+i] = d.Options[i]
		r.mix(uint64(d.Options[i].Number))
		r.mix(r.hashOf(d.Options[i].Site))
	}
	r.mix(r.hashOf(d.Site))
	r.mix(uint64(d.Kind)<<32 | uint64(choice))
	r.made = grown(r.made, 1)
	r.made = r.made[:len(r.made)+1]
	r.made[len(r.made)-1] = made{
		d.Kind, d.Site, int32(d.Thread), int32(d.Current), int32(from), int32(len(r.options)), int32(choice),
	}
	return choice
}

// Len returns how many decisions were recorded.
//
//go:norace
func (r *Recorder) Len() int { return len(r.made) }

// Hash returns a hash of what was recorded, the same in every process.
//
//go:norace
func (r *Recorder) Hash() uint64 { return r.hash }

// Trace returns what was recorded. It shares no memory with the recorder.
func (r *Recorder) Trace(h Header) *Trace {
	t := &Trace{Header: h}
	options := slices.Clone(r.options)
	for _, m := range r.made {
		t.Decisions = append(t.Decisions, Decided{Decision{
			Kind: m.kind, Site: m.site, Thread: int(m.thread), Current: int(m.current),
			Options: options[m.from:m.to:m.to],
		}, int(m.choice)})
	}
	return t
}

// FNV-1a, of words instead of bytes.
const (
	offset = 14695981039346656037
	prime  = 1099511628211
)

//go:norace
func (r *Recorder) mix(x uint64) { r.hash = mix((r.hash ^ x) * prime) }

// hashOf returns the hash of a site. Sites are constants, so where they lie tells them apart in most cases.
//
//go:norace
func (r *Recorder) hashOf(text string) uint64 {
	if text == "" {
		return offset
	}
	at := uintptr(unsafe.Pointer(unsafe.StringData(text)))
	known := &r.hashed[(at>>4^at>>12)%uintptr(len(r.hashed))]
	if len(known.text) == len(text) && unsafe.StringData(known.text) == unsafe.StringData(text) {
		return known.hash
	}
	known.text, known.hash = text, hashText(text)
	return known.hash
}

//go:norace
func hashText(text string) uint64 {
	h := uint64(offset)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * prime
	}
	return h
}
