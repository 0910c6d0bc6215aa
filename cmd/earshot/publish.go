package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/internal/publisher"
	"github.com/earshot/earshot/schemas"
)

type publishCmd struct {
	kafkaFlags
	As           string        `enum:"rtp,recording" default:"rtp" env:"EARSHOT_PUBLISH_AS" help:"Send WAV files as live calls (rtp) or each in one record (recording); captures are live calls (${default})."`
	Speed        float64       `default:"0" env:"EARSHOT_PUBLISH_SPEED" placeholder:"N" help:"Pace of live calls: 1 as they went, 2 twice as fast, 0 as fast as it goes (${default})."`
	Codec        string        `enum:"pcma,pcmu,l16" default:"pcma" env:"EARSHOT_PUBLISH_CODEC" help:"Codec of the RTP made of WAV files: pcma, pcmu or l16 (${default})."`
	Batch        time.Duration `default:"200ms" env:"EARSHOT_PUBLISH_BATCH" help:"Audio of a leg in one record, 20ms to 1s (${default})."`
	ByURI        bool          `name:"by-uri" env:"EARSHOT_PUBLISH_BY_URI" help:"Recordings point at their files, as those over 8 MiB always do; the worker needs --recordings-root."`
	Channels     []string      `default:"agent,customer" env:"EARSHOT_CHANNELS" help:"Legs of a two-channel recording, in the order of its channels, unless the file beside it says so."`
	AgentSSRC    uint32        `name:"agent-ssrc" help:"In a pcap: the agent's stream; by default the first."`
	CustomerSSRC uint32        `name:"customer-ssrc" help:"In a pcap: the customer's stream; by default the second."`
	StartedAt    time.Time     `env:"EARSHOT_STARTED_AT" placeholder:"TIME" help:"When calls began of which nothing else tells, such as 2024-05-01T09:30:00Z. By default they begin now, or at speed 0 end now."`
	CallIDSuffix string        `name:"call-id-suffix" env:"EARSHOT_CALL_ID_SUFFIX" placeholder:"TEXT" help:"Added to every call id."`
	Copies       int           `default:"1" env:"EARSHOT_COPIES" help:"Send each file so often, with -1, -2 and so on added to its call id (${default})."`
	Calls        int           `env:"EARSHOT_PUBLISH_CALLS" placeholder:"N" help:"Calls under way at once; 500 if they keep a pace, else 4."`
	Compression  string        `enum:"none,gzip,snappy,lz4,zstd" default:"none" env:"EARSHOT_PUBLISH_COMPRESSION" help:"Compression in Kafka: none, gzip, snappy, lz4 or zstd (${default})."`
	Files        []string      `arg:"" help:"WAV or pcap files; a folder stands for the WAV and pcap files in it."`
}

// settle is how long a publisher that was stopped waits for Kafka to acknowledge what was sent.
const settle = 5 * time.Second

// barEvery is how often the bar moves: hundreds of live calls send thousands of records a second.
const barEvery = 200 * time.Millisecond

func (c *publishCmd) Run(ctx context.Context, s *streams) error {
	o, d, err := c.plan()
	if err != nil {
		fmt.Fprintf(s.err, "earshot: %v\n", err)
		return exitCode(usageError)
	}
	files, err := expand(c.Files)
	if err != nil {
		return err
	}
	p, err := c.publisher(ctx, s)
	if err != nil {
		return err
	}
	// A bar's total is that of the calls; the records tell that something goes on while they last.
	bar := progress(s, len(files)*c.Copies, "calls")
	done, failures, records := 0, 0, 0
	var shown time.Time
	d.OnSent = func(n int) {
		records += n
		if time.Since(shown) > barEvery {
			shown = time.Now()
			bar.Describe(fmt.Sprintf("%d records, calls", records))
		}
	}
	d.OnReport = func(r publisher.Report) {
		done++
		bar.Clear()
		if r.Err != nil {
			failures++
		}
		tell(s, ctx, r)
		bar.Add(1)
	}
	err = p.Publish(ctx, files, o, d)
	bar.Finish()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), settle)
	defer cancel()
	if err := p.Close(closing); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		fmt.Fprintf(s.err, "earshot: stopped: %d of %d calls were sent in full, %d records in all\n", done-failures, len(files)*c.Copies, records)
		return exitCode(1)
	case failures > 0:
		return exitCode(1)
	}
	return err
}

// plan reads the flags.
func (c *publishCmd) plan() (o publisher.Options, d publisher.Delivery, err error) {
	channels, err := legsNamed(c.Channels)
	switch {
	case err != nil:
		return o, d, fmt.Errorf("--channels: %w", err)
	case !(c.Speed >= 0): // nor NaN
		return o, d, fmt.Errorf("--speed %v: expected 0 or more", c.Speed)
	case c.Copies < 1:
		return o, d, fmt.Errorf("--copies %d: expected 1 or more", c.Copies)
	case c.Calls < 0:
		return o, d, fmt.Errorf("--calls %d: expected 1 or more", c.Calls)
	case c.Batch < 20*time.Millisecond || c.Batch > publisher.MaxBatch:
		return o, d, fmt.Errorf("--batch %v: expected 20ms to %v", c.Batch, publisher.MaxBatch)
	}
	o = publisher.Options{
		Suffix: c.CallIDSuffix, StartedAt: c.StartedAt, Channels: channels, Batch: c.Batch, ByURI: c.ByURI,
		Codec: map[string]schemas.Codec{
			"pcma": schemas.Codec_CODEC_PCMA, "pcmu": schemas.Codec_CODEC_PCMU, "l16": schemas.Codec_CODEC_L16,
		}[c.Codec],
		AgentSSRC: c.AgentSSRC, CustomerSSRC: c.CustomerSSRC,
	}
	d = publisher.Delivery{Speed: c.Speed, Copies: c.Copies, Concurrency: c.Calls}
	if c.As == "recording" {
		d.As = publisher.Whole
	}
	return o, d, nil
}

// publisher makes the topic if there is none, so that a wrong address is told before any file is read.
func (c *publishCmd) publisher(ctx context.Context, s *streams) (*publisher.Publisher, error) {
	k, err := c.connection()
	if err != nil {
		return nil, err
	}
	transport, err := k.Transport()
	if err != nil {
		return nil, err
	}
	topic := c.Topic.Calls
	if c.As == "recording" {
		topic = c.Topic.Recordings
	}
	if err := k.EnsureTopics(ctx, map[string]int{topic: c.Topic.Partitions}); err != nil {
		return nil, err
	}
	return publisher.New(publisher.Config{
		Brokers: k.Brokers, Transport: transport, Calls: c.Topic.Calls, Recordings: c.Topic.Recordings, Log: s.log,
		Compression: map[string]kafka.Compression{"gzip": kafka.Gzip, "snappy": kafka.Snappy, "lz4": kafka.Lz4, "zstd": kafka.Zstd}[c.Compression],
	}), nil
}

// tell prints how a call went. One that only ctx stopped did not fail.
func tell(s *streams, ctx context.Context, r publisher.Report) {
	for _, w := range r.Warnings {
		fmt.Fprintf(s.err, "earshot: %s: %s\n", r.File, w)
	}
	switch {
	case r.Err == nil:
		fmt.Fprintf(s.out, "%s\t%s\t%d records\n", r.CallID, r.File, r.Records)
	case ctx.Err() == nil || !errors.Is(r.Err, ctx.Err()):
		fmt.Fprintf(s.err, "earshot: %v\n", r.Err)
	}
}
