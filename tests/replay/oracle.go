// SPDX-License-Identifier: GPL-2.0-or-later

// Unpack layers as an engine does: its apply() is in a file of its own. Each line of
// standard input is a folder to be made and the layers that are unpacked there, lowest
// first, separated by tabs. The answer is a line: "ok", or the number of the
// layer that was refused, how many of its bytes were read until then, and why.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
)

// counter knows how many bytes were read. A tar reader takes no more of them than
// it needs for the entry that it is at.
type counter struct {
	io.Reader
	bytes int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.bytes += n
	return n, err
}

func applyFile(root, layer string) (int, error) {
	f, err := os.Open(layer)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r := counter{Reader: f}
	err = apply(root, &r)
	return r.bytes, err
}

func unpack(fields []string) error {
	if err := os.MkdirAll(fields[0], 0755); err != nil {
		return err
	}
	for i, layer := range fields[1:] {
		if n, err := applyFile(fields[0], layer); err != nil {
			return fmt.Errorf("%d %d %w", i, n, err)
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
