package overlay

import (
	"fmt"
	"go/ast"
)

// What is wrong with the place of a pragma, and where it could stand.
const (
	outOfFunction = "a syncpoint cannot stand outside of a function; " +
		"write it behind a statement of a function, or on a line of its own between two"
	functionOver = "a syncpoint cannot stand behind the end of a function; " +
		"write it behind the function's last statement, or behind its opening brace"
	inSignature = "a syncpoint cannot stand in a function's signature; " +
		"write it behind the opening brace of the function's body"
	inType = "a syncpoint cannot stand in a type declaration; " +
		"write it behind a statement that uses the type"
	beforeCase = "a syncpoint cannot stand before the first case; " +
		"write it behind the opening line of the statement, or in a case"
	atSelect = "a syncpoint cannot stand at the head of a select, which evaluates nothing itself; " +
		"write it on the line before the select, or behind `case …:`"
	unreachable = "a syncpoint cannot stand here, where the statement before never leads; " +
		"write it behind that statement, or on the line before it"
	nothingHere = "a syncpoint cannot stand here, where no statement ends; " +
		"write it behind a statement, or on a line of its own"
	blockComment = "a syncpoint cannot be a block comment; write `// pragma: SYNCPOINT`"
	inOwnImport  = "a syncpoint cannot stand in a package that " + syncpointPath + " is built from; " +
		"write it in the code that calls this package"
	needsGenerics = "a syncpoint at the head of a statement needs `go 1.18` or later in go.mod; " +
		"write it on a line of its own instead"
)

// notBehind says why there cannot be a stop behind a statement.
func notBehind(stmt ast.Stmt) string {
	where := "write it inside of the statement, or on the line before it"
	if _, ok := stmt.(*ast.ExprStmt); ok {
		where = "write it on the line before"
	}
	return "a syncpoint cannot stand behind a statement that never ends or always leaves; " + where
}

func atLabelInUse(label string) string {
	return fmt.Sprintf("a syncpoint cannot stand between the label %s and the statement that is left "+
		"or continued by that name; write it on the line before the label, or at the start of the "+
		"statement's body", label)
}

// outside is the complaint about a pragma that is in no function.
func (s *source) outside(p pragma) string {
	for _, decl := range s.Syntax.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && !p.alone && s.Line(s.End(f)) == p.line {
			return functionOver
		}
	}
	return outOfFunction
}
