package ews

import (
	"crypto/md5" //nolint:gosec // what the protocol has
	"encoding/binary"
	"errors"
	"math"
)

// Of CHALLENGE_MESSAGE, [MS-NLMP] 2.2.1.2, and AV_PAIR, 2.2.2.1.
const (
	challengeInfoFields = 40 // offset of TargetInfoFields: length, room, offset
	challengeMinLength  = 48
	avEOL               = 0
	avChannelBindings   = 10
	avHeaderLength      = 4
)

var errNTLMChallenge = errors.New("not a valid NTLM challenge")

// bindNTLMChallenge returns a challenge whose target information has the hash of
// the channel binding. A response repeats the target information under its own
// hash, and this is how a binding gets there, [MS-NLMP] 3.1.5.1.2. A challenge
// without target information comes from a server that is too old to look.
func bindNTLMChallenge(message, binding []byte) ([]byte, error) {
	if len(message) < challengeMinLength {
		return nil, errNTLMChallenge
	}
	length := uint64(binary.LittleEndian.Uint16(message[challengeInfoFields:]))
	offset := uint64(binary.LittleEndian.Uint32(message[challengeInfoFields+4:]))
	if length == 0 {
		return message, nil
	}
	if offset+length > uint64(len(message)) {
		return nil, errNTLMChallenge
	}
	info, err := bindTargetInfo(message[offset:offset+length], binding)
	if err != nil {
		return nil, err
	}
	if len(info) > math.MaxUint16 || len(message) > math.MaxUint16 {
		return nil, errNTLMChallenge
	}
	// The new one goes to the end; the old one stays where nothing points to.
	bound := append(append([]byte(nil), message...), info...)
	binary.LittleEndian.PutUint16(bound[challengeInfoFields:], uint16(len(info)))      //nolint:gosec // checked above
	binary.LittleEndian.PutUint16(bound[challengeInfoFields+2:], uint16(len(info)))    //nolint:gosec // the same
	binary.LittleEndian.PutUint32(bound[challengeInfoFields+4:], uint32(len(message))) //nolint:gosec // the same
	return bound, nil
}

// bindTargetInfo copies the pairs and puts the binding behind them, in the
// place of any that is there.
func bindTargetInfo(info, binding []byte) ([]byte, error) {
	var bound []byte
	for {
		if len(info) < avHeaderLength {
			return nil, errNTLMChallenge
		}
		id := binary.LittleEndian.Uint16(info)
		next := avHeaderLength + int(binary.LittleEndian.Uint16(info[2:]))
		if id == avEOL {
			break
		}
		if next > len(info) {
			return nil, errNTLMChallenge
		}
		if id != avChannelBindings {
			bound = append(bound, info[:next]...)
		}
		info = info[next:]
	}
	hash := hashChannelBinding(binding)
	bound = binary.LittleEndian.AppendUint16(bound, avChannelBindings)
	bound = binary.LittleEndian.AppendUint16(bound, uint16(len(hash)))
	bound = append(bound, hash[:]...)
	return append(bound, 0, 0, 0, 0), nil // MsvAvEOL
}

// hashChannelBinding is the MD5 hash of a gss_channel_bindings_struct without
// addresses, RFC 4121, section 4.1.1.2.
func hashChannelBinding(binding []byte) [md5.Size]byte {
	b := make([]byte, 16, 20+len(binding))                        // two addresses: type and length of each
	b = binary.LittleEndian.AppendUint32(b, uint32(len(binding))) //nolint:gosec // a hash and its name
	return md5.Sum(append(b, binding...))                         //nolint:gosec // what the protocol has
}
