package clickhouse

import "strings"

// token is a piece of SQL that is neither blank nor comment.
type token struct {
	kind       tokenKind
	start, end int
}

type tokenKind byte

const (
	tokenEnd    tokenKind = iota
	tokenWord             // keyword, name or number
	tokenQuoted           // 'text', "name", `name` or $tag$text$tag$
	tokenOther            // one byte of anything else
)

// lexer cuts SQL into tokens, so that a word is told from the same word inside a
// string, a quoted name or a comment. It knows no grammar.
type lexer struct {
	sql string
	pos int
}

func (l *lexer) next() token {
	l.skipBlanks()
	start := l.pos
	if start == len(l.sql) {
		return token{kind: tokenEnd, start: start, end: start}
	}
	switch c := l.sql[start]; {
	case c == '\'' || c == '"' || c == '`':
		l.pos = endOfQuoted(l.sql, start, c)
		return token{tokenQuoted, start, l.pos}
	case c == '$':
		if end := endOfHeredoc(l.sql, start); end > start {
			l.pos = end
			return token{tokenQuoted, start, end}
		}
	case isWord(c):
		for l.pos < len(l.sql) && isWord(l.sql[l.pos]) {
			l.pos++
		}
		return token{tokenWord, start, l.pos}
	}
	l.pos++
	return token{tokenOther, start, l.pos}
}

// is says whether the token is the keyword given in capitals.
func (l *lexer) is(t token, keyword string) bool {
	return t.kind == tokenWord && strings.EqualFold(l.sql[t.start:t.end], keyword)
}

func (l *lexer) isByte(t token, c byte) bool { return t.kind == tokenOther && l.sql[t.start] == c }

func (l *lexer) skipBlanks() {
	for l.pos < len(l.sql) {
		rest := l.sql[l.pos:]
		switch {
		case strings.IndexByte(" \t\r\n\f\v\x00", rest[0]) >= 0:
			l.pos++
		case strings.HasPrefix(rest, "\ufeff"):
			l.pos += len("\ufeff")
		case strings.HasPrefix(rest, "--") || strings.HasPrefix(rest, "# ") || strings.HasPrefix(rest, "#!"):
			l.pos = after(l.sql, l.pos, "\n")
		case strings.HasPrefix(rest, "/*"):
			l.pos = after(l.sql, l.pos+2, "*/")
		default:
			return
		}
	}
}

// after is the place behind the next mark, or the end of sql if there is none.
func after(sql string, from int, mark string) int {
	if i := strings.Index(sql[from:], mark); i >= 0 {
		return from + i + len(mark)
	}
	return len(sql)
}

// endOfQuoted is the place behind the quote that ends what begins at start; in it
// a backslash takes the next byte along, and a doubled quote stands for one.
func endOfQuoted(sql string, start int, quote byte) int {
	for i := start + 1; i < len(sql); i++ {
		switch sql[i] {
		case '\\':
			i++
		case quote:
			if i+1 == len(sql) || sql[i+1] != quote {
				return i + 1
			}
			i++
		}
	}
	return len(sql)
}

// endOfHeredoc is the place behind $tag$…$tag$, or start if none begins there.
func endOfHeredoc(sql string, start int) int {
	end := start + 1
	for end < len(sql) && isWord(sql[end]) {
		end++
	}
	if end == len(sql) || sql[end] != '$' {
		return start
	}
	tag := sql[start : end+1]
	if i := strings.Index(sql[end+1:], tag); i >= 0 {
		return end + 1 + i + len(tag)
	}
	return start
}

func isWord(c byte) bool {
	return c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
