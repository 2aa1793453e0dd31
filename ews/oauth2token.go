package ews

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// OAuth2Token is what *oauth2.Token of golang.org/x/oauth2 can do.
type OAuth2Token interface {
	SetAuthHeader(req *http.Request)
}

// OAuth2TokenSource is an oauth2.TokenSource of golang.org/x/oauth2, without
// this package depending on that one.
type OAuth2TokenSource[T OAuth2Token] interface {
	Token() (T, error)
}

// OAuth2 makes a TokenFunc of an oauth2.TokenSource:
//
//	&ews.BearerTransport{Token: ews.OAuth2(source)}
//
// After a refusal the source is asked again. A source made by
// oauth2.ReuseTokenSource then returns the same token unless it has expired, so
// there is no repetition; a source that can do better is written as a
// TokenFunc.
func OAuth2[T OAuth2Token](source OAuth2TokenSource[T]) TokenFunc {
	return func(context.Context, string) (string, error) {
		token, err := source.Token()
		if err != nil {
			return "", err
		}
		// The header is where every version of the library shows the token.
		req := &http.Request{Header: make(http.Header)}
		token.SetAuthHeader(req)
		scheme, value, _ := strings.Cut(req.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return "", errors.New("not a bearer token")
		}
		return value, nil
	}
}
