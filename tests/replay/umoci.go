// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"io"

	"github.com/opencontainers/umoci/oci/layer"
)

// A layer as umoci unpacks it.
func apply(root string, r io.Reader) error {
	return layer.UnpackLayer(root, r, &layer.UnpackOptions{})
}
