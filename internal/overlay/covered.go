package overlay

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"

	"github.com/orchtest/orchtest/internal/gobuild"
)

// A build with coverage has two programs that change a file's text. The cover tool must see the user's
// text, or the inserted statements would count and the profile have columns that are nobody's. So the
// inserted text stands between marks, each a comment; [Hollow] takes it out for the cover tool and
// leaves a comment in each place, which the tool carries to where the place is in its output, and
// there [Fill] puts the text back. The line directives that follow the marks stay: positions are those
// of the user's file with and without what is between the marks.
const (
	markBegin = "/*orchtest<*/"
	markEnd   = "/*>orchtest*/"
)

// hole is the comment that stands for the text that Hollow has taken out.
var hole = regexp.MustCompile(`/\*orchtest#(\d+)\*/`)

// mark puts the marks around text that is to be inserted.
func (r rewriting) mark(text string) string {
	if !r.marked {
		return text
	}
	return markBegin + text + markEnd
}

// Hollow takes out of a file what [Config.Marked] has put into it. The taken texts are for [Fill];
// there are none in a file without marks.
func Hollow(text []byte) (hollow []byte, taken [][]byte) {
	for {
		before, rest, found := bytes.Cut(text, []byte(markBegin))
		inside, after, ended := bytes.Cut(rest, []byte(markEnd))
		if !found || !ended {
			return append(hollow, text...), taken
		}
		hollow = fmt.Appendf(append(hollow, before...), "/*orchtest#%d*/", len(taken))
		taken = append(taken, inside)
		text = after
	}
}

// Fill puts the texts that Hollow has taken out back to where the cover tool has carried their places.
// An error says that the tool has not carried each of them.
func Fill(text []byte, taken [][]byte) ([]byte, error) {
	filled := 0
	text = hole.ReplaceAllFunc(text, func(comment []byte) []byte {
		i, err := strconv.Atoi(string(hole.FindSubmatch(comment)[1]))
		if err != nil || i >= len(taken) {
			return comment // the user's own
		}
		filled++
		return taken[i]
	})
	if filled != len(taken) {
		return nil, fmt.Errorf("%d syncpoints of %d are there", filled, len(taken))
	}
	return text, nil
}

// ReadReplaced reads an overlay file that [Build] has made: which file stands for which.
func ReadReplaced(file string) (map[string]string, error) {
	return gobuild.ReadFiles(file, "")
}
