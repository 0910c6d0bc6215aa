package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/earshot/earshot/pipeline/evidence"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review"
	"github.com/earshot/earshot/review/conduct"
	"github.com/earshot/earshot/review/signin"
)

type webCmd struct {
	clickHouseFlags
	rulebookFlags
	evidenceFlags
	webFlags
	RecordingsRoot []string `env:"EARSHOT_RECORDINGS_ROOT" placeholder:"DIR" help:"Folder from which file:// recordings may be played; none by default."`
}

// webFlags are the web application's own settings.
type webFlags struct {
	WebListen      string   `env:"EARSHOT_WEB_LISTEN" default:"127.0.0.1:8080" help:"Address of the web application (${default})."`
	WebURL         string   `name:"web-url" env:"EARSHOT_WEB_URL" placeholder:"URL" help:"Where people reach it, such as https://earshot.example.org; by default the address it listens on."`
	TLSCert        string   `name:"tls-cert" env:"EARSHOT_TLS_CERT" placeholder:"FILE" help:"Certificate (PEM). Browsers keep people signed in only over TLS, or on this machine."`
	TLSKey         string   `name:"tls-key" env:"EARSHOT_TLS_KEY" placeholder:"FILE" help:"The certificate's key (PEM)."`
	TrustedProxy   []string `env:"EARSHOT_TRUSTED_PROXY" placeholder:"CIDR" help:"Proxies whose X-Forwarded-For is believed."`
	TimeZone       string   `env:"EARSHOT_TIME_ZONE" default:"Asia/Shanghai" help:"Time zone of the centre (${default})."`
	Shifts         string   `env:"EARSHOT_SHIFTS" placeholder:"FILE" help:"Shifts (YAML); day, evening and night by default."`
	Holidays       string   `env:"EARSHOT_HOLIDAYS" placeholder:"FILE" help:"Holidays and make-up days (YAML); China's by default."`
	OIDCIssuer     string   `name:"oidc-issuer" env:"EARSHOT_OIDC_ISSUER" placeholder:"URL" help:"OpenID Connect provider to sign in by, beside local accounts."`
	OIDCName       string   `name:"oidc-name" env:"EARSHOT_OIDC_NAME" default:"OpenID Connect" help:"What the button of the provider says (${default})."`
	OIDCClient     string   `name:"oidc-client" env:"EARSHOT_OIDC_CLIENT" help:"Client id at the provider."`
	OIDCSecret     string   `name:"oidc-secret" env:"EARSHOT_OIDC_SECRET" help:"Client secret; better from the environment or a file."`
	OIDCSecretFile string   `name:"oidc-secret-file" env:"EARSHOT_OIDC_SECRET_FILE" placeholder:"FILE" help:"File with the client secret."`
}

// Run serves the web application until ctx ends.
func (c *webCmd) Run(ctx context.Context, s *streams) error {
	options, err := c.options()
	if err != nil {
		return err
	}
	book, err := c.rulebookFlags.load()
	if err != nil {
		return err
	}
	w := web{dsn: c.ClickHouse, options: options, book: book}
	if c.Evidence != "" {
		if w.evidence, err = c.open(ctx, "", c.RecordingsRoot); err != nil {
			return err
		}
	}
	return c.serve(ctx, s, w)
}

// web is what the web application works on.
type web struct {
	dsn      string
	options  store.Options
	book     *rulebook.Rulebook
	evidence *evidence.Store
	demo     bool // make demo accounts
}

