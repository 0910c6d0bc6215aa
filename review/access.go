package review

import (
	"net/http"
	"net/url"
	"time"

	"github.com/earshot/earshot/pipeline/store"
)

type accessData struct {
	Call, By, From, To string
	Rows               []accessLine
	More               string
}

type accessLine struct {
	store.AccessRow
	Who string
}

// serveAccess shows who listened to what.
func (s *Server) serveAccess(v *visit) error {
	q := v.r.URL.Query()
	data := accessData{Call: q.Get("call"), By: accountName(q.Get("by")), From: q.Get("from"), To: q.Get("to")}
	f := store.AccessFilter{CallID: data.Call, By: data.By}
	for _, d := range []struct {
		text string
		into *time.Time
		add  int
	}{{data.From, &f.From, 0}, {data.To, &f.To, 1}} {
		if d.text == "" {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, d.text, s.config.Location)
		if err != nil {
			return refused("problem.date", "what", d.text)
		}
		*d.into = day.AddDate(0, 0, d.add)
	}
	scope := v.who.scope()
	if v.who.role == admin {
		scope = store.Scope{All: true} // an admin hears nothing, and answers for who did
	}
	page, err := s.store.AccessLog(v.r.Context(), scope, f, store.Page{Limit: 100, After: q.Get("after")})
	if err != nil {
		return err
	}
	names, err := s.names.get(v.r.Context(), s.now())
	if err != nil {
		return err
	}
	for _, r := range page.Rows {
		data.Rows = append(data.Rows, accessLine{r, names.account(r.By)})
	}
	if page.Next != "" {
		data.More = "/access?" + url.Values{"call": {data.Call}, "by": {data.By}, "from": {data.From}, "to": {data.To}, "after": {page.Next}}.Encode()
	}
	return v.page(http.StatusOK, "access", v.say("access.title"), data)
}
