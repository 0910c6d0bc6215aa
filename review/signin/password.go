package signin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
)

// Bounds of a password, in characters. Length is what makes a password strong; which characters it has does not matter
// (NIST SP 800-63B, 3.1.1). The upper bound keeps a hash from being made of a megabyte.
const (
	MinPassword = 12
	MaxPassword = 256
)

// What a password may be refused for.
var (
	ErrPasswordShort = errors.New("password too short")
	ErrPasswordLong  = errors.New("password too long")
	ErrPasswordPlain = errors.New("password is the account's name or one character over and over")
)

// hashing bounds how many hashes are computed at once: each takes 64 MiB for a moment.
var hashing = make(chan struct{}, 2)

// parameters are the second recommended option of RFC 9106, section 4: 64 MiB, three passes.
var parameters = &argon2id.Params{Memory: 64 * 1024, Iterations: 3, Parallelism: 2, SaltLength: 16, KeyLength: 32}

// Check says what is wrong with a new password of an account.
func Check(account, password string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		return ErrPasswordShort
	case n > MaxPassword:
		return ErrPasswordLong
	}
	first, _ := utf8.DecodeRuneInString(password)
	if strings.EqualFold(account, password) || strings.Trim(password, string(first)) == "" {
		return ErrPasswordPlain
	}
	return nil
}

// Hash makes an argon2id hash of a password, with its parameters and its salt, to be stored.
func Hash(ctx context.Context, password string) (string, error) {
	if err := turn(ctx); err != nil {
		return "", err
	}
	defer done()
	hash, err := argon2id.CreateHash(password, parameters)
	if err != nil {
		return "", fmt.Errorf("cannot hash a password: %w", err)
	}
	return hash, nil
}

// nobody is the hash of no account: an unknown name takes as long to refuse as a wrong password.
const nobody = "$argon2id$v=19$m=65536,t=3,p=2$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Match says whether a password is the one of a hash. The empty hash, that of an account without a password or of no
// account, matches nothing and takes as long.
func Match(ctx context.Context, password, hash string) (bool, error) {
	if err := turn(ctx); err != nil {
		return false, err
	}
	defer done()
	known := hash != ""
	if !known {
		hash = nobody
	}
	if utf8.RuneCountInString(password) > MaxPassword {
		password, known = "", false
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("cannot compare a password: %w", err)
	}
	return ok && known, nil
}

func turn(ctx context.Context) error {
	select {
	case hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func done() { <-hashing }
