package notify

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// urlMode is where a callback URL carries its address.
type urlMode int

const (
	inPath urlMode = iota
	inQuery
)

func (m urlMode) String() string {
	if m == inQuery {
		return "query"
	}
	return "path"
}

// baseURL is a callback URL cut at the place where the address goes.
type baseURL struct {
	mode       urlMode
	head, tail string
}

func parseBase(base string, mode urlMode) (baseURL, error) {
	if i := strings.IndexFunc(base, func(c rune) bool { return c <= ' ' || c > '~' }); i >= 0 {
		return baseURL{}, fmt.Errorf("notify: base of callback URLs: character %d must be percent-encoded", i+1)
	}
	u, err := url.Parse(base)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err
		}
		return baseURL{}, fmt.Errorf("notify: base of callback URLs: %w", err)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return baseURL{}, fmt.Errorf("notify: base of callback URLs: scheme %q, want http or https", u.Scheme)
	case u.Hostname() == "":
		return baseURL{}, errors.New("notify: base of callback URLs: no host")
	case u.User != nil:
		return baseURL{}, errors.New("notify: base of callback URLs: Exchange sends no user name; take it out")
	case strings.Contains(base, "#"):
		return baseURL{}, errors.New("notify: base of callback URLs: a fragment never reaches the server; take it out")
	}
	path, query, _ := strings.Cut(base, "?")
	if tokens, _ := splitQuery(query); len(tokens) > 0 {
		return baseURL{}, fmt.Errorf("notify: base of callback URLs: the query has a parameter %q of its own", queryParam)
	}
	if mode == inQuery {
		if u.Path == "" {
			path += "/"
		}
		if query != "" {
			query += "&"
		}
		return baseURL{mode: mode, head: path + "?" + query + queryParam + "="}, nil
	}
	if query != "" {
		query = "?" + query
	}
	return baseURL{mode: mode, head: strings.TrimRight(path, "/") + "/", tail: query}, nil
}

// with returns the callback URL for a token.
func (b *baseURL) with(t token) string {
	separator := "/"
	if b.mode == inQuery {
		separator = "."
	}
	return b.head + strings.Join([]string{t.key, t.generation, t.mac}, separator) + b.tail
}
