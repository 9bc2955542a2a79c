package html_test

import (
	"io"
	"testing"

	"github.com/orchtest/orchtest/html"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// many is a run of 10,000 scenarios of 12 turns, each of which ends like that.
func many(t testing.TB, action, output string) *recorder {
	r := newRecorder(t)
	names := []string{"first", "second", "third"}
	r.plan("TestMany", names...)
	n := 0
	for sequence := range permutations.All([]int{4, 4, 4}) {
		if n++; n > 10_000 {
			break
		}
		s := protocol.Scenario{Threads: names, FailedTurn: -1, File: "/src/bank/account_test.go", Line: 12}
		for i, thread := range sequence {
			s.Turns = append(s.Turns, at(thread, i+1))
		}
		r.scenario("TestMany", s, action, output)
	}
	r.end("TestMany", action)
	return r
}

// bulks are runs of 10,000 scenarios.
var bulks = []struct{ name, action, output string }{
	{"passed", "pass", ""},
	{"failed", "fail", "    account_test.go:17: overdrawn: balance -40\n"},
}

// BenchmarkWrite writes the page of 10,000 scenarios.
func BenchmarkWrite(b *testing.B) {
	for _, bulk := range bulks {
		b.Run(bulk.name, func(b *testing.B) {
			report := many(b, bulk.action, bulk.output).report
			for b.Loop() {
				if err := html.Write(io.Discard, report.Packages(), html.Config{Source: source}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOpen opens the page of 10,000 scenarios in Chromium: its size, when all of it was read and the script had
// run, when the reader first saw something, and when the list was there.
func BenchmarkOpen(b *testing.B) {
	browser := startBrowser(b)
	for _, bulk := range bulks {
		b.Run(bulk.name, func(b *testing.B) {
			text := many(b, bulk.action, bulk.output).page(html.Config{Source: source})
			sum := map[string]float64{}
			n := 0
			for b.Loop() {
				tab := open(b, browser, text)
				tab.until(`document.querySelectorAll(".row").length > 0 && performance.getEntriesByName("first-contentful-paint").length > 0`)
				for name, expression := range map[string]string{
					"ms-loaded":  `performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd`,
					"ms-painted": `performance.getEntriesByName("first-contentful-paint")[0].startTime`,
				} {
					sum[name] += eval[float64](tab, expression)
				}
				n++
			}
			for name, ms := range sum {
				b.ReportMetric(ms/float64(n), name)
			}
			b.ReportMetric(float64(len(text))/1e6, "MB")
		})
	}
}

// TestManySmall: the page of 10,000 scenarios is small, whatever became of them.
func TestManySmall(t *testing.T) {
	for _, bulk := range bulks {
		t.Run(bulk.name, func(t *testing.T) {
			text := many(t, bulk.action, bulk.output).page(html.Config{Source: source})
			if size := len(text); size > 5e6 {
				t.Errorf("%d bytes", size)
			}
			t.Logf("%.1f MB", float64(len(text))/1e6)
		})
	}
}
