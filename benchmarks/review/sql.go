package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// sqlClient sends SQL text as curl would.
type sqlClient struct{ addr, database string }

func (c *sqlClient) ask(ctx context.Context, sql string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.addr+"/?database="+url.QueryEscape(c.database), strings.NewReader(sql))
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", resp.Status, text)
	}
	return strings.TrimSpace(string(text)), nil
}

func (c *sqlClient) exec(ctx context.Context, sql string) error {
	_, err := c.ask(ctx, sql)
	return err
}

// quiet waits until no merge has run for two seconds.
func (c *sqlClient) quiet(ctx context.Context) error {
	for still := 0; still < 4; {
		n, err := c.ask(ctx, "SELECT count() FROM system.merges")
		if err != nil {
			return err
		}
		still++
		if n != "0" {
			still = 0
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
	return nil
}

// settle does at once what time would do to a centre that has not come into being in two minutes. Months in which nothing
// was written for two hours are merged (min_age_to_force_merge_seconds of cases): all but the last, which stays as the
// inserts left it. The changes of the last minutes are none of the last minutes, and the table waiting is made anew.
func (c *sqlClient) settle(ctx context.Context, say func(string, ...any)) error {
	months, err := c.ask(ctx, "SELECT DISTINCT partition FROM system.parts WHERE active AND database = currentDatabase() AND table = 'cases' ORDER BY partition")
	if err != nil {
		return err
	}
	statements := []string{"TRUNCATE TABLE changes"}
	list := strings.Fields(months)
	for _, month := range list[:max(len(list)-1, 0)] {
		statements = append(statements, "OPTIMIZE TABLE cases PARTITION "+month+" FINAL")
	}
	for _, sql := range append(statements, "SYSTEM REFRESH VIEW waiting_made", "SYSTEM WAIT VIEW waiting_made") {
		began := time.Now()
		if err := c.exec(ctx, sql); err != nil {
			return err
		}
		say("%s: %.1f s", sql, time.Since(began).Seconds())
	}
	return nil
}
