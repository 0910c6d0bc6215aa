// Package tlsfiles makes a TLS client's settings out of PEM files.
package tlsfiles

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// Files are those that a client needs beside what the system has; any may be empty.
type Files struct {
	// CA holds certificate authorities that are trusted beside the system's.
	CA string
	// Cert and Key are the client's own certificate and its key, for servers that ask for one.
	Cert, Key string
}

// None says that the system's own are enough.
func (f Files) None() bool { return f == Files{} }

// Config reads the files. Errors name the file, and nothing of what is in it.
func (f Files) Config() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if f.CA != "" {
		pem, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, fmt.Errorf("cannot read the certificate authorities: %w", err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("cannot use the certificate authorities in %s: it holds no PEM certificate", f.CA)
		}
		c.RootCAs = pool
	}
	if (f.Cert == "") != (f.Key == "") {
		return nil, errors.New("cannot use half of a client certificate: expected a file with the certificate and one with its key")
	}
	if f.Cert != "" {
		own, err := tls.LoadX509KeyPair(f.Cert, f.Key)
		if err != nil {
			return nil, fmt.Errorf("cannot use the client certificate %s with the key %s: %w", f.Cert, f.Key, err)
		}
		c.Certificates = []tls.Certificate{own}
	}
	return c, nil
}
