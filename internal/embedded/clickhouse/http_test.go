package clickhouse

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func q(query string) string { return "query=" + url.QueryEscape(query) }

func TestHTTPQueries(t *testing.T) {
	db := database(t)
	post(t, "", "CREATE TABLE "+db+".t (a UInt32, s String) ENGINE = MergeTree ORDER BY a")
	post(t, "", "INSERT INTO "+db+".t VALUES (1, 'one'), (2, 'two')")
	for _, c := range []struct {
		name, method, params, body string
		headers                    []string
		want, contentType          string
	}{
		{name: "nothing asked", method: "GET", want: "Ok.\n"},
		{name: "GET", method: "GET", params: q("SELECT 1"), want: "1\n", contentType: "text/tab-separated-values; charset=UTF-8"},
		{name: "body", method: "POST", body: "SELECT 1", want: "1\n"},
		{name: "half in the URL, half in the body", method: "POST", params: q("SELECT 1 +"), body: "1", want: "2\n"},
		{name: "database by parameter", method: "POST", params: "database=" + db, body: "SELECT s FROM t ORDER BY a", want: "one\ntwo\n"},
		{name: "database by header", method: "POST", headers: []string{"X-ClickHouse-Database", db}, body: "SELECT count() FROM t", want: "2\n"},
		{name: "the next request is back in default", method: "POST", body: "SELECT currentDatabase()", want: "default\n"},
		{name: "format by parameter", method: "POST", params: "default_format=JSONEachRow", body: "SELECT 1 AS a", want: "{\"a\":1}\n", contentType: "application/x-ndjson; charset=UTF-8"},
		{name: "format by header", method: "POST", headers: []string{"X-ClickHouse-Format", "CSV"}, body: "SELECT 'x'", want: "\"x\"\n"},
		{name: "format in the query wins", method: "POST", params: "default_format=Native", body: "SELECT 1 AS a FORMAT JSONCompactEachRow", want: "[1]\n"},
		{name: "header once for many blocks", method: "POST", body: "SELECT count() FROM (SELECT number FROM numbers(200000)) FORMAT CSVWithNames", want: "\"count()\"\n200000\n"},
		{name: "setting", method: "POST", params: "max_threads=3", body: "SELECT getSetting('max_threads')", want: "3\n"},
		{name: "the setting is gone", method: "POST", body: "SELECT getSetting('max_threads') = 3", want: "0\n"},
		{name: "user is ignored", method: "POST", params: "user=u&password=p", headers: []string{"X-ClickHouse-User", "v"}, body: "SELECT 1", want: "1\n"},
		{name: "query parameter", method: "POST", params: "param_n=7&param_s=" + url.QueryEscape(`it's \\ \t;`), body: "SELECT {n:UInt8}, {s:String}", want: "7\tit\\'s \\\\ \\t;\n"},
		{name: "query parameter in VALUES", method: "POST", params: "param_s=x", body: "INSERT INTO " + db + ".t VALUES (100, {s:String})"},
		{name: "it arrived", method: "POST", body: "SELECT s FROM " + db + ".t WHERE a = 100", want: "x\n"},
		{name: "EXISTS by GET", method: "GET", params: q("EXISTS TABLE nope"), want: "0\n"},
		{name: "SET lasts for its request", method: "POST", body: "SET max_threads = 5"},
		{name: "and is forgotten", method: "POST", body: "SELECT getSetting('max_threads') = 5", want: "0\n"},
		{name: "wait_end_of_query", method: "POST", params: "wait_end_of_query=1", body: "SELECT 1", want: "1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := send(t, c.method, c.params, c.body, c.headers...)
			if got.status != http.StatusOK || got.body != c.want {
				t.Errorf("got %d %q, want 200 %q", got.status, got.body, c.want)
			}
			if ct := got.header.Get("Content-Type"); c.contentType != "" && ct != c.contentType {
				t.Errorf("Content-Type %q, want %q", ct, c.contentType)
			}
		})
	}
}

