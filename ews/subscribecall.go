package ews

import (
	"context"
	"fmt"
)

// Subscribe makes a push subscription (operation Subscribe). It validates the
// request first; such an error names the field, and nothing has been sent.
//
// There is one attempt only. After a *CallError the subscription may exist on
// the server: it shows by its first notification, which may in any case come
// before Subscribe returns.
//
// The other errors are those of Do, and a *ResponseError if the server refused.
func (c *Client) Subscribe(ctx context.Context, request *PushSubscriptionRequest) (*SubscribeResponse, error) {
	if err := request.Validate(); err != nil {
		return nil, err
	}
	const operation = "Subscribe"
	var response subscribeResponse
	reply, err := c.Do(ctx, operation, newSubscribeRequest(request), &response)
	if err != nil {
		return nil, err
	}
	if len(response.Messages) != 1 {
		err := fmt.Errorf("%w: %d SubscribeResponseMessages instead of one", ErrMessage, len(response.Messages))
		return nil, &CallError{Operation: operation, Diagnostics: reply.Diagnostics, Err: err}
	}
	m := &response.Messages[0]
	if err := reply.Check(&m.ResponseMessage); err != nil {
		return nil, err
	}
	if trim(m.SubscriptionID) == "" {
		err := fmt.Errorf("%w: success without a SubscriptionId", ErrMessage)
		return nil, &CallError{Operation: operation, Diagnostics: reply.Diagnostics, Err: err}
	}
	return &SubscribeResponse{
		ServerVersion:  reply.ServerVersion,
		SubscriptionID: trim(m.SubscriptionID),
		Watermark:      trim(m.Watermark),
	}, nil
}

// subscribeResponse is m:SubscribeResponse.
type subscribeResponse struct {
	Messages []struct {
		ResponseMessage
		SubscriptionID string `xml:"SubscriptionId"`
		Watermark      string `xml:"Watermark"`
	} `xml:"ResponseMessages>SubscribeResponseMessage"`
}
