package junit

import "testing"

func TestRelative(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ root, file, want string }{
		{"/src/shop", "/src/shop/bank/bank_test.go", "bank/bank_test.go"},
		{"/src/shop/", "/src/shop/bank_test.go", "bank_test.go"},
		{"/src/shop", "/src/shopping/bank_test.go", "/src/shopping/bank_test.go"},
		{"/src/shop", "/src/shop", "/src/shop"},
		{"/src/shop", "/other/bank_test.go", "/other/bank_test.go"},
		{"/src/shop", "example.com/shop/bank_test.go", "example.com/shop/bank_test.go"},
		{"/", "/src/bank_test.go", "src/bank_test.go"},
		{"", "/src/bank_test.go", "/src/bank_test.go"},
		{"/src", "", ""},
		{"/src", `/src/odd\name_test.go`, `odd\name_test.go`},
		{`C:\src\shop`, "C:/src/shop/bank/bank_test.go", "bank/bank_test.go"},
		{`c:\Src\shop\`, `C:\src\shop\bank\bank_test.go`, "bank/bank_test.go"},
		{`C:\src`, `D:\src\bank_test.go`, "D:/src/bank_test.go"},
		{`\\host\share\src`, `\\host\share\src\bank_test.go`, "bank_test.go"},
	} {
		if got := relative(test.root, test.file); got != test.want {
			t.Errorf("relative(%q, %q) = %q, want %q", test.root, test.file, got, test.want)
		}
	}
}
