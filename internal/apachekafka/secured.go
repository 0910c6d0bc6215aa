package apachekafka

import (
	"crypto/tls"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl/plain"

	"github.com/earshot/earshot/internal/testpki"
)

// secured is how a broker that trusts nobody is configured: TLS with certificates from both sides, and SASL.
type secured struct {
	files          testpki.Files
	user, password string
}

// StartSecured runs a broker until the test ends that talks TLS only, wants a certificate from every client, and lets in one
// user: by PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512.
func StartSecured(t testing.TB, files testpki.Files, user, password string) *Broker {
	t.Helper()
	return start(t, &secured{files, user, password})
}

// listener is the name of the broker's listener for clients.
func (s *secured) listener() string {
	if s == nil {
		return "PLAINTEXT"
	}
	return "SASL_SSL"
}

// properties are those of the listener.
func (s *secured) properties() []string {
	if s == nil {
		return nil
	}
	const modules = "org.apache.kafka.common.security."
	jaas := func(mechanism, module string) string {
		return "listener.name.sasl_ssl." + mechanism + ".sasl.jaas.config=" + modules + module
	}
	scram := "scram.ScramLoginModule required;"
	return []string{
		"inter.broker.listener.name=SASL_SSL",
		"sasl.mechanism.inter.broker.protocol=PLAIN",
		"sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
		jaas("plain", fmt.Sprintf("plain.PlainLoginModule required username=%q password=%q user_%s=%q;", s.user, s.password, s.user, s.password)),
		jaas("scram-sha-256", scram), jaas("scram-sha-512", scram),
		"ssl.keystore.type=PEM", "ssl.keystore.location=" + s.files.ServerBoth,
		"ssl.truststore.type=PEM", "ssl.truststore.location=" + s.files.CA,
		"ssl.client.auth=required",
	}
}

// format are the arguments that give the storage its first users.
func (s *secured) format() []string {
	if s == nil {
		return nil
	}
	var args []string
	for _, mechanism := range []string{"SCRAM-SHA-256", "SCRAM-SHA-512"} {
		args = append(args, "--add-scram", fmt.Sprintf("%s=[name=%s,password=%s]", mechanism, s.user, s.password))
	}
	return args
}

// dialer connects as a client that may.
func (s *secured) dialer(t testing.TB) *kafka.Dialer {
	d := &kafka.Dialer{Timeout: time.Second}
	if s == nil {
		return d
	}
	own, err := tls.LoadX509KeyPair(s.files.ClientCert, s.files.ClientKey)
	if err != nil {
		t.Fatal(err)
	}
	d.TLS = &tls.Config{Certificates: []tls.Certificate{own}, InsecureSkipVerify: true} // whether it answers, no more
	d.SASLMechanism = plain.Mechanism{Username: s.user, Password: s.password}
	return d
}

// protocols maps the listeners to what they talk.
func (s *secured) protocols() string {
	return strings.Join([]string{s.listener() + ":" + s.listener(), "CONTROLLER:PLAINTEXT"}, ",")
}