func TestHTTPErrors(t *testing.T) {
	for _, c := range []struct {
		name, method, params, body string
		headers                    []string
		status                     int
		code, text                 string
	}{
		{name: "unknown table", method: "POST", body: "SELECT * FROM nope", status: 404, code: "60", text: "Code: 60. DB::Exception: Unknown table expression identifier 'nope'"},
		{name: "syntax", method: "POST", body: "SELEC 1", status: 400, code: "62", text: "Code: 62. DB::Exception: Syntax error"},
		{name: "unknown database", method: "POST", params: "database=nope", body: "SELECT 1", status: 404, code: "81", text: "Code: 81. DB::Exception: Database nope does not exist"},
		{name: "unknown setting", method: "POST", params: "max_treads=1", body: "SELECT 1", status: 404, code: "115", text: "max_treads"},
		{name: "setting of the wrong type", method: "POST", params: "max_threads=many", body: "SELECT 1", status: 400, code: "27", text: "many"},
		{name: "no injection by a setting's name", method: "POST", params: "a%3D1,b=1", body: "SELECT 1", status: 404, code: "115", text: "a=1,b"},
		{name: "unknown format", method: "POST", body: "SELECT 1 FORMAT Nope", status: 404, code: "73", text: "Unknown format Nope"},
		{name: "GET that writes", method: "GET", params: q("CREATE DATABASE x"), status: 403, code: "164", text: "readonly"},
		{name: "two statements", method: "POST", body: "SELECT 1; SELECT 2", status: 400, code: "62", text: "Multi-statements"},
		{name: "session", method: "POST", params: "session_id=1", body: "SELECT 1", status: 501, code: "48", text: "session_id"},
		{name: "parameter missing", method: "POST", body: "SELECT {x:UInt8}", status: 400, code: "456", text: "x"},
		{name: "too long a query", method: "POST", body: "SELECT '" + strings.Repeat("x", maxQuery) + "'", status: 400, code: "62", text: "longer than"},
		{name: "unknown encoding", method: "POST", headers: []string{"Content-Encoding", "snappy"}, body: "x", status: 500, code: "89", text: "snappy"},
		{name: "not gzip after all", method: "POST", headers: []string{"Content-Encoding", "gzip"}, body: "SELECT 1", status: 400, code: "33", text: "cannot read the request's body"},
		{name: "not compressed after all", method: "POST", params: "decompress=1", body: strings.Repeat("x", 100), status: 400, code: "33", text: "cannot read the request's body"},
		{name: "error before the answer's first MiB has gone", method: "POST", body: "SELECT throwIf(number > 100000) FROM numbers(300000)", status: 500, code: "395", text: "Code: 395."},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := send(t, c.method, c.params, c.body, c.headers...)
			if got.status != c.status || got.header.Get("X-ClickHouse-Exception-Code") != c.code || !strings.Contains(got.body, c.text) {
				t.Errorf("got %d, code %s, %q\nwant %d, code %s, %q", got.status, got.header.Get("X-ClickHouse-Exception-Code"), got.body, c.status, c.code, c.text)
			}
		})
	}
	// None of this shows to others: every session, those renewed among them, answers in order.
	for range 2 * DefaultConnections {
		if got := post(t, "", "SELECT currentDatabase(), getSetting('max_threads') IN (1, 100)"); got != "default\t0\n" && got != "default\t1\n" {
			t.Fatalf("a session answers %q", got)
		}
	}
}

func TestErrorBehindTheFirstMiB(t *testing.T) {
	got := send(t, "POST", "", "SELECT toString(number), throwIf(number = 2500000) FROM numbers(3000000)")
	if got.status != 200 || !strings.Contains(got.body, "\r\n__exception__\r\n"+got.header.Get("X-ClickHouse-Exception-Tag")+"\r\nCode: 395.") {
		t.Errorf("got %d, ending in %q; want 200 with an exception block at the end", got.status, got.body[max(0, len(got.body)-400):])
	}
}

