package ews

// ResponseError is a response message by which the server refused an operation,
// or one item of it. errors.Is compares it with its ResponseCode.
type ResponseError struct {
	Operation string
	ResponseMessage
	ServerVersion ServerVersionInfo // SOAP header t:ServerVersionInfo; zero if there was none
	Diagnostics   Diagnostics
}

// Error gives the code and the server's words.
func (e *ResponseError) Error() string {
	s := "ews: " + e.Operation + ": " + firstOf(clip(string(e.ResponseCode)), "refused without a ResponseCode")
	if e.MessageText != "" {
		s += ": " + excerpt(e.MessageText)
	}
	return s
}

// Unwrap returns the ResponseCode, or nil if the server gave none.
func (e *ResponseError) Unwrap() error {
	if e.ResponseCode == "" {
		return nil
	}
	return e.ResponseCode
}
