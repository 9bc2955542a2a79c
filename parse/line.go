package parse

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Line returns the event as a line of the stream, without its end: for an event that was read, the
// very bytes; else what encoding/json makes of it, in a fraction of the time.
func (e Event) Line() []byte {
	if e.raw != nil {
		return e.raw
	}
	value := e.Value
	if e.Scenario != nil {
		value = string(encode(e.Scenario))
	}
	line := make([]byte, 0, 128+len(e.Package)+len(e.Test)+len(e.Output)+len(value))
	line = append(line, '{')
	if e.Time != nil {
		line = append(append(line, `"Time":`...), encodeTime(*e.Time)...)
		line = append(line, ',')
	}
	line = appendText(append(line, `"Action":`...), e.Action)
	line = appendField(line, `,"Package":`, e.Package)
	line = appendField(line, `,"ImportPath":`, e.ImportPath)
	line = appendField(line, `,"Test":`, e.Test)
	if e.Elapsed != nil {
		line = appendNumber(append(line, `,"Elapsed":`...), *e.Elapsed)
	}
	line = appendField(line, `,"Output":`, e.Output)
	line = appendField(line, `,"FailedBuild":`, e.FailedBuild)
	line = appendField(line, `,"Key":`, e.Key)
	line = appendField(line, `,"Value":`, value)
	line = appendField(line, `,"Path":`, e.Path)
	return append(line, '}')
}

// appendField appends a field, unless its value is empty.
func appendField(line []byte, name, value string) []byte {
	if value == "" {
		return line
	}
	return appendText(append(line, name...), value)
}

func appendText(line []byte, text string) []byte {
	if strings.IndexFunc(text, escaped) >= 0 {
		return append(line, encode(text)...)
	}
	return append(append(append(line, '"'), text...), '"')
}

// escaped reports whether a character is not written as it is, or may not be.
func escaped(c rune) bool {
	return c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&'
}

func appendNumber(line []byte, number float64) []byte {
	if number != 0 && (number < 1e-6 || number >= 1e21) {
		return append(line, encode(number)...)
	}
	return strconv.AppendFloat(line, number, 'f', -1, 64)
}

func encodeTime(t time.Time) []byte {
	text, err := t.MarshalJSON()
	if err != nil {
		return encode(t) // which says why
	}
	return text
}

func encode(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic("parse: an event that cannot be encoded: " + err.Error())
	}
	return text
}
