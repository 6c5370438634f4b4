// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"context"
	"io"

	"github.com/containerd/containerd/archive"
)

// A layer as containerd unpacks it.
func apply(root string, r io.Reader) error {
	_, err := archive.Apply(context.Background(), root, r)
	return err
}
