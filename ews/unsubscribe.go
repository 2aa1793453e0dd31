package ews

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
)

// Unsubscribe calls the operation of that name, which is for pull and streaming
// subscriptions only. For a push subscription the server always refuses, with
// ErrorInvalidPullSubscriptionID, ErrorInvalidSubscription or
// ErrorSubscriptionNotFound: the one way to end it is to answer a notification
// with StatusUnsubscribe, or not at all for longer than StatusFrequency.
//
// The errors are those of Do, and a *ResponseError if the server refused.
func (c *Client) Unsubscribe(ctx context.Context, subscriptionID string) error {
	if subscriptionID == "" {
		return errors.New("ews: Unsubscribe: no SubscriptionID")
	}
	const operation = "Unsubscribe"
	var response unsubscribeResponse
	reply, err := c.Do(ctx, operation, &unsubscribeRequest{SubscriptionID: subscriptionID}, &response)
	if err != nil {
		return err
	}
	if len(response.Messages) != 1 {
		err := fmt.Errorf("%w: %d UnsubscribeResponseMessages instead of one", ErrMessage, len(response.Messages))
		return &CallError{Operation: operation, Diagnostics: reply.Diagnostics, Err: err}
	}
	return reply.Check(&response.Messages[0])
}

// unsubscribeRequest is m:Unsubscribe.
type unsubscribeRequest struct {
	XMLName        xml.Name `xml:"m:Unsubscribe"`
	SubscriptionID string   `xml:"m:SubscriptionId"`
}

// unsubscribeResponse is m:UnsubscribeResponse.
type unsubscribeResponse struct {
	Messages []ResponseMessage `xml:"ResponseMessages>UnsubscribeResponseMessage"`
}
