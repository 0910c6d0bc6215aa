package signin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// OIDC signs people in by an OpenID Connect provider: the authorization code flow with PKCE (RFC 7636), state and nonce.
// The provider is asked for its endpoints when somebody signs in first, so that it may be away when Earshot starts.
type OIDC struct {
	Name         string // what the button says
	Issuer       string
	ClientID     string
	ClientSecret string
	RedirectURL  string // of this application: https://host/sign-in/oidc/callback

	mu       sync.Mutex
	provider *oidc.Provider
}

// Identity is who the provider says somebody is.
type Identity struct {
	Issuer, Subject string
	Email           string // only if the provider has verified it
	Name            string
}

// Attempt is what a browser keeps while somebody is at the provider.
type Attempt struct {
	State, Nonce, Verifier string
	To                     string // where to go then
}

// ErrIdentity says that what came back from the provider proves nothing.
var ErrIdentity = errors.New("the identity provider's answer proves nothing")

func (o *OIDC) connect(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.provider == nil {
		// The provider keeps the context to fetch its keys later, when this request is long over.
		p, err := oidc.NewProvider(context.WithoutCancel(ctx), o.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("cannot reach the identity provider: %w", err)
		}
		o.provider = p
	}
	return o.provider, &oauth2.Config{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret, RedirectURL: o.RedirectURL, Endpoint: o.provider.Endpoint(),
		Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}, nil
}

// Start begins an attempt and says where the browser is to go.
func (o *OIDC) Start(ctx context.Context, to string) (url string, a Attempt, err error) {
	_, config, err := o.connect(ctx)
	if err != nil {
		return "", a, err
	}
	a = Attempt{State: Token(), Nonce: Token(), Verifier: oauth2.GenerateVerifier(), To: to}
	return config.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), a, nil
}

// Finish takes what the provider sent back and says who it is, or gives an error that wraps ErrIdentity.
func (o *OIDC) Finish(ctx context.Context, a Attempt, state, code string) (Identity, error) {
	var id Identity
	if a.State == "" || state != a.State {
		return id, fmt.Errorf("%w: it belongs to no attempt of this browser", ErrIdentity)
	}
	provider, config, err := o.connect(ctx)
	if err != nil {
		return id, err
	}
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return id, fmt.Errorf("%w: %w", ErrIdentity, err)
	}
	if err != nil {
		return id, fmt.Errorf("cannot exchange the code of the identity provider: %w", err)
	}
	raw, _ := token.Extra("id_token").(string)
	verified, err := provider.Verifier(&oidc.Config{ClientID: o.ClientID}).Verify(ctx, raw)
	if err != nil {
		return id, fmt.Errorf("%w: %w", ErrIdentity, err)
	}
	if verified.Nonce != a.Nonce {
		return id, fmt.Errorf("%w: the nonce is another", ErrIdentity)
	}
	var c claims
	if err := verified.Claims(&c); err != nil {
		return id, fmt.Errorf("%w: %w", ErrIdentity, err)
	}
	// A provider may keep e-mail and name for its UserInfo endpoint (OpenID Connect Core, 5.4).
	if c.Email == "" && provider.UserInfoEndpoint() != "" {
		info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return id, fmt.Errorf("cannot ask the identity provider who it is: %w", err)
		}
		if info.Subject != verified.Subject {
			return id, fmt.Errorf("%w: UserInfo speaks of another", ErrIdentity)
		}
		if err := info.Claims(&c); err != nil {
			return id, fmt.Errorf("%w: %w", ErrIdentity, err)
		}
	}
	id = Identity{Issuer: verified.Issuer, Subject: verified.Subject, Name: c.Name}
	if c.Verified {
		id.Email = c.Email
	}
	return id, nil
}

// claims are what the provider says of somebody beside the subject.
type claims struct {
	Email    string `json:"email"`
	Verified bool   `json:"email_verified"`
	Name     string `json:"name"`
}

// Pack makes an attempt fit for a cookie.
func (a Attempt) Pack() string {
	data, _ := json.Marshal(a) // strings only
	return base64.RawURLEncoding.EncodeToString(data)
}

// Unpack reads what Pack made; the empty attempt, which matches nothing, when it is anything else.
func Unpack(cookie string) (a Attempt) {
	data, err := base64.RawURLEncoding.DecodeString(cookie)
	if err != nil || json.Unmarshal(data, &a) != nil {
		return Attempt{}
	}
	return a
}
