package names_test

import "testing"
import "example.com/programs/here"

func TestExternal(t *testing.T) { here.Line() }
