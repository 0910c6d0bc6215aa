package apachekafka

import "testing"

// StartCluster runs brokers until the test ends that are one cluster: each topic is on all of them, and a write that asks for all
// replicas is refused by fewer than two. Each has so many routes to it besides. It returns when all take requests.
func StartCluster(t testing.TB, n, routes int) []*Broker {
	t.Helper()
	jars, err := jars()
	if err != nil {
		t.Fatalf("cannot get Apache Kafka: %v", err)
	}
	ports := freePorts(t, 2*n*(1+routes))
	brokers, voters := make([]*Broker, n), make([]string, n)
	for i := range voters {
		voters[i] = local(ports[n+i])
	}
	for i := range brokers {
		brokers[i] = &Broker{Version: Version, t: t, jars: jars, node: i + 1, addr: local(ports[i]), voters: voters}
		for r := range routes {
			at := 2 * n * (1 + r)
			brokers[i].routes = append(brokers[i].routes, Route{Listens: local(ports[at+i]), Advertised: local(ports[at+n+i])})
		}
	}
	cluster := brokers[0].id()
	for _, b := range brokers {
		b.configure(cluster)
		b.launch()
		t.Cleanup(b.Kill)
	}
	for _, b := range brokers {
		b.await()
	}
	return brokers
}