func (f *webFlags) serve(ctx context.Context, s *streams, w web) error {
	st, err := store.Open(w.dsn, w.options)
	if err != nil {
		return err
	}
	defer st.Close()
	config, err := f.config(s)
	if err != nil {
		return err
	}
	config.Store, config.Evidence, config.Rules, config.Demo = st, w.evidence, rulesOf(w.book), w.demo
	l, err := net.Listen("tcp", f.WebListen)
	if err != nil {
		return fmt.Errorf("cannot serve the web application: %w", err)
	}
	base := f.base(l)
	if f.OIDCIssuer != "" {
		if config.OIDC, err = f.oidc(base); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	app, err := review.New(config)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	server := &http.Server{
		Handler: app, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	defer context.AfterFunc(ctx, func() {
		gentle, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		server.Shutdown(gentle)
	})()
	go f.welcome(ctx, s, app, base, w.demo)
	if f.TLSCert != "" {
		err = server.ServeTLS(l, f.TLSCert, f.TLSKey)
	} else {
		err = server.Serve(l)
	}
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("cannot serve the web application: %w", err)
	}
	return nil
}

// welcome prints where the application is and how to sign in for the first time. ClickHouse may not be there yet.
func (f *webFlags) welcome(ctx context.Context, s *streams, app *review.Server, base string, demo bool) {
	err := patiently(ctx, s, "ClickHouse", func() error {
		if demo {
			return f.welcomeDemo(ctx, s, app, base)
		}
		path, err := app.FirstAdmin(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "Web         %s\n", base)
		if path != "" {
			fmt.Fprintf(s.out, "No admin has a password yet. Within three days, once: %s%s\n", base, path)
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		s.log.Error("cannot make the first account", "error", err)
	}
}

func (f *webFlags) welcomeDemo(ctx context.Context, s *streams, app *review.Server, base string) error {
	accounts, err := app.Demo(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Web         %s   This is a DEMO with one account per role; whoever reaches it can sign in:\n", base)
	for _, a := range accounts {
		fmt.Fprintf(s.out, "              %-10s %-16s %s\n", a.Account, a.Password, a.Role)
	}
	fmt.Fprintln(s.out)
	return nil
}

// config is what the flags say.
func (f *webFlags) config(s *streams) (c review.Config, err error) {
	c.Log = s.log
	if c.Location, err = conduct.Zone(f.TimeZone); err != nil {
		return c, err
	}
	for _, p := range f.TrustedProxy {
		prefix, err := netip.ParsePrefix(p)
		if err != nil {
			return c, fmt.Errorf("cannot trust proxy %q: expected a range such as 10.0.0.0/8: %w", p, err)
		}
		c.TrustedProxies = append(c.TrustedProxies, prefix)
	}
	if (f.TLSCert == "") != (f.TLSKey == "") {
		return c, errors.New("TLS needs both --tls-cert and --tls-key")
	}
	c.Shifts, c.Calendar = conduct.DefaultShifts(), conduct.DefaultCalendar()
	if f.Shifts != "" {
		if c.Shifts, err = fromFile(f.Shifts, conduct.ReadShifts); err != nil {
			return c, err
		}
	}
	if f.Holidays != "" {
		c.Calendar, err = fromFile(f.Holidays, conduct.ReadCalendar)
	}
	return c, err
}

func fromFile[T any](file string, read func(name string, data []byte) (T, error)) (T, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		var none T
		return none, fmt.Errorf("cannot read %s: %w", file, err)
	}
	return read(file, data)
}

func (f *webFlags) oidc(base string) (*signin.OIDC, error) {
	if f.OIDCClient == "" {
		return nil, errors.New("--oidc-issuer needs --oidc-client")
	}
	key, err := secret(f.OIDCSecret, f.OIDCSecretFile)
	if err != nil {
		return nil, err
	}
	return &signin.OIDC{
		Name: f.OIDCName, Issuer: f.OIDCIssuer, ClientID: f.OIDCClient, ClientSecret: key, RedirectURL: base + "/sign-in/oidc/callback",
	}, nil
}

// base is where people reach the application.
func (f *webFlags) base(l net.Listener) string {
	if f.WebURL != "" {
		return strings.TrimRight(f.WebURL, "/")
	}
	scheme := "http"
	if f.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + l.Addr().String()
}

// rulesOf are the rules as the web application shows them.
func rulesOf(book *rulebook.Rulebook) []review.Rule {
	var rules []review.Rule
	for _, r := range book.Rules() {
		rules = append(rules, review.Rule{
			ID: r.ID, TitleZH: r.Title.ZH, TitleEN: r.Title.EN, AboutZH: r.About.ZH, AboutEN: r.About.EN, Unit: r.Unit,
			Limit: r.Limit, Points: r.Points, Class: string(r.Class), Clause: strings.Join(r.Clauses, ", "),
			Comparison: r.Comparison, Enabled: r.Enabled,
		})
	}
	return rules
}
