// Package twins has kernels of real deadlocks and leaks in a form in which they are repaired: whatever the schedule,
// a hunt of their tests finds nothing. They are plain tests.
//
// The bugs are from GoKer, of which TestKernels of this module hunts the broken ones; ../../goker/README.md says where
// they come from. The code here is written anew, from the descriptions of the bugs.
package twins
