package ews

// ResponseCode is m:ResponseCode of a response message, or e:ResponseCode of a
// SOAP fault (schema type m:ResponseCodeType). The set is open. It is an error,
// so that errors.Is(err, ews.ErrorInvalidWatermark) reads like the
// documentation.
type ResponseCode string

// Error returns the code itself.
func (c ResponseCode) Error() string { return string(c) }

// UnmarshalText takes off the space that some servers put around a code.
func (c *ResponseCode) UnmarshalText(text []byte) error {
	*c = ResponseCode(trim(string(text)))
	return nil
}

// NoError is the code of success; it is never returned as an error.
const NoError ResponseCode = "NoError"
