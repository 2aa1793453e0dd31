package autodiscover

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// parseJSON reads the answer of the anonymous service: the URL of one protocol,
// or an error. The error is ErrAnswer or a *ServiceError.
func parseJSON(body []byte) (*answer, error) {
	var reply struct {
		Protocol     string `json:"Protocol"`
		URL          string `json:"Url"`
		ErrorCode    string `json:"ErrorCode"`
		ErrorMessage string `json:"ErrorMessage"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF")), &reply); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrAnswer, clip(err.Error()))
	}
	switch {
	case reply.ErrorCode != "" && ErrorCode(reply.ErrorCode) != NoError:
		return nil, &ServiceError{Code: ErrorCode(clip(reply.ErrorCode)), Message: clip(reply.ErrorMessage)}
	case reply.Protocol != "" && !strings.EqualFold(reply.Protocol, "EWS"):
		return nil, fmt.Errorf("%w: protocol %q", ErrAnswer, clip(reply.Protocol))
	}
	return &answer{external: strings.TrimSpace(reply.URL)}, nil
}
