// Package signin proves who somebody is: passwords, one-time links, tokens of sessions, rate limits, and
// OpenID Connect. It keeps no accounts and no sessions; who may do what is not its business either.
package signin
