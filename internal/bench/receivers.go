package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/notify"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// Ways to receive notifications.
const (
	bare        = "bare"        // reads the body, and gives a fixed answer
	onlyXML     = "Unmarshal"   // with encoding/xml in between
	naive       = "naive"       // and one commit for each
	decoded     = "decoded"     // notify.Handler, and nothing is kept
	appended    = "file append" // notify.Handler over the floor
	onMemory    = "memstore"    // push.NewReceiver, as the rest
	onSQLite    = "SQLite"
	onPostgres  = "PostgreSQL"
	tableSchema = "ewspush_bench"
)

// receiver makes a handler, and the paths that are posted to.
type receiver func(ctx context.Context, s *serveRole, args serveArgs) (http.Handler, []string, error)

func receivers() map[string]receiver {
	return map[string]receiver{
		bare:       newBare,
		onlyXML:    newOnlyXML,
		naive:      newNaive,
		decoded:    newDecoded,
		appended:   newAppended,
		onMemory:   newOnMemory,
		onSQLite:   newOnSQLite,
		onPostgres: newOnPostgres,
	}
}

// after reads the body, does something with it, and gives a fixed answer.
func after(s *serveRole, do func(ctx context.Context, body []byte) error) (http.Handler, []string, error) {
	answer, err := ews.EncodeSendNotificationResult(ews.StatusOK)
	if err != nil {
		return nil, nil, err
	}
	length := strconv.Itoa(len(answer))
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = do(r.Context(), body)
		}
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		w.Header().Set("Content-Length", length)
		_, _ = w.Write(answer)
	})
	_, paths, err := signed(s)
	return handler, paths, err
}

// signed returns addresses that no store knows of.
func signed(s *serveRole) (*notify.Signer, []string, error) {
	signer, err := notify.NewSigner(callback, secrets()...)
	if err != nil {
		return nil, nil, err
	}
	paths := make([]string, len(s.keys))
	for i, key := range s.keys {
		text, err := signer.URL(notify.Address{Key: key, Generation: time.Now().UnixMilli()})
		if err != nil {
			return nil, nil, err
		}
		u, err := url.Parse(text)
		if err != nil {
			return nil, nil, err
		}
		paths[i] = u.RequestURI()
	}
	return signer, paths, nil
}

func newBare(_ context.Context, s *serveRole, _ serveArgs) (http.Handler, []string, error) {
	return after(s, func(context.Context, []byte) error { return nil })
}

func newOnlyXML(_ context.Context, s *serveRole, _ serveArgs) (http.Handler, []string, error) {
	return after(s, func(_ context.Context, body []byte) error {
		_, err := unmarshal(body)
		return err
	})
}

func newNaive(ctx context.Context, s *serveRole, args serveArgs) (http.Handler, []string, error) {
	table, err := naiveSQLite(ctx, args.Dir, args.Slower)
	if err != nil {
		return nil, nil, err
	}
	s.closers = append(s.closers, table.close)
	return after(s, func(ctx context.Context, body []byte) error {
		if _, err := unmarshal(body); err != nil {
			return err
		}
		return table.append(ctx, "a", 1, body)
	})
}

func newDecoded(_ context.Context, s *serveRole, _ serveArgs) (http.Handler, []string, error) {
	return handing(s, func(context.Context, *notify.Delivery) error { return nil })
}

func newAppended(_ context.Context, s *serveRole, args serveArgs) (http.Handler, []string, error) {
	file, err := newFloor(args.Dir, args.Slower)
	if err != nil {
		return nil, nil, err
	}
	s.closers = append(s.closers, file.close)
	return handing(s, func(_ context.Context, d *notify.Delivery) error { return file.append(d.Body) })
}

// handing is our handler with a receiver that is as little as can be.
func handing(s *serveRole, receive notify.ReceiverFunc) (http.Handler, []string, error) {
	signer, paths, err := signed(s)
	if err != nil {
		return nil, nil, err
	}
	return notify.NewHandler(signer, receive, &notify.Options{Logger: quiet()}), paths, nil
}

func newOnMemory(ctx context.Context, s *serveRole, _ serveArgs) (http.Handler, []string, error) {
	s.memory = memstore.New()
	return recording(ctx, s, s.memory)
}

func newOnSQLite(ctx context.Context, s *serveRole, args serveArgs) (http.Handler, []string, error) {
	db, store, err := sqliteStore(ctx, args.Dir, args.Slower)
	if err != nil {
		return nil, nil, err
	}
	s.closers = append(s.closers, db.Close)
	return recording(ctx, s, store)
}

func newOnPostgres(ctx context.Context, s *serveRole, args serveArgs) (http.Handler, []string, error) {
	db, store, err := postgresStore(ctx, args.DSN, tableSchema)
	if err != nil {
		return nil, nil, err
	}
	s.closers = append(s.closers, db.Close)
	return recording(ctx, s, store)
}

// recording is the whole path.
func recording(ctx context.Context, s *serveRole, store subscribe.Store) (http.Handler, []string, error) {
	all, err := subscribeAll(ctx, store, s.keys)
	if err != nil {
		return nil, nil, err
	}
	paths := make([]string, len(all))
	for i := range all {
		paths[i] = all[i].path
	}
	handler, err := push.NewReceiver(push.ReceiverConfig{
		CallbackURL: callback, Secrets: secrets(), Store: store, Logger: quiet(),
	})
	return handler, paths, err
}
