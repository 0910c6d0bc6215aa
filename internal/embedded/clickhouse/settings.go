package clickhouse

import "strings"

// set gives the session the request's settings; restore takes them back, so that
// the next request in this session does not inherit them.
func (c *conn) set(settings []setting) (restore func(), err error) {
	if len(settings) == 0 {
		return func() {}, nil
	}
	assign, reset := make([]string, len(settings)), make([]string, len(settings))
	for i, s := range settings {
		assign[i], reset[i] = s.name+" = "+quote(s.value), s.name+" = DEFAULT"
	}
	restore = func() {
		if c.exec("SET "+strings.Join(reset, ", ")) == nil {
			return
		}
		// One name is unknown, so that none was reset: do it one by one. What then
		// still fails for another reason, as when a KILL hits it, leaves a trace.
		for _, r := range reset {
			if err := c.exec("SET " + r); err != nil && asException(err).code != codeUnknownSetting {
				c.spoilt = true
			}
		}
	}
	return restore, c.exec("SET " + strings.Join(assign, ", "))
}
