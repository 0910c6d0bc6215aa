package review

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/earshot/earshot/pipeline/store"
)

// accountPattern is what an account may be called: a name, or an e-mail address for one who signs in elsewhere.
var accountPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._@+-]{0,127}$`)

type accountsData struct {
	Accounts []store.AccountRow
	Form     accountForm
	Problem  string
}

type accountForm struct {
	store.AccountRow
	Teams   string // one after another
	Roles   []string
	OIDC    bool // there is a provider
	Outside bool // signs in by it
	New     bool
	Link    string // one-time link that was just made
	Problem string
	Seen    uint64
}

func (s *Server) accountForm(row store.AccountRow) accountForm {
	f := accountForm{AccountRow: row, Teams: strings.Join(row.Teams, "\n"), OIDC: s.config.OIDC != nil, Outside: row.Issuer != "", New: row.Version == 0, Seen: row.Version}
	for _, r := range roleNames {
		f.Roles = append(f.Roles, r.name)
	}
	return f
}

func (s *Server) serveAccounts(v *visit) error {
	return s.accountsPage(v, http.StatusOK, s.accountForm(store.AccountRow{Role: inspector.String()}))
}

func (s *Server) accountsPage(v *visit, status int, form accountForm) error {
	accounts, err := s.store.Accounts(v.r.Context())
	if err != nil {
		return err
	}
	return v.page(status, "accounts", v.say("accounts.title"), accountsData{Accounts: accounts, Form: form})
}

// createAccount makes an account; who owns it sets the password by a one-time link, so that no admin knows it.
func (s *Server) createAccount(v *visit) error {
	row := store.AccountRow{Account: accountName(v.r.PostForm.Get("account")), CreatedAt: s.now()}
	problem := s.readAccount(&row, v.r.PostForm)
	if !accountPattern.MatchString(row.Account) {
		problem = "accounts.badname"
	}
	if problem == "" {
		_, err := s.store.Account(v.r.Context(), row.Account)
		if err == nil {
			problem = "accounts.taken"
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	if problem != "" {
		form := s.accountForm(row)
		form.Problem = v.say(problem)
		return s.accountsPage(v, http.StatusUnprocessableEntity, form)
	}
	if row.Issuer != "" {
		row.ChangedAt, row.ChangedBy = s.now(), v.who.name
		if _, err := s.saveAccount(v, row); err != nil {
			return err
		}
		s.names.forget()
		return v.to("/accounts/"+url.PathEscape(row.Account), "saved")
	}
	return s.showInvitation(v, row)
}

// readAccount takes from a form what an admin decides, and says by a message's key what is wrong with it.
func (s *Server) readAccount(row *store.AccountRow, form url.Values) (problem string) {
	row.Name, row.Role, row.AgentID = strings.TrimSpace(form.Get("name")), form.Get("role"), strings.TrimSpace(form.Get("agent"))
	row.AllTeams, row.Disabled = form.Get("all_teams") != "", form.Get("disabled") != ""
	row.Teams = slices.DeleteFunc(strings.FieldsFunc(form.Get("teams"), func(r rune) bool { return strings.ContainsRune("\n\r,，、", r) }),
		func(t string) bool { return strings.TrimSpace(t) == "" })
	for i := range row.Teams {
		row.Teams[i] = strings.TrimSpace(row.Teams[i])
	}
	row.Issuer = ""
	if form.Get("outside") != "" && s.config.OIDC != nil {
		row.Issuer = s.config.OIDC.Issuer
	} else {
		row.Subject = ""
	}
	switch {
	case roleOf(row.Role) == 0:
		return "accounts.badrole"
	case roleOf(row.Role) == agent && row.AgentID == "":
		return "accounts.noagent"
	case len(row.Name) > 200 || len(row.AgentID) > 200 || len(row.Teams) > 500:
		return "accounts.toolong"
	}
	if roleOf(row.Role) != agent {
		row.AgentID = strings.TrimSpace(form.Get("agent")) // a judge may take calls too: then nobody judges their own
	}
	return ""
}

func (s *Server) account(v *visit) (store.AccountRow, error) {
	row, err := s.store.Account(v.r.Context(), v.r.PathValue("account"))
	if errors.Is(err, store.ErrNotFound) {
		return row, notFound("problem.account")
	}
	return row, err
}

func (s *Server) serveAccount(v *visit) error {
	row, err := s.account(v)
	if err != nil {
		return err
	}
	return v.page(http.StatusOK, "account", row.Account, s.accountForm(row))
}

func (s *Server) changeAccount(v *visit) error {
	row, err := s.account(v)
	if err != nil {
		return err
	}
	if seen := v.r.PostForm.Get("seen"); seen != "" && seen != uintText(row.Version) {
		return &problem{status: http.StatusConflict, key: "problem.accountchanged", args: []any{"who", row.ChangedBy}}
	}
	problem := s.readAccount(&row, v.r.PostForm)
	if row.Account == v.who.name && (row.Role != admin.String() || row.Disabled) {
		problem = "accounts.self" // or nobody might be left to undo it
	}
	if problem != "" {
		form := s.accountForm(row)
		form.Problem = v.say(problem)
		return v.page(http.StatusUnprocessableEntity, "account", row.Account, form)
	}
	row.ChangedAt, row.ChangedBy = s.now(), v.who.name
	if _, err := s.saveAccount(v, row); err != nil {
		return err
	}
	s.names.forget()
	if row.Disabled {
		if err := s.store.EndSessions(v.r.Context(), row.Account); err != nil {
			return err
		}
	}
	return v.to("/accounts/"+url.PathEscape(row.Account), "saved")
}

func (s *Server) inviteAccount(v *visit) error {
	row, err := s.account(v)
	if err != nil {
		return err
	}
	return s.showInvitation(v, row)
}

// showInvitation gives an account a one-time link and shows it, this once.
func (s *Server) showInvitation(v *visit, row store.AccountRow) error {
	path, err := s.invite(v.r.Context(), row, v.who.name)
	var conflict *store.AccountConflict
	if errors.As(err, &conflict) {
		return &problem{status: http.StatusConflict, key: "problem.accountchanged", args: []any{"who", conflict.First.ChangedBy}}
	}
	if err != nil {
		return err
	}
	s.names.forget()
	if row, err = s.store.Account(v.r.Context(), row.Account); err != nil {
		return err
	}
	form := s.accountForm(row)
	scheme := "https"
	if v.r.TLS == nil && v.r.Header.Get("X-Forwarded-Proto") != "https" {
		scheme = "http"
	}
	form.Link = scheme + "://" + v.r.Host + path
	return v.page(http.StatusOK, "account", row.Account, form)
}
