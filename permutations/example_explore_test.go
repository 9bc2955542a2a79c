package permutations_test

import (
	"fmt"
	"math/big"

	"github.com/orchtest/orchtest/permutations"
)

func ExampleNewFewest() {
	for it := permutations.NewFewest([]int{2, 2}); it.Next(); {
		fmt.Println(it.Preemptions(), permutations.Format(it.Sequence()))
	}
	// Output:
	// 0 0,0,1,1
	// 0 1,1,0,0
	// 1 0,1,1,0
	// 1 1,0,0,1
	// 2 0,1,0,1
	// 2 1,0,1,0
}

func ExampleCountPreemptions() {
	counts := []int{6, 6}
	upTo := new(big.Int)
	for k := range 3 {
		upTo.Add(upTo, permutations.CountPreemptions(counts, k))
		fmt.Printf("up to %d preemptions: %s of %s\n", k, upTo, permutations.Count(counts))
	}
	fmt.Println("at most:", permutations.MaxPreemptions(counts))
	// Output:
	// up to 0 preemptions: 2 of 924
	// up to 1 preemptions: 12 of 924
	// up to 2 preemptions: 62 of 924
	// at most: 10
}

func ExampleNewRandom() {
	it := permutations.NewRandom([]int{10, 10, 10}, 2026)
	for range 3 {
		it.Next()
		fmt.Println(permutations.Format(it.Sequence()))
	}
	// Output:
	// 2,1,1,1,0,0,1,1,2,0,1,1,1,0,2,0,1,2,2,0,2,0,2,0,0,2,2,2,1,0
	// 0,1,0,0,1,0,2,0,1,2,1,2,2,1,0,1,2,2,1,0,2,1,2,1,0,2,2,0,0,1
	// 2,1,0,0,0,0,1,0,0,0,1,1,1,2,2,2,1,2,1,2,2,2,1,0,0,2,1,1,2,0
}

func ExampleNewPCT() {
	// Thread after thread, but for one change of the priorities at random.
	it := permutations.NewPCT([]int{10, 10, 10}, 2, 2026)
	for range 3 {
		it.Next()
		fmt.Println(permutations.Format(it.Sequence()))
	}
	// Output:
	// 1,1,1,1,1,1,1,1,1,1,0,0,0,0,0,0,0,0,0,0,2,2,2,2,2,2,2,2,2,2
	// 2,2,2,2,2,2,2,2,2,2,0,0,0,1,1,1,1,1,1,1,1,1,1,0,0,0,0,0,0,0
	// 2,2,2,2,2,2,2,2,2,2,1,0,0,0,0,0,0,0,0,0,0,1,1,1,1,1,1,1,1,1
}

func ExampleNewSymmetric() {
	it, err := permutations.NewSymmetric([]int{2, 2}, []int{0, 0})
	if err != nil {
		fmt.Println(err)
		return
	}
	for it.Next() {
		fmt.Println(permutations.Format(it.Sequence()))
	}

	_, err = permutations.NewSymmetric([]int{2, 3}, []int{0, 0})
	fmt.Println(err)
	// Output:
	// 0,0,1,1
	// 0,1,0,1
	// 0,1,1,0
	// classes 0,0: threads 0 and 1 are of class 0, but take 2 and 3 turns; those of a class take the same number
}

func ExampleCountSymmetric() {
	classes := []int{0, 0, 0}
	fmt.Println(permutations.CountSymmetric([]int{6, 6, 6}, classes))
	fmt.Println("each of which stands for", permutations.Represented(classes))
	// Output:
	// 2858856 <nil>
	// each of which stands for 6
}

func ExampleCanonical() {
	sequence := []int{2, 0, 2, 1, 0, 1}
	permutations.Canonical(sequence, []int{0, 0, 0})
	fmt.Println(sequence)
	// Output: [0 1 0 2 1 2]
}
