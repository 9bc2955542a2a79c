package junit

import "testing"

func TestClean(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want string }{
		{"plain", "a\tb\n", "a\tb\n"},
		{"other languages", "große Änderung, 変更, 🐹", "große Änderung, 変更, 🐹"},
		{"markup", `<a href="x">&amp;]]>`, `<a href="x">&amp;]]>`},
		{"NUL and others", "a\x00b\x07c\x0b", "a\uFFFDb\uFFFDc\uFFFD"},
		{"not UTF-8", "a\xff\xfeb\xc3", "a\uFFFD\uFFFDb\uFFFD"},
		{"half of a surrogate pair", "\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
		{"not characters", "\uFFFE\uFFFF\uFFFD", "\uFFFD\uFFFD\uFFFD"},
		{"CRLF", "a\r\nb\r\n", "a\nb\n"},
		{"CR", "10%\r20%\r\r\n", "10%\n20%\n\n"},
		{"colours", "\x1b[1;31mred\x1b[0m \x1b[38;5;9mred\x1b[m \x1b[38:2::1:2:3mred", "red red red"},
		{"cursor", "a\x1b[2K\x1b[1A\x1b[?25l\x1b[6nb", "ab"},
		{"window title", "\x1b]0;title\x07a\x1b]2;title\x1b\\b", "ab"},
		{"link", "\x1b]8;;https://example.com\x1b\\here\x1b]8;;\x1b\\", "here"},
		{"control string without an end", "\x1b]0;all of this\nstays", "\uFFFD]0;all of this\nstays"},
		{"two and three characters", "a\x1bc\x1b7\x1b8\x1b(B\x1b=b", "ab"},
		{"sequence in a sequence", "\x1b\x1b[0m[0m", "\uFFFD[0m"},
		{"sequence without an end", "a\x1b[31", "a\uFFFD[31"},
		{"escape alone", "a\x1b", "a\uFFFD"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := clean(test.in)
			if got != test.want {
				t.Errorf("clean(%q) = %q, want %q", test.in, got, test.want)
			}
			if again := clean(got); again != got {
				t.Errorf("clean(%q) = %q, want what it is", got, again)
			}
		})
	}
}
