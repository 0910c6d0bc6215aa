package store

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

func TestParseDSN(t *testing.T) {
	roots := &tls.Config{ServerName: "given"}
	for _, c := range []struct {
		name, dsn                string
		options                  Options
		protocol                 clickhouse.Protocol
		addr, database, user, pw string
		tls                      string // "", system, given
	}{
		{name: "http", dsn: "http://host:8123/earshot", addr: "host:8123", database: "earshot", protocol: clickhouse.HTTP},
		{name: "no database", dsn: "http://host:8123", addr: "host:8123", database: "earshot", protocol: clickhouse.HTTP},
		{name: "slash only", dsn: "http://host:8123/", addr: "host:8123", database: "earshot", protocol: clickhouse.HTTP},
		{name: "https is TLS", dsn: "https://host:8443/qa", addr: "host:8443", database: "qa", protocol: clickhouse.HTTP, tls: "system"},
		{name: "native", dsn: "clickhouse://host:9000/qa", addr: "host:9000", database: "qa"},
		{name: "native TLS", dsn: "clickhouse://host:9440/qa?secure=true", addr: "host:9440", database: "qa", tls: "system"},
		{name: "own roots", dsn: "https://host:8443/qa", options: Options{TLS: roots}, addr: "host:8443", database: "qa", protocol: clickhouse.HTTP, tls: "given"},
		{name: "roots without TLS", dsn: "http://host:8123", options: Options{TLS: roots}, addr: "host:8123", database: "earshot", protocol: clickhouse.HTTP},
		{name: "user inside", dsn: "http://u:p%40ss@host:8123", addr: "host:8123", database: "earshot", user: "u", pw: "p@ss", protocol: clickhouse.HTTP},
		{name: "user given", dsn: "http://u:p@host:8123", options: Options{Username: "v", Password: "q"}, addr: "host:8123", database: "earshot", user: "v", pw: "q", protocol: clickhouse.HTTP},
	} {
		t.Run(c.name, func(t *testing.T) {
			opt, err := parseDSN(c.dsn, c.options)
			if err != nil {
				t.Fatal(err)
			}
			if opt.Protocol != c.protocol || opt.Addr[0] != c.addr || opt.Auth.Database != c.database ||
				opt.Auth.Username != c.user || opt.Auth.Password != c.pw {
				t.Errorf("got %s %s %+v", opt.Protocol, opt.Addr, opt.Auth)
			}
			got := ""
			if opt.TLS == roots {
				got = "given"
			} else if opt.TLS != nil {
				got = "system"
			}
			if got != c.tls {
				t.Errorf("TLS %q, expected %q", got, c.tls)
			}
		})
	}
}

func TestBadDSNIsNamedWithoutItsPassword(t *testing.T) {
	for _, c := range []struct{ dsn, want string }{
		{"host:8123/earshot", "expected http, https or clickhouse"},
		{"mysql://u:hunter2@host/earshot", `scheme "mysql"`},
		{"http:///earshot", "no host"},
		{"http://u:hunter2@host:8123/ear-shot", `database "ear-shot"`},
		{"http://host:8123/a?password=hunter2&dial_timeout=x", "dial timeout"},
		{"http://u:hunter2#/@host:8123/earshot", "it is no URL"},
		{"http://u:%zzhunter2@host:8123/earshot", "…@host:8123/earshot"},
		{"http://host:8123/%zz?password=hunter2", "it is no URL"},
	} {
		_, err := Open(c.dsn, Options{})
		if err == nil {
			t.Errorf("%s: accepted", c.dsn)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %q, expected %q in it", c.dsn, err, c.want)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error gives the password away: %s", c.dsn, err)
		}
	}
}
