package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/apachekafka"
	"github.com/earshot/earshot/internal/testpki"
	"github.com/earshot/earshot/internal/versitygw"
)

// Everything that talks to Kafka, ClickHouse and S3 does so where they are secured: TLS with an authority of one's own and with
// certificates from both sides, SASL by each mechanism, a password for ClickHouse, keys for S3; the secrets in files or in the
// environment.
// And whether all goes well or not, no secret is in a log, in an error or in what is served.
func TestSecuredPipe(t *testing.T) {
	files := testpki.New(t)
	const user, kafkaSecret, clickHouseSecret = "listener", "kafka-5ecr&t p@ss", "clickhouse-5ecr&t p@ss/%"
	broker := apachekafka.StartSecured(t, files, user, kafkaSecret)
	clickhouse := securedClickHouse(t, files, user, clickHouseSecret)
	bucket := versitygw.StartTLS(t)
	bucket.Bucket("recordings")
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	p := &program{t: t, env: map[string]string{
		"EARSHOT_KAFKA": broker.Addr(), "EARSHOT_KAFKA_TLS": "true", "EARSHOT_KAFKA_CA": files.CA,
		"EARSHOT_KAFKA_CERT": files.ClientCert, "EARSHOT_KAFKA_KEY": files.ClientKey,
		"EARSHOT_KAFKA_SASL": "scram-sha-512", "EARSHOT_KAFKA_USER": user, "EARSHOT_KAFKA_PASSWORD_FILE": file("kafka", kafkaSecret+"\n"),
		"EARSHOT_CLICKHOUSE": clickhouse.dsn, "EARSHOT_CLICKHOUSE_CA": files.CA, "EARSHOT_CLICKHOUSE_USER": user,
		"EARSHOT_CLICKHOUSE_CERT": files.ClientCert, "EARSHOT_CLICKHOUSE_KEY": files.ClientKey,
		"EARSHOT_CLICKHOUSE_PASSWORD": clickHouseSecret,
		"EARSHOT_EVIDENCE":            "s3://recordings/calls", "EARSHOT_S3_ENDPOINT": bucket.Endpoint(), "EARSHOT_S3_CA": bucket.CAFile(),
		"EARSHOT_S3_ACCESS_KEY": versitygw.AccessKey, "EARSHOT_S3_SECRET_KEY_FILE": file("s3", versitygw.SecretKey+"\n"),
		"EARSHOT_TOPIC_PARTITIONS": "1", "EARSHOT_LOG_LEVEL": "debug",
	}}
	p.succeeds(nil, "migrate")
	for i, mechanism := range []string{"scram-sha-512", "scram-sha-256", "plain"} {
		if err := writeWAV(filepath.Join(dir, mechanism+".wav"), "3", "2"); err != nil {
			t.Fatal(err)
		}
		by := map[string]string{"EARSHOT_KAFKA_SASL": mechanism}
		metrics := address(t)
		worker := p.starts(by, "worker", "--metrics-listen", metrics)
		archiverMetrics := address(t)
		archiver := p.starts(by, "archiver", "--metrics-listen", archiverMetrics, "--evidence-work", dir, "--evidence-sample", "1")
		p.until("GET /readyz", func() bool { return p.get(metrics, "/readyz") == http.StatusOK })
		p.succeeds(by, "publish", "--as", "rtp", filepath.Join(dir, mechanism+".wav"))
		p.until("the call "+mechanism, func() bool {
			return clickhouse.has("SELECT state FROM calls FINAL WHERE call_id = '" + mechanism + "'")
		})
		p.until("the audio of "+mechanism, func() bool { return kept(bucket) > i })
		p.get(archiverMetrics, "/metrics")
		p.get(archiverMetrics, "/status")
		p.succeeds(by, "status", "--workers", metrics)
		p.succeeds(by, "deadletters", "list")
		for _, path := range []string{"/metrics", "/status", "/livez"} {
			if status := p.get(metrics, path); status != http.StatusOK {
				t.Errorf("%s answers %d", path, status)
			}
		}
		worker.ends(0)
		archiver.ends(0)
	}

	wrong := func(change map[string]string, want string, args ...string) {
		t.Helper()
		p.fails(change, want, args...)
	}
	badKafka := map[string]string{"EARSHOT_KAFKA_PASSWORD_FILE": file("wrong", "wr0ng-"+kafkaSecret)}
	wrong(badKafka, "SASL Authentication Failed", "publish", filepath.Join(dir, "plain.wav"))
	wrong(badKafka, "SASL Authentication Failed", "deadletters", "list")
	wrong(map[string]string{"EARSHOT_KAFKA_PASSWORD_FILE": filepath.Join(dir, "none")}, "cannot read the password file", "deadletters", "list")
	wrong(map[string]string{"EARSHOT_KAFKA_SASL": ""}, "expected --kafka-sasl", "deadletters", "list")
	wrong(map[string]string{"EARSHOT_KAFKA_TLS": "false"}, "expected --kafka-tls", "deadletters", "list")
	wrong(map[string]string{"EARSHOT_KAFKA_CA": ""}, "certificate", "deadletters", "list")
	wrong(map[string]string{"EARSHOT_KAFKA_KEY": ""}, "half of a client certificate", "deadletters", "list")
	wrong(map[string]string{"EARSHOT_KAFKA_CA": files.ServerKey}, "holds no PEM certificate", "deadletters", "list")
	wrong(map[string]string{"EARSHOT_CLICKHOUSE_PASSWORD": "wr0ng-" + clickHouseSecret}, "Authentication failed", "migrate")
	wrong(map[string]string{"EARSHOT_CLICKHOUSE_CA": ""}, "certificate", "migrate")
	wrong(map[string]string{"EARSHOT_CLICKHOUSE_CERT": "", "EARSHOT_CLICKHOUSE_KEY": ""}, "certificate", "migrate")
	wrong(map[string]string{"EARSHOT_CLICKHOUSE": strings.Replace(clickhouse.dsn, "https:", "http:", 1)}, "expected https", "migrate")
	wrong(map[string]string{"EARSHOT_S3_SECRET_KEY_FILE": filepath.Join(dir, "none")}, "cannot read the password file", "archiver", "--metrics-listen=")
	// An archiver that is refused says so and waits, as a worker does.
	badKey := map[string]string{"EARSHOT_S3_SECRET_KEY_FILE": file("wrong-s3", "wr0ng-"+versitygw.SecretKey)}
	keeper := p.starts(badKey, "archiver", "--metrics-listen", address(t), "--evidence-work", dir, "--evidence-sample", "1")
	p.succeeds(nil, "publish", "--as", "rtp", "--call-id-suffix=-again", filepath.Join(dir, "plain.wav"))
	p.until("the refusal by S3", func() bool { return strings.Contains(keeper.said(), "signature") })
	keeper.ends(0)
	// A worker that is refused says so and waits: the password may be about to be changed on the other side.
	metrics := address(t)
	refused := p.starts(badKafka, "worker", "--metrics-listen", metrics)
	p.until("the refusal in the log", func() bool { return strings.Contains(refused.said(), "SASL Authentication Failed") })
	p.get(metrics, "/status")
	p.get(metrics, "/readyz")
	refused.ends(0)
	clickhouse.passwords.Store(false) // changed while the worker runs
	refused = p.starts(nil, "worker", "--metrics-listen", metrics)
	p.until("the refusal by ClickHouse at /readyz", func() bool {
		return p.get(metrics, "/readyz") == 503 && strings.Contains(p.said(), "Authentication failed")
	})
	p.get(metrics, "/status")
	refused.ends(0)

	all := p.said()
	for _, visible := range []string{"worker started", "earshot_ready", `"version"`, clickhouse.addr} {
		if !strings.Contains(all, visible) {
			t.Errorf("%q is nowhere in all that was said: has it been read?", visible)
		}
	}
	for _, leak := range leaks(all, kafkaSecret, clickHouseSecret, versitygw.SecretKey) {
		t.Error(leak)
	}
	if len(leaks(fmt.Sprintf("x %s y", encodings(kafkaSecret)[1]), kafkaSecret)) != 1 {
		t.Error("a secret that leaks would not be found")
	}
}
