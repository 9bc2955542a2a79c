package runner

import "fmt"

// How much of the output of one scenario is kept: the beginning and the end.
const (
	keptHead = 1 << 20
	keptTail = 1 << 20
)

// An outputBuffer keeps what a scenario prints, as far as that is of use: of very much output the
// middle is left out. The zero value is empty.
type outputBuffer struct {
	head []byte
	tail []byte // up to twice keptTail; its end counts
	lost int    // bytes that were cut off the tail's beginning
}

func (b *outputBuffer) add(p []byte) {
	if room := keptHead - len(b.head); room > 0 {
		n := min(room, len(p))
		b.head = append(b.head, p[:n]...)
		p = p[n:]
	}
	b.tail = append(b.tail, p...)
	if cut := len(b.tail) - keptTail; cut > keptTail {
		b.lost += cut
		b.tail = b.tail[:copy(b.tail, b.tail[cut:])]
	}
}

// text returns what was kept, with a line in place of what was not.
func (b *outputBuffer) text() string {
	tail, lost := b.tail, b.lost
	if cut := len(tail) - keptTail; cut > 0 {
		tail, lost = tail[cut:], lost+cut
	}
	if lost == 0 {
		return string(b.head) + string(tail)
	}
	return fmt.Sprintf("%s\n[orchtest left out %d bytes here]\n%s", b.head, lost, tail)
}
