package schemas_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"log"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/schemas"
)

// publishCall sends a call whose agent said alaw, 20 ms in each RTP packet, 200 ms in each record.
func publishCall(ctx context.Context, w *kafka.Writer, id string, began time.Time, alaw []byte) error {
	var messages []kafka.Message
	add := func(at time.Time, r *schemas.CallRecord) {
		r.CallId, r.Sequence, r.CapturedAtUs = id, uint64(len(messages)), at.UnixMicro()
		value, _ := proto.Marshal(r) // fails only on strings that are not UTF-8
		messages = append(messages, kafka.Message{Key: []byte(id), Value: value})
	}
	add(began, &schemas.CallRecord{Body: &schemas.CallRecord_Start{Start: &schemas.CallStart{
		StartedAt: timestamppb.New(began), AgentId: "A7", Team: "north", Direction: schemas.Direction_DIRECTION_INBOUND,
		Streams: []*schemas.Stream{{Leg: schemas.Leg_LEG_AGENT, Ssrc: 1, PayloadType: 8, Codec: schemas.Codec_CODEC_PCMA}},
	}}})
	at := began
	for n := 0; n+160 <= len(alaw); {
		batch, captured := &schemas.MediaBatch{Leg: schemas.Leg_LEG_AGENT}, at
		for ; n+160 <= len(alaw) && len(batch.Packets) < 10; n += 160 {
			rtp := []byte{0x80, 8}                                                // RTP version 2, payload type 8: A-law
			rtp = binary.BigEndian.AppendUint16(rtp, uint16(n/160))               // sequence number
			rtp = binary.BigEndian.AppendUint32(rtp, uint32(n))                   // timestamp
			rtp = append(binary.BigEndian.AppendUint32(rtp, 1), alaw[n:n+160]...) // SSRC and samples
			batch.Packets = append(batch.Packets, &schemas.Packet{OffsetUs: at.Sub(captured).Microseconds(), Rtp: rtp})
			at = at.Add(20 * time.Millisecond)
		}
		add(captured, &schemas.CallRecord{Body: &schemas.CallRecord_Media{Media: batch}})
	}
	add(at, &schemas.CallRecord{Body: &schemas.CallRecord_End{End: &schemas.CallEnd{
		EndedAt: timestamppb.New(at), EndedBy: schemas.Leg_LEG_CUSTOMER,
	}}})
	return w.WriteMessages(ctx, messages...) // live, each record is written as it is complete
}

// Any program can send calls with a Kafka client and the generated schemas. The key is the call id, so that a call's
// records stay in one partition and in their order.
func Example_publishCall() {
	ctx := context.Background()
	broker, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(4, "earshot.calls")) // in place of a Kafka
	if err != nil {
		log.Fatal(err)
	}
	defer broker.Close()

	w := &kafka.Writer{Addr: kafka.TCP(broker.ListenAddrs()...), Topic: "earshot.calls", Balancer: &kafka.Hash{}, RequiredAcks: kafka.RequireAll, BatchTimeout: 10 * time.Millisecond}
	defer w.Close()
	if err := publishCall(ctx, w, "call-42", time.Now(), make([]byte, 8000)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(w.Stats().Messages, "records")
	// Output: 7 records
}
