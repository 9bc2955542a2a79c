package decide

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// State returns, as text, where the search is: [NewDelay] goes on from there in another process. A schedule that
// is running is not done.
//
// It has the length of each schedule that was run, as far as it is remembered: from these the search finds out
// again which they were.
func (s *Delay) State() string {
	var data []byte
	for i, n := range s.nodes[:min(s.done, maxKept)] {
		value := int64(n.length-s.parent(i)) * 2
		if n.more {
			value |= 1
		}
		data = binary.AppendVarint(data, value)
	}
	return fmt.Sprintf("%d.%d.%s", s.done, s.changed, base64.RawURLEncoding.EncodeToString(data))
}

// parent returns the length of a node's parent, which its own is compared with.
func (s *Delay) parent(i int) int32 {
	if i == 0 {
		return 0
	}
	return s.nodes[s.nodes[i].parent].length
}

// NewDelay returns a search that goes on from a state, or, where that is "", begins.
func NewDelay(state string) (*Delay, error) {
	s := &Delay{}
	if state == "" {
		return s, nil
	}
	parts := strings.Split(state, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("state of the delay-bounded search: %.40q: want DONE.CHANGED.LENGTHS", state)
	}
	done, err := strconv.Atoi(parts[0])
	if err != nil {
		return nil, fmt.Errorf("state of the delay-bounded search: %w", err)
	}
	if s.changed, err = strconv.Atoi(parts[1]); err != nil {
		return nil, fmt.Errorf("state of the delay-bounded search: %w", err)
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, fmt.Errorf("state of the delay-bounded search: %w", err)
	}
	for s.done < done {
		if !s.find() {
			return nil, fmt.Errorf("state of the delay-bounded search: %d schedules, of %d", s.done, done)
		}
		if s.done >= maxKept {
			s.ran(0, false)
			continue
		}
		value, n := binary.Varint(data)
		length := value>>1 + int64(s.parent(len(s.nodes)-1))
		if n <= 0 || length < 0 || length > maxLength {
			return nil, fmt.Errorf("state of the delay-bounded search: no length of schedule %d", s.done)
		}
		data = data[n:]
		s.ran(int(length), value&1 != 0)
	}
	if len(data) > 0 {
		return nil, errors.New("state of the delay-bounded search: more lengths than schedules")
	}
	return s, nil
}
