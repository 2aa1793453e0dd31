package ews

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
)

// getItemBatches is one GetItem on its way. A batch lists places in
// response.Items.
type getItemBatches struct {
	client   *Client
	shape    itemShapeElement
	response GetItemResponse
	answered bool // whether any call was
}

func (b *getItemBatches) run(ctx context.Context, all []int, size int) error {
	batches := slices.Collect(slices.Chunk(all, size))
	for len(batches) > 0 {
		batch := batches[0]
		batches = batches[1:]
		stopped, err := b.call(ctx, batch)
		switch {
		case err == nil:
			if len(stopped) > 0 {
				batches = slices.Insert(batches, 0, stopped)
			}
		case isAboutContent(err) && len(batch) > 1:
			batches = slices.Insert(batches, 0, slices.Collect(slices.Chunk(batch, 1))...)
		case isAboutContent(err):
			b.fail(batch, asUnreadableItem(err))
		case !b.answered:
			return err
		default:
			b.fail(slices.Concat(batch, slices.Concat(batches...)), err)
			return nil
		}
	}
	return nil
}

func (b *getItemBatches) fail(batch []int, err error) {
	b.answered = true
	for _, i := range batch {
		b.response.Items[i].Err = err
	}
}

// call asks for one batch. It returns which of it are to be asked for again.
func (b *getItemBatches) call(ctx context.Context, batch []int) ([]int, error) {
	ids := make([]ItemID, len(batch))
	for i, place := range batch {
		ids[i] = b.response.Items[place].ItemID
	}
	var answer getItemAnswer
	reply, err := b.client.Do(ctx, "GetItem", &getItem{ItemShape: b.shape, ItemIDs: newItemIDs(ids)}, &answer)
	if err != nil {
		return nil, err
	}
	if err := reply.expect(len(answer.Messages), len(batch)); err != nil {
		return nil, err
	}
	b.answered = true
	b.response.ServerVersion = reply.ServerVersion
	var stopped []int
	leaveAlone := false
	for i, place := range batch {
		result := &b.response.Items[place]
		result.Item, result.Err = answer.Messages[i].item(reply, result.ItemID)
		if errors.Is(result.Err, ErrorBatchProcessingStopped) {
			stopped = append(stopped, place)
		}
		if _, busy := BackOff(result.Err); busy {
			leaveAlone = true
		}
	}
	if leaveAlone || len(stopped) == len(batch) {
		return nil, nil // the error stands
	}
	for _, place := range stopped {
		b.response.Items[place].Err = nil
	}
	return stopped, nil
}

// isAboutContent reports whether an error is about what the server said of the
// items, so that another batch may fare better: the answer has been read up to
// inside its SOAP body, and was not cut short, or it is too large.
func isAboutContent(err error) bool {
	if _, ok := errors.AsType[*BackOffError](err); ok {
		return false // whatever has led to it
	}
	if errors.Is(err, ErrResponseTooLarge) {
		return true
	}
	e, ok := errors.AsType[*DecodeError](err)
	return ok && strings.HasPrefix(e.Path, "Envelope/Body/") && !errors.Is(err, io.ErrUnexpectedEOF)
}
