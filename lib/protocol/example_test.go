package protocol_test

import (
	"fmt"

	"github.com/orchtest/orchtest/lib/protocol"
)

func ExamplePattern() {
	fmt.Println(protocol.Pattern("TestWithdraw/a+b"))
	// Output: ^TestWithdraw$/^a\+b$
}

func ExampleSuffix() {
	for call := range 3 {
		fmt.Println("TestWithdraw/0,1,0,1" + protocol.Suffix(call))
	}
	// Output:
	// TestWithdraw/0,1,0,1
	// TestWithdraw/0,1,0,1#01
	// TestWithdraw/0,1,0,1#02
}

func ExampleSplit() {
	parts := protocol.Split("TestWithdraw", protocol.AttrPlan, `{"version":1}`)
	fmt.Println(parts) // in one part, as it is short
	// Output: [{"version":1}]
}

func ExampleJoiner() {
	var j protocol.Joiner
	for _, part := range []string{`1/3 {"ver`, `2/3 sion"`, `3/3 :1}`} {
		whole, complete, err := j.Add(part)
		fmt.Println(whole, complete, err)
	}
	// Output:
	//  false <nil>
	//  false <nil>
	// {"version":1} true <nil>
}

func ExampleTimeline() {
	fmt.Print(protocol.Timeline(protocol.Scenario{
		Threads: []string{"first", "second"},
		Turns: []protocol.Turn{
			{Thread: 0, File: "/src/bank/account.go", Line: 12},
			{Thread: 1, File: "/src/bank/account.go", Line: 12},
			{Thread: 0, End: protocol.Returned},
			{Thread: 1, End: protocol.Panicked, File: "/src/bank/account.go", Line: 15},
		},
		FailedTurn: 3,
	}, "/src/bank"))
	// Output:
	// turn  thread  from           to
	//    1  first   start          account.go:12
	//    2  second  start          account.go:12
	//    3  first   account.go:12  end
	//    4  second  account.go:12  panic account.go:15   <- failed here
}

func ExampleScenario_Executed() {
	s := protocol.Scenario{Turns: []protocol.Turn{
		{Thread: 0, File: "/src/bank/account.go", Line: 12},
		{Thread: 1, End: protocol.Returned},
		{Thread: 0, End: protocol.Returned},
	}}
	fmt.Println(s.Executed())
	// Output: [0 1 0]
}
