package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/pipeline/tlsfiles"
	"github.com/earshot/earshot/schemas"
)

// kafkaFlags say how to reach Kafka.
type kafkaFlags struct {
	Kafka             []string `env:"EARSHOT_KAFKA" placeholder:"HOST:PORT" help:"Kafka brokers."`
	KafkaTLS          bool     `name:"kafka-tls" env:"EARSHOT_KAFKA_TLS" help:"Connect to Kafka by TLS."`
	KafkaCA           string   `name:"kafka-ca" env:"EARSHOT_KAFKA_CA" placeholder:"FILE" help:"Certificate authorities (PEM) for Kafka, beside the system's."`
	KafkaCert         string   `name:"kafka-cert" env:"EARSHOT_KAFKA_CERT" placeholder:"FILE" help:"Client certificate (PEM), for brokers that ask for one."`
	KafkaKey          string   `name:"kafka-key" env:"EARSHOT_KAFKA_KEY" placeholder:"FILE" help:"Its key (PEM)."`
	KafkaSASL         string   `name:"kafka-sasl" env:"EARSHOT_KAFKA_SASL" enum:",plain,scram-sha-256,scram-sha-512" default:"" help:"SASL mechanism: plain, scram-sha-256, scram-sha-512."`
	KafkaUser         string   `env:"EARSHOT_KAFKA_USER" help:"SASL user."`
	KafkaPassword     string   `env:"EARSHOT_KAFKA_PASSWORD" help:"SASL password; better from the environment or a file."`
	KafkaPasswordFile string   `env:"EARSHOT_KAFKA_PASSWORD_FILE" placeholder:"FILE" help:"File with the SASL password."`
	Topic             topics   `embed:"" prefix:"topic-"`
}

type topics struct {
	Calls       string `env:"EARSHOT_TOPIC_CALLS" default:"earshot.calls" help:"Topic of live calls (${default})."`
	Recordings  string `env:"EARSHOT_TOPIC_RECORDINGS" default:"earshot.recordings" help:"Topic of recordings (${default})."`
	Flags       string `env:"EARSHOT_TOPIC_FLAGS" default:"earshot.flags" help:"Topic to which flags are told (${default})."`
	DeadLetters string `env:"EARSHOT_TOPIC_DEADLETTERS" default:"earshot.deadletters" help:"Topic of records that cannot be used (${default})."`
	Partitions  int    `env:"EARSHOT_TOPIC_PARTITIONS" default:"4" help:"Partitions of topics that do not exist yet (${default})."`
}

func (t topics) all() map[string]int {
	return map[string]int{t.Calls: t.Partitions, t.Recordings: t.Partitions, t.Flags: 1, t.DeadLetters: 1}
}

// read are those that are only read.
func (t topics) read() map[string]int {
	return map[string]int{t.Calls: t.Partitions, t.Recordings: t.Partitions}
}

func (f *kafkaFlags) connection() (pipeline.Kafka, error) {
	k := pipeline.Kafka{Brokers: f.Kafka, TLS: f.KafkaTLS, SASL: f.KafkaSASL, User: f.KafkaUser,
		Files: tlsfiles.Files{CA: f.KafkaCA, Cert: f.KafkaCert, Key: f.KafkaKey}}
	var err error
	if k.Password, err = secret(f.KafkaPassword, f.KafkaPasswordFile); err != nil {
		return k, err
	}
	switch {
	case !k.TLS && !k.Files.None():
		return k, errors.New("certificates for Kafka, but no TLS: expected --kafka-tls with --kafka-ca, --kafka-cert and --kafka-key")
	case k.SASL == "" && k.Password != "":
		return k, errors.New("a password for Kafka, but no mechanism to tell it by: expected --kafka-sasl, such as scram-sha-512")
	case len(f.Kafka) == 0:
		return k, fmt.Errorf("no Kafka broker: expected --kafka HOST:PORT or EARSHOT_KAFKA")
	}
	return k, nil
}

// clickHouseFlags say how to reach ClickHouse.
type clickHouseFlags struct {
	ClickHouse             string `name:"clickhouse" env:"EARSHOT_CLICKHOUSE" placeholder:"DSN" help:"ClickHouse: http://host:8123/earshot, https://… or clickhouse://host:9000/earshot."`
	ClickHouseUser         string `name:"clickhouse-user" env:"EARSHOT_CLICKHOUSE_USER" help:"User, unless the DSN names one."`
	ClickHousePassword     string `name:"clickhouse-password" env:"EARSHOT_CLICKHOUSE_PASSWORD" help:"Password; better from the environment or a file."`
	ClickHousePasswordFile string `name:"clickhouse-password-file" env:"EARSHOT_CLICKHOUSE_PASSWORD_FILE" placeholder:"FILE" help:"File with the password."`
	ClickHouseCA           string `name:"clickhouse-ca" env:"EARSHOT_CLICKHOUSE_CA" placeholder:"FILE" help:"Certificate authorities (PEM) for ClickHouse, beside the system's."`
	ClickHouseCert         string `name:"clickhouse-cert" env:"EARSHOT_CLICKHOUSE_CERT" placeholder:"FILE" help:"Client certificate (PEM), for a ClickHouse that asks for one."`
	ClickHouseKey          string `name:"clickhouse-key" env:"EARSHOT_CLICKHOUSE_KEY" placeholder:"FILE" help:"Its key (PEM)."`
	Cluster                string `env:"EARSHOT_CLUSTER" placeholder:"NAME" help:"Make replicated tables on this ClickHouse cluster."`
}

func (f *clickHouseFlags) options() (store.Options, error) {
	password, err := secret(f.ClickHousePassword, f.ClickHousePasswordFile)
	if err == nil && f.ClickHouse == "" {
		err = fmt.Errorf("no ClickHouse: expected --clickhouse DSN or EARSHOT_CLICKHOUSE")
	}
	o := store.Options{Username: f.ClickHouseUser, Password: password, Cluster: f.Cluster}
	files := tlsfiles.Files{CA: f.ClickHouseCA, Cert: f.ClickHouseCert, Key: f.ClickHouseKey}
	if err != nil || files.None() {
		return o, err
	}
	if !store.ByTLS(f.ClickHouse) {
		return o, errors.New("certificates for ClickHouse, but a DSN without TLS: expected https://… or clickhouse://…?secure=true")
	}
	if o.TLS, err = files.Config(); err != nil {
		err = fmt.Errorf("cannot connect to ClickHouse by TLS: %w", err)
	}
	return o, err
}

func secret(value, file string) (string, error) {
	if file == "" {
		return value, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("cannot read the password file: %w", err)
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

// rulebookFlags choose what calls are judged by.
type rulebookFlags struct {
	Rulebook string `env:"EARSHOT_RULEBOOK" placeholder:"FILE" help:"Rulebook (YAML); the built-in one by default."`
	Profile  string `env:"EARSHOT_PROFILE" placeholder:"NAME" help:"Profile of the rulebook, such as strict."`
}

func (f *rulebookFlags) load() (*rulebook.Rulebook, error) {
	if f.Rulebook == "" {
		return rulebook.Load("schemas/rulebook.yaml", schemas.Rulebook, f.Profile, analyzers.Vocabulary())
	}
	data, err := os.ReadFile(f.Rulebook)
	if err != nil {
		return nil, fmt.Errorf("cannot read the rulebook: %w", err)
	}
	return rulebook.Load(f.Rulebook, data, f.Profile, analyzers.Vocabulary())
}
