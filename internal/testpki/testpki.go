// Package testpki makes certificates for tests of TLS: an authority of the test's own, a server at 127.0.0.1, and a client.
package testpki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Files are the paths of PEM files.
type Files struct {
	CA                    string
	ServerCert, ServerKey string
	// ServerBoth has the server's key and its certificate, one after the other.
	ServerBoth            string
	ClientCert, ClientKey string
}

// New makes them in a folder of the test's own.
func New(t testing.TB) Files {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, blocks ...*pem.Block) string {
		path := filepath.Join(dir, name)
		var text []byte
		for _, b := range blocks {
			text = append(text, pem.EncodeToMemory(b)...)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	caKey, caCert := issue(t, ca, ca, nil)
	leaf := func(serial int64, name string, usage x509.ExtKeyUsage) (key, cert *pem.Block) {
		k, c := issue(t, &x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
			NotBefore: ca.NotBefore, NotAfter: ca.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{usage},
		}, ca, caKey)
		der, err := x509.MarshalPKCS8PrivateKey(k)
		if err != nil {
			t.Fatal(err)
		}
		return &pem.Block{Type: "PRIVATE KEY", Bytes: der}, &pem.Block{Type: "CERTIFICATE", Bytes: c}
	}
	serverKey, serverCert := leaf(2, "server", x509.ExtKeyUsageServerAuth)
	clientKey, clientCert := leaf(3, "client", x509.ExtKeyUsageClientAuth)
	return Files{
		CA:         write("ca.pem", &pem.Block{Type: "CERTIFICATE", Bytes: caCert}),
		ServerCert: write("server.pem", serverCert), ServerKey: write("server.key", serverKey), ServerBoth: write("both.pem", serverKey, serverCert),
		ClientCert: write("client.pem", clientCert), ClientKey: write("client.key", clientKey),
	}
}

// issue makes a key and a certificate for it, signed with the parent's key; nil is its own.
func issue(t testing.TB, c, parent *x509.Certificate, with *ecdsa.PrivateKey) (*ecdsa.PrivateKey, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if with == nil {
		with = key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, with)
	if err != nil {
		t.Fatal(err)
	}
	return key, der
}
