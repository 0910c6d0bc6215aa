package clickhouse

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// endless is a query that runs until it is killed.
const endless = "SELECT max(sipHash64(number, %d)) FROM numbers(1000000000000)"

// running counts the endless queries with the mark in their text.
func running(t testing.TB, mark int) string {
	return strings.TrimSpace(post(t, "", fmt.Sprintf(
		"SELECT count() FROM system.processes WHERE query LIKE '%%sipHash64(number, %d)%%' AND query NOT LIKE '%%processes%%'", mark)))
}

// begin sends an endless query and returns when it runs; the channel gives its outcome.
func begin(t *testing.T, ctx context.Context, mark int) <-chan error {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+engine(t).Addr()+"/", strings.NewReader(fmt.Sprintf(endless, mark)))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			res.Body.Close()
			err = fmt.Errorf("it answered %s", res.Status)
		}
		done <- err
	}()
	for running(t, mark) != "1" {
	}
	return done
}

func TestSlowQueryHoldsUpNobodyAndDiesWithItsClient(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	slow := begin(t, ctx, 1)
	for i := range 50 {
		if got := post(t, "", fmt.Sprintf("SELECT %d", i)); got != fmt.Sprintf("%d\n", i) {
			t.Fatalf("beside a slow query, SELECT %d answers %q", i, got)
		}
	}
	select {
	case err := <-slow:
		t.Fatalf("the slow query ended before the fast ones: %v", err)
	default:
	}
	leave()
	<-slow
	for running(t, 1) != "0" { // it goes on only if nobody kills it; then the test runs out of time
	}
}

func TestMoreClientsThanSessions(t *testing.T) {
	db := database(t)
	post(t, "", "CREATE TABLE "+db+".t (a UInt32) ENGINE = MergeTree ORDER BY a")
	const clients, each = 4 * DefaultConnections, 5
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for i := range each {
				post(t, fmt.Sprintf("database=%s&max_threads=%d", db, 1+client%3), fmt.Sprintf("INSERT INTO t VALUES (%d)", client*each+i))
				if got := post(t, fmt.Sprintf("max_threads=%d", 1+client%3), "SELECT getSetting('max_threads')"); got != fmt.Sprintf("%d\n", 1+client%3) {
					t.Errorf("one client's setting shows as %q to another", got)
				}
			}
		})
	}
	all.Wait()
	if got := post(t, "", "SELECT count(), uniqExact(a) FROM "+db+".t"); got != fmt.Sprintf("%d\t%d\n", clients*each, clients*each) {
		t.Errorf("the table holds %q, want %d rows", got, clients*each)
	}
}

func TestTemporaryTableDoesNotShowInTheNextRequest(t *testing.T) {
	for range 2 * DefaultConnections {
		post(t, "", "CREATE TEMPORARY TABLE scratch (a Int8)") // would fail where one is left
	}
}
