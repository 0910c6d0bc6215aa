package clickhouse

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxQuery bounds the text of a query, as max_query_size does in the server. The
// data behind an INSERT does not count.
const maxQuery = 1 << 20

// request is what a client asked for.
type request struct {
	text   string    // the query, or its first maxQuery bytes
	more   io.Reader // what follows them: only an INSERT's data may
	cut    bool      // whether anything can follow
	params []param

	database string
	format   string // of the result, unless the query names one
	settings []setting

	revision     uint64 // of the Native blocks the client wants; 0 is the plain format
	compress     string // native compression of the answer: LZ4, ZSTD or none
	wait         bool   // the whole answer before its first byte
	mustOnlyRead bool
}

type setting struct{ name, value string }

// Names in the URL that are no settings. The first group is applied elsewhere in
// this file, the second is accepted and ignored: there are no users, and no
// second server to share quotas or roles with.
var notSettings = []string{
	"query", "database", "default_format", "client_protocol_version", "compress", "decompress",
	"network_compression_method", "wait_end_of_query",
	"user", "password", "quota_key", "query_id", "role", "buffer_size", "stacktrace", "log_comment",
	"close_session", "session_timeout", "session_check",
}

var settingName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func readRequest(r *http.Request) (*request, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, raise(codeIllegalRequestParam, "BAD_ARGUMENTS", "cannot read the URL's parameters: %v", err)
	}
	if values.Get("session_id") != "" {
		return nil, raise(codeNotImplemented, "NOT_IMPLEMENTED", "sessions over HTTP (session_id) are not there in the embedded engine")
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return nil, raise(codeNotImplemented, "NOT_IMPLEMENTED", "external tables (multipart/form-data) are not there in the embedded engine")
	}
	req := &request{
		database:     first(values.Get("database"), r.Header.Get("X-ClickHouse-Database")),
		format:       first(values.Get("default_format"), r.Header.Get("X-ClickHouse-Format"), "TabSeparated"),
		wait:         isOn(values.Get("wait_end_of_query")),
		mustOnlyRead: r.Method != http.MethodPost,
	}
	if version := values.Get("client_protocol_version"); version != "" {
		if req.revision, err = strconv.ParseUint(version, 10, 32); err != nil {
			return nil, raise(codeIllegalRequestParam, "BAD_ARGUMENTS", "client_protocol_version is %q, want a number", version)
		}
	}
	if isOn(values.Get("compress")) {
		req.compress = strings.ToUpper(first(values.Get("network_compression_method"), "LZ4"))
	}
	if err := req.readSettings(values); err != nil {
		return nil, err
	}
	body, err := openBody(r, isOn(values.Get("decompress")))
	if err != nil {
		return nil, err
	}
	return req, req.readText(values.Get("query"), body)
}

func (req *request) readSettings(values url.Values) error {
	for name, all := range values {
		value := all[len(all)-1]
		if name, isParam := strings.CutPrefix(name, "param_"); isParam {
			req.params = append(req.params, param{name, value})
			continue
		}
		if slices.Contains(notSettings, name) {
			continue
		}
		if !settingName.MatchString(name) {
			return raise(codeUnknownSetting, "UNKNOWN_SETTING", "Setting %s is neither a builtin setting nor started with the prefix 'SQL_'", name)
		}
		req.settings = append(req.settings, setting{name, value})
	}
	// The URL's order is lost in values; any fixed one makes errors repeatable.
	slices.SortFunc(req.settings, func(a, b setting) int { return strings.Compare(a.name, b.name) })
	return nil
}

// readText joins the URL's query and the body, as the server does: either may
// hold all of it, and an INSERT's data usually is the body.
func (req *request) readText(fromURL string, body io.Reader) error {
	head := make([]byte, maxQuery)
	n, err := io.ReadFull(body, head)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
	case err != nil:
		return bodyError(err)
	default:
		req.cut = true
	}
	text := string(head[:n])
	if n > 0 && fromURL != "" {
		text = strings.TrimRight(fromURL, " \t\r\n") + "\n" + text
	} else if n == 0 {
		text = fromURL
	}
	req.text, req.more = text, body
	if !req.cut {
		req.more = bytes.NewReader(nil)
	}
	return nil
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func isOn(value string) bool {
	return value != "" && value != "0" && !strings.EqualFold(value, "false")
}
