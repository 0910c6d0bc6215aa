package pipeline

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"

	"github.com/earshot/earshot/pipeline/tlsfiles"
)

// MaxRecordBytes is the largest record Earshot takes: a recording of 8 MiB and what is said of it.
const MaxRecordBytes = 9 << 20

// Kafka says how to reach the brokers.
type Kafka struct {
	Brokers []string
	// TLS connects by TLS.
	TLS   bool
	Files tlsfiles.Files
	// SASL is plain, scram-sha-256 or scram-sha-512; empty for none.
	SASL, User, Password string
	// Dial makes the connections to brokers; nil for TCP ones.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Dialer connects to a broker as the settings say.
func (k Kafka) Dialer() (*kafka.Dialer, error) {
	d := &kafka.Dialer{Timeout: 10 * time.Second, DualStack: true, ClientID: "earshot", DialFunc: dialPatiently(k.Dial)}
	var err error
	if d.TLS, err = k.tls(); err != nil {
		return nil, err
	}
	if d.SASLMechanism, err = k.mechanism(); err != nil {
		return nil, err
	}
	return d, nil
}

// Transport is the Dialer's counterpart for writers and admin requests.
func (k Kafka) Transport() (*kafka.Transport, error) {
	t := &kafka.Transport{DialTimeout: 10 * time.Second, ClientID: "earshot", Dial: k.Dial}
	var err error
	if t.TLS, err = k.tls(); err != nil {
		return nil, err
	}
	if t.SASL, err = k.mechanism(); err != nil {
		return nil, err
	}
	return t, nil
}

func (k Kafka) tls() (*tls.Config, error) {
	if !k.TLS {
		return nil, nil
	}
	c, err := k.Files.Config()
	if err != nil {
		return nil, fmt.Errorf("cannot connect to Kafka by TLS: %w", err)
	}
	return c, nil
}

func (k Kafka) mechanism() (sasl.Mechanism, error) {
	switch k.SASL {
	case "":
		return nil, nil
	case "plain":
		return plain.Mechanism{Username: k.User, Password: k.Password}, nil
	case "scram-sha-256":
		return scram.Mechanism(scram.SHA256, k.User, k.Password)
	case "scram-sha-512":
		return scram.Mechanism(scram.SHA512, k.User, k.Password)
	default:
		return nil, fmt.Errorf("unknown SASL mechanism %q: expected plain, scram-sha-256 or scram-sha-512", k.SASL)
	}
}

// EnsureTopics makes the topics that are missing, each with so many partitions and the brokers' own replication factor. Who may not make
// topics can do without the right where there are all.
func (k Kafka) EnsureTopics(ctx context.Context, partitions map[string]int) error {
	dialer, err := k.Dialer()
	if err != nil {
		return err
	}
	conn, err := dialAny(ctx, dialer, k.Brokers)
	if err != nil {
		return err
	}
	defer conn.Close()
	missing, err := k.missing(ctx, slices.Sorted(maps.Keys(partitions)))
	if err != nil || len(missing) == 0 {
		return err
	}
	controller, err := conn.Controller()
	if err != nil {
		return fmt.Errorf("cannot find the Kafka controller: %w", err)
	}
	admin, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(controller.Host, strconv.Itoa(controller.Port)))
	if err != nil {
		return fmt.Errorf("cannot reach the Kafka controller: %w", err)
	}
	defer admin.Close()
	for _, topic := range missing {
		err := admin.CreateTopics(kafka.TopicConfig{
			Topic: topic, NumPartitions: partitions[topic], ReplicationFactor: -1,
			ConfigEntries: []kafka.ConfigEntry{
				{ConfigName: "max.message.bytes", ConfigValue: strconv.Itoa(MaxRecordBytes + 1<<20)},
			},
		})
		if err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
			return fmt.Errorf("cannot make the topic %s: %w", topic, err)
		}
	}
	return nil
}

// missing are those of topics that there are not, or that Kafka does not show to who may not see them.
func (k Kafka) missing(ctx context.Context, topics []string) (missing []string, err error) {
	transport, err := k.Transport()
	if err != nil {
		return nil, err
	}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(k.Brokers...), Timeout: 10 * time.Second, Transport: transport}
	// Asked in this way a broker makes none of them by itself, with partitions of its own liking.
	there, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: topics})
	if err != nil {
		return nil, fmt.Errorf("cannot ask Kafka for its topics: %w", err)
	}
	for _, t := range there.Topics {
		if errors.Is(t.Error, kafka.UnknownTopicOrPartition) {
			missing = append(missing, t.Name)
		}
	}
	return missing, nil
}

func dialAny(ctx context.Context, d *kafka.Dialer, brokers []string) (*kafka.Conn, error) {
	var errs []error
	for _, b := range brokers {
		conn, err := d.DialContext(ctx, "tcp", b)
		if err == nil {
			return conn, nil
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("cannot reach Kafka at %v: %w", brokers, errors.Join(errs...))
}
