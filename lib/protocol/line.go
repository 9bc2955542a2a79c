package protocol

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// A field of a request or a report has a name, and a pointer to its value.
type field struct {
	name  string
	value any
}

// lineOf returns the fields that are not zero, as name=value with spaces between them. Texts are quoted as in Go, lists
// are joined with commas, and a finding is JSON. A process that hunts runs one schedule, perhaps: to look its first
// JSON up by reflection would take it longer.
func lineOf(fields []field) (string, error) {
	var b []byte
	for _, f := range fields {
		switch v := f.value.(type) {
		case *string:
			b = appendText(b, f.name, *v)
		case *[]string:
			b = appendText(b, f.name, strings.Join(*v, ","))
		case *int:
			b = appendNumber(b, f.name, int64(*v))
		case *int64:
			b = appendNumber(b, f.name, *v)
		case *uint64:
			if *v != 0 {
				b = strconv.AppendUint(appendName(b, f.name), *v, 10)
			}
		case *bool:
			if *v {
				b = strconv.AppendBool(appendName(b, f.name), true)
			}
		case **Finding:
			if *v == nil {
				continue
			}
			text, err := json.Marshal(*v)
			if err != nil {
				return "", err
			}
			b = appendText(b, f.name, string(text))
		}
	}
	return string(b), nil
}

func appendName(b []byte, name string) []byte {
	if len(b) > 0 {
		b = append(b, ' ')
	}
	return append(append(b, name...), '=')
}

func appendText(b []byte, name, text string) []byte {
	if text == "" {
		return b
	}
	return strconv.AppendQuote(appendName(b, name), text)
}

func appendNumber(b []byte, name string, n int64) []byte {
	if n == 0 {
		return b
	}
	return strconv.AppendInt(appendName(b, name), n, 10)
}

// readLine sets the fields that a line has. It is an error if the line has others: who writes it is built from the same
// orchtest as who reads it.
func readLine(line string, fields []field) error {
	for rest := line; rest != ""; {
		name, text, ok := strings.Cut(rest, "=")
		value := text
		if strings.HasPrefix(text, `"`) {
			var err error
			if value, err = strconv.QuotedPrefix(text); err != nil {
				return fmt.Errorf("%s: no text: %.40q", name, text)
			}
			text = text[len(value):]
			value, _ = strconv.Unquote(value) // it is quoted
		} else {
			value, _, _ = strings.Cut(text, " ")
			text = text[len(value):]
		}
		if !ok || text != "" && text[0] != ' ' {
			return fmt.Errorf("not name=value: %.40q", rest)
		}
		if err := set(fields, name, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		rest = strings.TrimPrefix(text, " ")
	}
	return nil
}

func set(fields []field, name, value string) (err error) {
	for _, f := range fields {
		if f.name != name {
			continue
		}
		switch v := f.value.(type) {
		case *string:
			*v = value
		case *[]string:
			*v = strings.Split(value, ",")
		case *int:
			*v, err = strconv.Atoi(value)
		case *int64:
			*v, err = strconv.ParseInt(value, 10, 64)
		case *uint64:
			*v, err = strconv.ParseUint(value, 10, 64)
		case *bool:
			*v, err = strconv.ParseBool(value)
		case **Finding:
			err = json.Unmarshal([]byte(value), v)
		}
		return err
	}
	return fmt.Errorf("unknown, with the value %.40q", value)
}
