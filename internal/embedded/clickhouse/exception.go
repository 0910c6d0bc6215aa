package clickhouse

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// Codes of ClickHouse's ErrorCodes.cpp that the handler raises itself.
const (
	codeNotImplemented      = 48
	codeSyntaxError         = 62
	codeUnknownSetting      = 115
	codeIntoOutfile         = 162
	codeReadonly            = 164
	codeNotEnoughSpace      = 243
	codeCancelled           = 394
	codeUnknownException    = 1002
	codeUnknownCompression  = 89
	codeCannotReadAllData   = 33
	codeIllegalRequestParam = 36
)

// exception is an error as ClickHouse words it: "Code: 60. DB::Exception: …".
type exception struct {
	code int
	text string // the whole message, prefix included
}

func (e *exception) Error() string { return e.text }

// raise makes an exception of the handler's own.
func raise(code int, name, format string, args ...any) *exception {
	return &exception{code: code, text: fmt.Sprintf("Code: %d. DB::Exception: %s. (%s)", code, fmt.Sprintf(format, args...), name)}
}

var exceptionPrefix = regexp.MustCompile(`^Code: (\d+)\. DB::Exception: `)

// newException reads the engine's message. The engine wraps the same prefix
// around a message up to three times; one is kept.
func newException(text string) *exception {
	text = strings.TrimSpace(strings.TrimPrefix(text, "Error: "))
	m := exceptionPrefix.FindStringSubmatch(text)
	if m == nil {
		return raise(codeUnknownException, "UNKNOWN_EXCEPTION", "%s", text)
	}
	for strings.HasPrefix(text[len(m[0]):], m[0]) {
		text = text[len(m[0]):]
	}
	code, _ := strconv.Atoi(m[1]) // the pattern admits digits only
	return &exception{code: code, text: text}
}

// asException makes any error one that can be shown to a client.
func asException(err error) *exception {
	if e, ok := err.(*exception); ok {
		return e
	}
	return raise(codeUnknownException, "UNKNOWN_EXCEPTION", "%v", err)
}

// status is the HTTP status that ClickHouse's server gives an exception of this
// code; clients decide by it whether to try again.
func (e *exception) status() int {
	switch e.code {
	case codeCannotReadAllData, codeIllegalRequestParam, codeSyntaxError,
		6, 26, 27, 38, 41, 43, 53, 69, 70, 72, 117, 427, 456, 457: // cannot parse, illegal argument, type mismatch, query parameters
		return http.StatusBadRequest
	case 16, 46, 47, 50, 56, 60, 73, 81, 82, codeUnknownSetting: // unknown column, function, identifier, type, table, format, database
		return http.StatusNotFound
	case codeNotImplemented:
		return http.StatusNotImplemented
	case 159: // TIMEOUT_EXCEEDED
		return http.StatusRequestTimeout
	case codeReadonly:
		return http.StatusForbidden
	case 202: // TOO_MANY_SIMULTANEOUS_QUERIES
		return http.StatusServiceUnavailable
	case 223: // QUERY_IS_TOO_LARGE
		return http.StatusRequestEntityTooLarge
	default:
		return http.StatusInternalServerError
	}
}
