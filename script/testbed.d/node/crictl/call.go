package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

var endpoint = "/run/containerd/containerd.sock"

var client = &http.Client{Transport: transport()}

func transport() *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Transport{
		Protocols: protocols,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", endpoint)
		},
	}
}

// runtime and image are unary calls of CRI's two services.
func runtime(method string, request object) (object, error) {
	return call("RuntimeService", method, request)
}

func image(method string, request object) (object, error) {
	return call("ImageService", method, request)
}

func call(service, method string, request object) (object, error) {
	message := encode(method+"Request", request)
	body := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message)))
	post, err := http.NewRequest("POST", "http://localhost/runtime.v1."+service+"/"+method, bytes.NewReader(append(body, message...)))
	if err != nil {
		return nil, err
	}
	post.Header.Set("Content-Type", "application/grpc")
	post.Header.Set("TE", "trailers")
	reply, err := client.Do(post)
	if err != nil {
		return nil, err
	}
	defer reply.Body.Close()
	frame, err := io.ReadAll(reply.Body)
	if err != nil {
		return nil, err
	}
	status, text := reply.Trailer.Get("Grpc-Status"), reply.Trailer.Get("Grpc-Message")
	if status == "" { // an error without a body comes in the headers
		status, text = reply.Header.Get("Grpc-Status"), reply.Header.Get("Grpc-Message")
	}
	if status != "0" {
		if plain, err := url.PathUnescape(text); err == nil {
			text = plain
		}
		return nil, fmt.Errorf("rpc error: code = %s desc = %s", codes[status], text)
	}
	if len(frame) < 5 {
		return nil, fmt.Errorf("%s: short reply", method)
	}
	return decode(method+"Response", frame[5:]), nil
}

var codes = map[string]string{
	"1": "Canceled", "2": "Unknown", "3": "InvalidArgument", "4": "DeadlineExceeded", "5": "NotFound",
	"6": "AlreadyExists", "7": "PermissionDenied", "8": "ResourceExhausted", "9": "FailedPrecondition",
	"10": "Aborted", "11": "OutOfRange", "12": "Unimplemented", "13": "Internal", "14": "Unavailable",
}
