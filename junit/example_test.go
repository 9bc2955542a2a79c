package junit_test

import (
	"os"
	"strings"

	"github.com/orchtest/orchtest/junit"
	"github.com/orchtest/orchtest/parse"
)

func Example() {
	const stream = `
{"Action":"start","Package":"example.com/bank"}
{"Action":"run","Package":"example.com/bank","Test":"TestOverdraft"}
{"Action":"output","Package":"example.com/bank","Test":"TestOverdraft","Output":"=== RUN   TestOverdraft\n"}
{"Action":"output","Package":"example.com/bank","Test":"TestOverdraft","Output":"    bank_test.go:9: balance -40\n"}
{"Action":"output","Package":"example.com/bank","Test":"TestOverdraft","Output":"--- FAIL: TestOverdraft (0.02s)\n"}
{"Action":"fail","Package":"example.com/bank","Test":"TestOverdraft","Elapsed":0.02}
{"Action":"fail","Package":"example.com/bank","Elapsed":0.1}
`
	report := junit.New(junit.Config{})
	for line := range strings.Lines(strings.TrimSpace(stream)) {
		event, err := parse.Decode([]byte(line))
		if err != nil {
			panic(err)
		}
		report.Add(event)
	}
	if err := report.WriteXML(os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <testsuites time="0.100" tests="1" failures="1" errors="0" skipped="0">
	// 	<testsuite name="example.com/bank" tests="1" failures="1" errors="0" id="0" time="0.100" skipped="0">
	// 		<testcase name="TestOverdraft" classname="example.com/bank" time="0.020">
	// 			<failure message="Failed" type=""><![CDATA[    bank_test.go:9: balance -40
	// ]]></failure>
	// 		</testcase>
	// 	</testsuite>
	// </testsuites>
}
