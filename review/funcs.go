package review

import (
	"fmt"
	"html/template"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/review/conduct"
	"github.com/earshot/earshot/review/locale"
)

// funcs are what templates may call, in one language and the centre's time zone.
func (s *Server) funcs(l locale.Lang) template.FuncMap {
	t := func(key string, pairs ...any) string { return s.catalog.Say(l, key, pairs...) }
	local := func(at time.Time, layout string) string {
		if at.IsZero() {
			return "–"
		}
		return at.In(s.config.Location).Format(layout)
	}
	return template.FuncMap{
		"t":         t,
		"asset":     s.assets.URL,
		"langs":     locale.All,
		"datetime":  func(at time.Time) string { return local(at, "2006-01-02 15:04") },
		"seconds":   func(at time.Time) string { return local(at, "2006-01-02 15:04:05") },
		"date":      func(at time.Time) string { return local(at, time.DateOnly) },
		"clock":     func(at time.Time) string { return local(at, "15:04") },
		"offset":    offset,
		"number":    number,
		"percent":   func(f float64) string { return strconv.Itoa(int(math.Round(f*100))) + " %" },
		"rule":      func(id string) string { return s.ruleTitle(l, id) },
		"unit":      func(id string) string { return s.ruleUnit(l, id) },
		"esc":       url.PathEscape,
		"join":      func(l []string) string { return strings.Join(l, t("list")) },
		"inc":       func(i int) int { return i + 1 },
		"percentof": func(percent, of int) int { return percent * of / 100 },
		"waits":     func(status string) bool { return conduct.Status(status).Waits() },
		"counts":    func(status string) bool { return conduct.Status(status).Counts() },
		"reasons":   func() []conduct.Reason { return conduct.Reasons },
		"callpath":  callPath,
		"never":     func() time.Time { return time.Time{} },
		"nextquery": nextQuery,
		"speeds":    func() []string { return []string{"0.75", "1", "1.25", "1.5", "2"} },
		"kinds": func() []string {
			return []string{"speech", "hold", "silence", "overlap", "ringing", "raised", "fault", "event"}
		},
		"inboxkeys": func() []keyHelp { return inboxKeys },
		"callkeys":  callKeys,
	}
}

// offset is a place in a call: 1:05.3, or 1:02:05.3 from an hour on.
func offset(seconds float64) string {
	if seconds < 0 || math.IsNaN(seconds) {
		seconds = 0
	}
	tenths := int(math.Round(seconds * 10))
	h, m, s := tenths/36000, tenths/600%60, float64(tenths%600)/10
	if h > 0 {
		return fmt.Sprintf("%d:%02d:%04.1f", h, m, s)
	}
	return fmt.Sprintf("%d:%04.1f", m, s)
}

// number is a measured value without more digits than it is good for.
func number(f float64) string {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return "–"
	case f == math.Trunc(f) || math.Abs(f) >= 100:
		return strconv.FormatFloat(f, 'f', 0, 64)
	default:
		return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
	}
}

// nextQuery asks for the call after this one in an inbox.
func nextQuery(call, query string) (string, error) {
	q, err := url.ParseQuery(query)
	if err != nil {
		return "", err
	}
	q.Set("call", call)
	return q.Encode(), nil
}

// keyHelp is what keys of a page do, by a message's key.
type keyHelp struct {
	Keys []string
	Does string
}

var inboxKeys = []keyHelp{
	{[]string{"j", "k"}, "keys.move"}, {[]string{"Enter"}, "keys.open"}, {[]string{"c"}, "keys.confirm"}, {[]string{"r"}, "keys.reject"},
	{[]string{"u"}, "keys.unsure"}, {[]string{"z"}, "keys.undo"}, {[]string{"/"}, "keys.search"},
}

// callKeys are the keys of a call's page, for one who judges or one who does not.
func callKeys(judge bool) []keyHelp {
	keys := []keyHelp{
		{[]string{"␣"}, "keys.play"}, {[]string{"j", "k"}, "keys.move"}, {[]string{"p"}, "keys.again"}, {[]string{"←", "→"}, "keys.seek"},
		{[]string{"0", "1", "2"}, "keys.legs"}, {[]string{",", "."}, "keys.speed"}, {[]string{"l"}, "keys.loop"},
		{[]string{"+", "-", "a"}, "keys.view"}, {[]string{"s"}, "keys.spectrogram"},
	}
	if judge {
		keys = append(keys, []keyHelp{
			{[]string{"c"}, "keys.confirm"}, {[]string{"r"}, "keys.reject"}, {[]string{"u"}, "keys.unsure"}, {[]string{"z"}, "keys.undo"},
			{[]string{"m"}, "keys.manual"}, {[]string{"n"}, "keys.next"},
		}...)
	}
	return append(keys, keyHelp{[]string{"Esc"}, "keys.back"})
}
