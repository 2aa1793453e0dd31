package ews

// SendNotificationDecoder decodes notifications one after another in the same
// memory. Once it has seen one of the usual size it allocates nothing for the
// next, as long as that is well-formed, in UTF-8, and needs no replacing of
// references in its texts.
//
// It is not for more than one goroutine at a time; a sync.Pool of them serves
// many.
type SendNotificationDecoder struct {
	limits Limits
	reader notificationReader
	n      SendNotification
}

// NewSendNotificationDecoder returns a decoder. Nil limits stand for the
// defaults.
func NewSendNotificationDecoder(limits *Limits) *SendNotificationDecoder {
	return &SendNotificationDecoder{limits: limits.orDefaults()}
}

// Decode is ParseSendNotification of a body that is a string already.
//
// The result is valid until the next call of Decode or Reset, which overwrites
// it with all that its slices and pointers lead to. Its strings are parts of
// body and stay what they are; whoever keeps one keeps the body.
func (d *SendNotificationDecoder) Decode(body string) (*SendNotification, error) {
	d.begin()
	if err := d.reader.read(body, d.limits); err != nil {
		return nil, err
	}
	return d.reader.n, nil
}

// DecodeBytes is Decode of a body that is no string. It copies what the strings
// of the result are parts of: of a short body as Exchange writes it half, in the
// only allocation, and of any other all of it. The memory of body may be used
// again.
func (d *SendNotificationDecoder) DecodeBytes(body []byte) (*SendNotification, error) {
	d.begin()
	if err := d.reader.readBytes(body, d.limits); err != nil {
		return nil, err
	}
	return d.reader.n, nil
}

func (d *SendNotificationDecoder) begin() {
	if d.reader.n != nil { // else it was reset since
		d.Reset()
	}
	d.reader.n = &d.n
}

// Reset lets go of the body that was decoded last, and of the memory for an
// unusually large one. The next Decode does so as well; call it before a long
// rest, as when the decoder goes back into a pool.
func (d *SendNotificationDecoder) Reset() {
	d.n = SendNotification{}
	d.reader.forget()
}
