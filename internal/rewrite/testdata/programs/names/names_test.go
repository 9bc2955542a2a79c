package names

import "testing"
import "example.com/programs/here"

func TestNames(t *testing.T) { here.Line(time(2), shadowed()) }
