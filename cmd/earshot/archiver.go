package main

import (
	"context"
	"fmt"

	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/archive"
	"github.com/earshot/earshot/pipeline/evidence"
	"github.com/earshot/earshot/pipeline/store"
)

type archiverCmd struct {
	kafkaFlags
	clickHouseFlags
	evidenceFlags
	archiverFlags
	callFlags
	debugFlags
	MetricsListen string `env:"EARSHOT_METRICS_LISTEN" default:"127.0.0.1:9109" help:"Address of /metrics, /livez and /readyz; empty for none (${default})."`
}

// evidenceFlags say where the audio of calls is kept.
type evidenceFlags struct {
	Evidence        string `env:"EARSHOT_EVIDENCE" placeholder:"DIR|s3://BUCKET/PREFIX" help:"Where the audio of calls is kept: a folder, or a bucket. earshot run: evidence in its data folder by default."`
	S3Endpoint      string `name:"s3-endpoint" env:"EARSHOT_S3_ENDPOINT" placeholder:"URL" help:"S3 server of an s3:// evidence store; Amazon's by default."`
	S3CA            string `name:"s3-ca" env:"EARSHOT_S3_CA" placeholder:"FILE" help:"Certificate authorities (PEM) of the S3 server, beside the system's."`
	S3Region        string `name:"s3-region" env:"EARSHOT_S3_REGION" help:"Region of the bucket."`
	S3AccessKey     string `name:"s3-access-key" env:"EARSHOT_S3_ACCESS_KEY" help:"Access key; by default AWS_ACCESS_KEY_ID, ~/.aws/credentials or the machine's role."`
	S3SecretKey     string `name:"s3-secret-key" env:"EARSHOT_S3_SECRET_KEY" help:"Secret key; better from the environment or a file."`
	S3SecretKeyFile string `name:"s3-secret-key-file" env:"EARSHOT_S3_SECRET_KEY_FILE" placeholder:"FILE" help:"File with the secret key."`
}

// archiverFlags are the archiver's own settings.
type archiverFlags struct {
	ArchiverGroup  string       `env:"EARSHOT_ARCHIVER_GROUP" default:"earshot-archiver" help:"Kafka consumer group of the archiver (${default})."`
	EvidenceWork   string       `env:"EARSHOT_EVIDENCE_WORK" default:"data/evidence-work" placeholder:"DIR" help:"Folder where calls that go on are written before they are put into a bucket (${default})."`
	EvidenceSample float64      `env:"EARSHOT_EVIDENCE_SAMPLE" default:"0.02" help:"Share of the calls without a flag whose audio is kept, 0 to 1 (${default})."`
	EvidenceDays   evidenceDays `embed:"" prefix:"evidence-days-"`
}

type evidenceDays struct {
	Grave   int `env:"EARSHOT_EVIDENCE_DAYS_GRAVE" default:"365" help:"Days that audio is kept whose gravest flag is grave (${default})."`
	Serious int `env:"EARSHOT_EVIDENCE_DAYS_SERIOUS" default:"180" help:"As much for serious (${default})."`
	Minor   int `env:"EARSHOT_EVIDENCE_DAYS_MINOR" default:"90" help:"As much for minor (${default})."`
	Alert   int `env:"EARSHOT_EVIDENCE_DAYS_ALERT" default:"30" help:"As much for alerts (${default})."`
	Sample  int `env:"EARSHOT_EVIDENCE_DAYS_SAMPLE" default:"30" help:"As much for the sample (${default})."`
}

func (d evidenceDays) check() error {
	if min(d.Grave, d.Serious, d.Minor, d.Alert, d.Sample) < 1 {
		return fmt.Errorf("cannot keep audio for %+v days: expected at least 1 of each", d)
	}
	return nil
}

// open opens the evidence store; without a working folder a bucket is only read.
func (f *evidenceFlags) open(ctx context.Context, work string, roots []string) (*evidence.Store, error) {
	key, err := secret(f.S3SecretKey, f.S3SecretKeyFile)
	if err != nil {
		return nil, err
	}
	return evidence.Open(ctx, f.Evidence, evidence.Options{Roots: roots, S3: evidence.S3{
		Endpoint: f.S3Endpoint, Region: f.S3Region, AccessKey: f.S3AccessKey, SecretKey: key, CAFile: f.S3CA, Work: work,
	}})
}

func (c *archiverCmd) Run(ctx context.Context, s *streams) error {
	k, err := c.connection()
	if err != nil {
		return err
	}
	options, err := c.options()
	if err != nil {
		return err
	}
	m := newMonitor()
	stop, err := m.serve(c.MetricsListen, s)
	if err != nil {
		return err
	}
	defer stop()
	stopProfiles, err := c.profiles(s)
	if err != nil {
		return err
	}
	defer stopProfiles()
	return keep(ctx, s, m, k, c.Topic, c.ClickHouse, options, c.evidenceFlags, c.archiverFlags, c.callFlags)
}

// keep runs an archiver until ctx ends.
func keep(ctx context.Context, s *streams, m *monitor, k pipeline.Kafka, t topics, dsn string, o store.Options,
	e evidenceFlags, f archiverFlags, c callFlags) error {
	if err := f.EvidenceDays.check(); err != nil {
		return err
	}
	audio, err := e.open(ctx, f.EvidenceWork, c.RecordingsRoot)
	if err != nil {
		return err
	}
	st, err := store.Open(dsn, o)
	if err != nil {
		return err
	}
	defer st.Close()
	a, err := archive.New(archive.Config{
		Kafka: k, Group: f.ArchiverGroup, Calls: t.Calls, Recordings: t.Recordings,
		Evidence: audio, Outcomes: st.Outcomes, Metrics: archive.NewMetrics(m.registry), Health: m.watch(ctx, "earshot_archiver_", st.Ping), Log: s.log,
		Keep: archive.Keep{
			Grave: f.EvidenceDays.Grave, Serious: f.EvidenceDays.Serious, Minor: f.EvidenceDays.Minor,
			Alert: f.EvidenceDays.Alert, Sample: f.EvidenceDays.Sample, Share: f.EvidenceSample,
		},
		IdleEnd: c.IdleEnd, MaxCall: c.MaxCall, MaxOpen: c.MaxOpen, SessionTimeout: c.SessionTimeout,
	})
	if err != nil {
		return err
	}
	if err := patiently(ctx, s, "Kafka", func() error { return k.EnsureTopics(ctx, t.read()) }); err != nil {
		if ctx.Err() != nil {
			return nil // stopped before there was anything to do
		}
		return err
	}
	s.log.Info("archiver started", "group", f.ArchiverGroup, "evidence", audio)
	return a.Run(ctx)
}
