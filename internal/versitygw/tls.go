package versitygw

import (
	"testing"

	"github.com/earshot/earshot/internal/testpki"
)

// StartTLS is Start with TLS, by a certificate of an authority that no system knows; CAFile names it.
func StartTLS(t testing.TB) *Gateway {
	t.Helper()
	g := prepare(t)
	files := testpki.New(t)
	g.tls = &files
	g.Restart()
	return g
}

// CAFile is the certificate of the authority behind StartTLS, in PEM.
func (g *Gateway) CAFile() string { return g.tls.CA }
