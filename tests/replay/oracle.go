// SPDX-License-Identifier: GPL-2.0-or-later

// Unpack layers as containerd does. Each line of standard input is a folder to be
// made and the layers that are unpacked there, lowest first, separated by tabs.
// The answer is a line: "ok", or why a layer was refused.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/containerd/containerd/archive"
	"github.com/containerd/containerd/archive/compression"
)

func apply(root, layer string) error {
	f, err := os.Open(layer)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := compression.DecompressStream(f)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = archive.Apply(context.Background(), root, r)
	return err
}

func unpack(fields []string) error {
	if err := os.MkdirAll(fields[0], 0755); err != nil {
		return err
	}
	for i, layer := range fields[1:] {
		if err := apply(fields[0], layer); err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
	}
	return nil
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		answer := "ok"
		err := unpack(strings.Split(lines.Text(), "\t"))
		if err != nil {
			answer = strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Println(answer)
	}
}
