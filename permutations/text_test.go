package permutations_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/orchtest/orchtest/permutations"
	"pgregory.net/rapid"
)

func TestFormatAndParse(t *testing.T) {
	for _, test := range []struct {
		name     string
		sequence []int
		text     string
	}{
		{"empty", []int{}, ""},
		{"one turn", []int{0}, "0"},
		{"turns", []int{0, 1, 0, 1}, "0,1,0,1"},
		{"two digits", []int{10, 0, 105}, "10,0,105"},
		{"largest index", []int{permutations.MaxTurns}, "65536"},
		{"most turns", make([]int, permutations.MaxTurns), strings.Repeat("0,", permutations.MaxTurns-1) + "0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := permutations.Format(test.sequence); got != test.text {
				t.Errorf("Format: got %.80q, want %.80q", got, test.text)
			}
			got, err := permutations.Parse(test.text)
			if err != nil || got == nil || !slices.Equal(got, test.sequence) {
				t.Errorf("Parse(%.80q): got %d turns, %v; want %d turns", test.text, len(got), err, len(test.sequence))
			}
		})
	}
}

func TestFormatOfNil(t *testing.T) {
	if got := permutations.Format(nil); got != "" {
		t.Errorf("Format(nil): got %q, want the empty text", got)
	}
}

func TestParseErrors(t *testing.T) {
	const grammar = "a sequence is thread indexes separated by single commas, as 0,1,0,1"
	for _, test := range []struct {
		name string
		text string
		want string
	}{
		{"comma at the start", ",0", `sequence ",0": a comma at character 1, where a thread index has to stand; ` + grammar},
		{"comma at the end", "0,", `sequence "0,": the end at character 3, where a thread index has to stand; ` + grammar},
		{"two commas", "0,,1", `sequence "0,,1": a comma at character 3, where a thread index has to stand; ` + grammar},
		{"comma alone", ",", `sequence ",": a comma at character 1, where a thread index has to stand; ` + grammar},
		{"space after a comma", "0, 1", `sequence "0, 1": a space at character 3, where a thread index has to stand; ` + grammar},
		{"space before a comma", "0 ,1", `sequence "0 ,1": a space at character 2, where a comma or the end has to stand; ` + grammar},
		{"space alone", " ", `sequence " ": a space at character 1, where a thread index has to stand; ` + grammar},
		{"end of line", "0,1\n", `sequence "0,1\n": '\n' at character 4, where a comma or the end has to stand; ` + grammar},
		{"minus", "0,-1", `sequence "0,-1": '-' at character 3, where a thread index has to stand; ` + grammar},
		{"plus", "+1", `sequence "+1": '+' at character 1, where a thread index has to stand; ` + grammar},
		{"letter", "a", `sequence "a": 'a' at character 1, where a thread index has to stand; ` + grammar},
		{"other separator", "0;1", `sequence "0;1": ';' at character 2, where a comma or the end has to stand; ` + grammar},
		{"hexadecimal", "0x1", `sequence "0x1": 'x' at character 2, where a comma or the end has to stand; ` + grammar},
		{"foreign digit", "0,١", `sequence "0,١": '١' at character 3, where a thread index has to stand; ` + grammar},
		{"not UTF-8", "0\xff", `sequence "0\xff": the byte 0xff at character 2, where a comma or the end has to stand; ` + grammar},
		{"leading zero", "0,01", `sequence "0,01": leading zero at character 3; write each index without, as 0,1,0,1`},
		{"two zeros", "00", `sequence "00": leading zero at character 1; write each index without, as 0,1,0,1`},
		{"large index", "0,65537", `sequence "0,65537": index at character 3 is too large; an index may be at most 65536`},
		{"index beyond 64 bits", "99999999999999999999", `sequence "99999999999999999999": index at character 1 is too large; an index may be at most 65536`},
		{"too many turns", strings.Repeat("0,", permutations.MaxTurns) + "0", `sequence "` + strings.Repeat("0,", 30) + `"…: it has 65537 turns and may have at most 65536`},
		{"text that is just not long", strings.Repeat("0,", 29) + "0٠", `sequence "` + strings.Repeat("0,", 29) + `0٠": '٠' at character 60, where a comma or the end has to stand; ` + grammar},
		{"long text", strings.Repeat("0,", 29) + "0٠0", `sequence "` + strings.Repeat("0,", 29) + `0٠"…: '٠' at character 60, where a comma or the end has to stand; ` + grammar},
	} {
		t.Run(test.name, func(t *testing.T) {
			sequence, err := permutations.Parse(test.text)
			if err == nil {
				t.Fatalf("Parse(%.80q): got %v, want an error", test.text, sequence)
			}
			if sequence != nil {
				t.Errorf("Parse(%.80q): got %v beside the error, want nil", test.text, sequence)
			}
			if err.Error() != test.want {
				t.Errorf("Parse(%.80q):\n got %s\nwant %s", test.text, err, test.want)
			}
		})
	}
}

func TestParseOfFormat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sequence := rapid.SliceOf(rapid.IntRange(0, permutations.MaxTurns)).Draw(t, "sequence")
		got, err := permutations.Parse(permutations.Format(sequence))
		if err != nil || !slices.Equal(got, sequence) {
			t.Fatalf("Parse(Format(%v)): got %v, %v", sequence, got, err)
		}
	})
}

func TestParseDoesNotAllocateForGarbage(t *testing.T) {
	garbage := strings.Repeat(",", 1<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := permutations.Parse(garbage); err == nil {
		t.Error("Parse of a million commas: got nil, want an error")
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<16 {
		t.Errorf("Parse of a million commas: got %d bytes allocated, want at most 65536", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"", "0", "0,1,0,1", "2,10,0", "65536", "65537", "18446744073709551616", // 2⁶⁴
		",", "0,", ",0", "0,,1", " 0", "0 ", "0, 1", "00", "01", "-0", "+1", "0x1", "1e3", "1_0", "0\n", "٠", "0\xff", "0\x00",
		// What fuzzing kept, one of each kind.
		"0,0,0,0,0,0,0,0,0", "700000000000000000000", "7000000A\x7f", "0\xcc\x02؏0", "\"\"", "\\\"", "\x1a\n\x0e\r\u05eb",
		"\xee", "\ue030", "A\xd20", "\xe5\x800", "\U000a0f12\fߠڞ", "\x7f\x00\x15", "1000000000000000000000000000000000000000000",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sequence, err := permutations.Parse(text)
		if err != nil {
			message := err.Error()
			if strings.ContainsAny(message, "\n\r\x1b\x00") || !utf8.ValidString(message) {
				t.Errorf("Parse(%q): its error is not one line of text: %q", text, message)
			}
			if len(message) > 1000 {
				t.Errorf("Parse(%q): its error is %d bytes long: %s", text, len(message), message)
			}
			return
		}
		if got := permutations.Format(sequence); got != text {
			t.Errorf("Format(Parse(%q)): got %q", text, got)
		}
		for _, index := range sequence {
			if index < 0 || index > permutations.MaxTurns {
				t.Errorf("Parse(%q): got index %d", text, index)
			}
		}
	})
}
