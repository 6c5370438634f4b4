// SPDX-License-Identifier: GPL-2.0-or-later

// Read a file with Go's library: read gzip FILE decompresses it to standard
// output, read tar FILE lists the names of its entries.
package main

import (
	"archive/tar"
	"compress/gzip"
	"fmt"
	"io"
	"log"
	"os"
)

func read(how, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	stream, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	if how == "gzip" {
		_, err = io.Copy(os.Stdout, stream)
		return err
	}
	for entries := tar.NewReader(stream); ; {
		header, err := entries.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Println(header.Name)
	}
}

func main() {
	if err := read(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}
