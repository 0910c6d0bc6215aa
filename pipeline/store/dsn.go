package store

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// DefaultDatabase is used when the DSN names none.
const DefaultDatabase = "earshot"

// Options is what a DSN does not say, or should not say because it is a secret.
type Options struct {
	// Username and Password, where given, take the place of those in the DSN.
	Username, Password string
	// TLS, where given, is used for https and secure=true in place of the system's roots.
	TLS *tls.Config
	// WriteTimeout bounds one attempt of a write; 0 = one minute.
	WriteTimeout time.Duration
	// Cluster makes Migrate create the tables on every replica of that cluster; empty = one server.
	Cluster string
}

// plain is what the values of settings are made of: nothing that could hold another parameter, unescaped.
var plain = regexp.MustCompile(`^[A-Za-z0-9._-]*$`)

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// parseDSN reads http://, https://, clickhouse:// or tcp:// with [user[:password]@]host:port[/database][?setting=value].
func parseDSN(dsn string, o Options) (*clickhouse.Options, error) {
	fail := func(err error) (*clickhouse.Options, error) {
		return nil, fmt.Errorf("cannot use ClickHouse DSN %q: %w", Redact(dsn), err)
	}
	u, err := url.Parse(dsn)
	if err != nil {
		// The cause is left out: it may quote a piece of the password.
		return fail(errors.New("it is no URL; escape user and password, as in http://user:p%40ss@host:8123/earshot"))
	}
	q := u.Query()
	switch u.Scheme {
	case "http", "clickhouse", "tcp":
	case "https":
		q.Set("secure", "true")
		u.RawQuery = q.Encode()
	default:
		return fail(fmt.Errorf("scheme %q; expected http, https or clickhouse, as in http://host:8123/earshot", u.Scheme))
	}
	if u.Host == "" {
		return fail(errors.New("no host; expected something like http://host:8123/earshot"))
	}
	opt, err := clickhouse.ParseDSN(u.String())
	if err != nil {
		return fail(err)
	}
	if opt.Auth.Database == "" {
		opt.Auth.Database = DefaultDatabase
	}
	if !identifier.MatchString(opt.Auth.Database) {
		return fail(fmt.Errorf("database %q; expected letters, digits and _, not beginning with a digit", opt.Auth.Database))
	}
	if o.Username != "" {
		opt.Auth.Username = o.Username
	}
	if o.Password != "" {
		opt.Auth.Password = o.Password
	}
	if o.TLS != nil && opt.TLS != nil {
		opt.TLS = o.TLS
	}
	if !q.Has("dial_timeout") {
		opt.DialTimeout = 10 * time.Second
	}
	return opt, nil
}

// ByTLS says whether a DSN asks for TLS.
func ByTLS(dsn string) bool {
	opt, err := parseDSN(dsn, Options{})
	return err == nil && opt.TLS != nil
}

// Redact is the DSN without its secrets, fit for a log.
func Redact(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" || u.User == nil && strings.Contains(dsn, "@") {
		// Nobody can say where its password begins and ends: keep the scheme and what follows the last @.
		scheme, rest, found := strings.Cut(dsn, "://")
		if !found {
			scheme, rest = "", dsn
		}
		_, host, found := cutLast(rest, "@")
		if !found {
			return scheme + "://…"
		}
		if i := strings.IndexAny(host, "?#"); i >= 0 {
			host = host[:i]
		}
		return scheme + "://…@" + host
	}
	u.Fragment, u.RawFragment = "", "" // none is meant by a #: it is part of something that was not escaped
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil { // a password with a bare %, say
		u.RawQuery = "…"
		return u.Redacted()
	}
	for key, values := range q {
		if strings.Contains(strings.ToLower(key), "password") || !plain.MatchString(strings.Join(values, "")) {
			q.Set(key, "xxxxx")
			u.RawQuery = q.Encode()
		}
	}
	return u.Redacted()
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
