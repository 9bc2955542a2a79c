package hunting

import (
	"slices"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
)

const (
	raceWarning = "WARNING: DATA RACE"
	raceRule    = "=================="
)

// Races returns a finding for each data race that the race detector has told of in what a process printed. One is
// the same as another if the two accesses stand at the same places. Paths below folder are shortened.
func Races(output, folder string) []protocol.Finding {
	var found []protocol.Finding
	for _, block := range strings.Split(output, raceRule+"\n") {
		block = strings.TrimRight(block, "\n")
		if !strings.HasPrefix(block, raceWarning) {
			continue
		}
		if f := race(block, folder); !slices.ContainsFunc(found, func(g protocol.Finding) bool { return g.Identity == f.Identity }) {
			found = append(found, f)
		}
	}
	return found
}

// race reads a report of the race detector: paragraphs, of which the first two are the accesses.
func race(block, folder string) protocol.Finding {
	var places, words []string
	for _, paragraph := range strings.Split(block, "\n\n") {
		lines := strings.Split(strings.TrimPrefix(paragraph, raceWarning+"\n"), "\n")
		kind, _, isAccess := strings.Cut(lines[0], " at 0x")
		if !isAccess {
			continue
		}
		at := accessed(lines[1:])
		places = append(places, at.function+" "+shortPlace(at.place))
		words = append(words, strings.ToLower(strings.TrimPrefix(kind, "Previous "))+" at "+protocol.Shorten(at.place, folder))
	}
	text := "data race"
	if len(words) > 0 {
		text += ": " + strings.Join(words, ", ")
	}
	slices.Sort(places)
	return protocol.Finding{
		Kind: protocol.FoundRace, Identity: "race: " + strings.Join(places, ", "), Text: text,
	}
}

// accessed returns the user's code that made an access: the runtime has made it for it where it is one of a map.
func accessed(lines []string) frame {
	var first frame
	for i := 0; i+1 < len(lines); i += 2 {
		place, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " +0x")
		f := frame{strings.TrimSuffix(strings.TrimSpace(lines[i]), "()"), place}
		if first.function == "" {
			first = f
		}
		if !f.plumbing() && !f.library() && !f.ours() {
			return f
		}
	}
	return first
}