func TestHTTPInserts(t *testing.T) {
	db := database(t)
	post(t, "", "CREATE TABLE "+db+".t (a UInt32, s String) ENGINE = MergeTree ORDER BY a")
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write([]byte("1,one\n2,two\n"))
	w.Close()
	big := strings.Repeat("1,one\n", 300_000) // 1.8 MB: more than a query may have

	for _, c := range []struct {
		name, params, body string
		headers            []string
		rows               string
	}{
		{name: "VALUES in the body", body: "INSERT INTO t VALUES (1, 'one'), (2, 'two')", rows: "2"},
		{name: "expressions in VALUES", body: "INSERT INTO t VALUES (1 + 1, upper('x'))", rows: "1"},
		{name: "VALUES in the URL, rows in the body", params: q("INSERT INTO t VALUES"), body: "(1, 'one')", rows: "1"},
		{name: "CSV", params: q("INSERT INTO t FORMAT CSV"), body: "1,one\n2,two\n", rows: "2"},
		{name: "CSV with its query in the body", body: "INSERT INTO t FORMAT CSV\n1,one\n2,two\n", rows: "2"},
		{name: "JSONEachRow", params: q("INSERT INTO t FORMAT JSONEachRow"), body: `{"a":1,"s":"a;'b"}`, rows: "1"},
		{name: "columns and settings", params: q("INSERT INTO t (s) SETTINGS async_insert = 0 FORMAT TSV"), body: "x\ny\n", rows: "2"},
		{name: "gzip", params: q("INSERT INTO t FORMAT CSV"), body: zipped.String(), headers: []string{"Content-Encoding", "gzip"}, rows: "2"},
		{name: "long, in the body", body: "INSERT INTO t FORMAT CSV\n" + big, rows: "300000"},
		{name: "long VALUES", body: "INSERT INTO t VALUES " + strings.Repeat("(1,'one'),", 200_000) + "(2,'two')", rows: "200001"},
		{name: "async insert", params: "async_insert=1&wait_for_async_insert=1&" + q("INSERT INTO t FORMAT CSV"), body: "1,one\n", rows: "1"},
		{name: "SELECT", body: "INSERT INTO t SELECT number, 'n' FROM numbers(3)", rows: "3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := send(t, "POST", "database="+db+"&"+c.params, c.body, c.headers...)
			if got.status != 200 || got.body != "" {
				t.Fatalf("got %d %q", got.status, got.body)
			}
			if summary := got.header.Get("X-ClickHouse-Summary"); !strings.Contains(summary, `"written_rows":"`+c.rows+`"`) {
				t.Errorf("summary %s, want %s rows written", summary, c.rows)
			}
			if got := post(t, "", "SELECT count() FROM "+db+".t"); got != c.rows+"\n" {
				t.Errorf("%s rows are there, want %s", strings.TrimSpace(got), c.rows)
			}
			post(t, "", "TRUNCATE TABLE "+db+".t")
		})
	}
}

func TestBadInsertLeavesNothing(t *testing.T) {
	db := database(t)
	post(t, "", "CREATE TABLE "+db+".t (a UInt32) ENGINE = MergeTree ORDER BY a")
	got := send(t, "POST", q("INSERT INTO "+db+".t FORMAT CSV"), "1\n2\nthree\n")
	if got.status != 400 || got.header.Get("X-ClickHouse-Exception-Code") != "117" {
		t.Errorf("got %d %q, want 400 with code 117", got.status, got.body)
	}
	if n := post(t, "", "SELECT count() FROM "+db+".t"); n != "0\n" {
		t.Errorf("%s rows of the refused insert are there", strings.TrimSpace(n))
	}
}

func TestCrossSitePagesAreRefused(t *testing.T) {
	got := send(t, "POST", "", "SELECT 1", "Sec-Fetch-Site", "cross-site", "Origin", "https://elsewhere.example")
	if got.status != http.StatusForbidden {
		t.Errorf("a page from elsewhere got %d %q, want 403", got.status, got.body)
	}
}
