package permutations_test

import (
	"fmt"
	"math/big"

	"github.com/orchtest/orchtest/permutations"
)

func Example() {
	for sequence := range permutations.All([]int{2, 2}) {
		fmt.Println(permutations.Format(sequence))
	}
	// Output:
	// 0,0,1,1
	// 0,1,0,1
	// 0,1,1,0
	// 1,0,0,1
	// 1,0,1,0
	// 1,1,0,0
}

func ExampleCount() {
	fmt.Println(permutations.Count([]int{2, 2}))
	fmt.Println(permutations.Count([]int{6, 6, 6}))
	// Output:
	// 6
	// 17153136
}

func ExampleSerial() {
	fmt.Println(permutations.Serial([]int{2, 1, 3}))
	// Output: [0 0 1 2 2 2]
}

func ExampleCounts() {
	fmt.Println(permutations.Counts([]int{0, 1, 1}, 2))
	// Output: [1 2]
}

func ExampleNew() {
	it := permutations.New([]int{2, 1})
	it.Next() // the serial sequence, which has been run already
	for it.Next() {
		fmt.Println(it.Sequence())
	}
	// Output:
	// [0 1 0]
	// [1 0 0]
}

// The sequences in shares of four, each of which may be run elsewhere.
func ExampleFrom() {
	const share = 4
	counts := []int{2, 2}
	for start := int64(0); start < permutations.Count(counts).Int64(); start += share {
		first, err := permutations.Unrank(counts, big.NewInt(start))
		if err != nil {
			fmt.Println(err)
			return
		}
		it := permutations.From(first)
		for n := 0; n < share && it.Next(); n++ {
			fmt.Println(start, permutations.Format(it.Sequence()))
		}
	}
	// Output:
	// 0 0,0,1,1
	// 0 0,1,0,1
	// 0 0,1,1,0
	// 0 1,0,0,1
	// 4 1,0,1,0
	// 4 1,1,0,0
}

func ExampleAll() {
	for sequence := range permutations.All([]int{1, 1, 1}) {
		if sequence[0] == 1 {
			break
		}
		fmt.Println(sequence)
	}
	// Output:
	// [0 1 2]
	// [0 2 1]
}

func ExampleRank() {
	fmt.Println(permutations.Rank([]int{1, 1, 0, 0}))
	// Output: 5
}

func ExampleUnrank() {
	sequence, err := permutations.Unrank([]int{20, 20, 20}, big.NewInt(1_000_000_000_000))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(permutations.Rank(sequence))

	_, err = permutations.Unrank([]int{2, 2}, big.NewInt(6))
	fmt.Println(err)
	// Output:
	// 1000000000000
	// sequence of rank 6: counts 2,2 have the ranks 0 to 5
}

func ExampleFormat() {
	fmt.Println(permutations.Format([]int{0, 1, 0, 1}))
	// Output: 0,1,0,1
}

func ExampleParse() {
	sequence, err := permutations.Parse("0,1,0,1")
	fmt.Println(sequence, err)

	_, err = permutations.Parse("0,01")
	fmt.Println(err)
	// Output:
	// [0 1 0 1] <nil>
	// sequence "0,01": leading zero at character 3; write each index without, as 0,1,0,1
}

func ExampleCheck() {
	counts := []int{2, 1}
	fmt.Println(permutations.Check([]int{0, 1, 0}, counts))
	fmt.Println(permutations.Check([]int{0, 1, 1}, counts))
	// Output:
	// <nil>
	// sequence 0,1,1: thread 1 takes 2 turns there, but took 1 in the serial run; a sequence has 0 twice and 1 once, as 0,0,1
}
