// SPDX-License-Identifier: GPL-2.0-or-later

// openesgz opens a layer with the estargz library of stargz-snapshotter as
// Debian packages it (0.12), verifies the table of contents against a digest,
// reads every chunk of every file and compares it with its digest. It prints
// one line per file: its SHA-256 and name.
//
// The library knows nothing of members that files share: such a layer is to be
// opened with -list, which only lists names, so as not to read what is wrong.
package main

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/containerd/stargz-snapshotter/estargz"
	"github.com/containerd/stargz-snapshotter/estargz/zstdchunked"
	digest "github.com/opencontainers/go-digest"
)

type checker struct {
	reader   *estargz.Reader
	verifier estargz.TOCEntryVerifier
	list     bool
}

func (c *checker) checkFile(path string, entry *estargz.TOCEntry) error {
	file, err := c.reader.OpenFile(path)
	if err != nil {
		return err
	}
	whole := sha256.New()
	for at := int64(0); at < entry.Size; {
		chunk, ok := c.reader.ChunkEntryForOffset(path, at)
		if !ok || chunk.ChunkOffset != at {
			return errors.New("no chunk")
		}
		size := chunk.ChunkSize
		if size == 0 {
			size = entry.Size - at
		}
		verifier, err := c.verifier.Verifier(chunk)
		if err != nil {
			return err
		}
		section := io.NewSectionReader(file, at, size)
		if _, err := io.Copy(io.MultiWriter(verifier, whole),
			section); err != nil {
			return err
		}
		if !verifier.Verified() {
			return errors.New("wrong digest of a chunk")
		}
		at += size
	}
	if d := fmt.Sprintf("sha256:%x", whole.Sum(nil)); d != entry.Digest {
		return errors.New("wrong digest: " + d)
	}
	fmt.Printf("%x %s\n", whole.Sum(nil), path)
	return nil
}

func (c *checker) walk(path string, entry *estargz.TOCEntry) error {
	var failed error
	if c.list {
		fmt.Println(path)
	} else if entry.Type == "reg" {
		if err := c.checkFile(path, entry); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	entry.ForeachChild(func(name string, child *estargz.TOCEntry) bool {
		full := name
		if path != "" {
			full = path + "/" + name
		}
		failed = c.walk(full, child)
		return failed == nil
	})
	return failed
}

func run(name, toc string, list bool) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	c := checker{list: list}
	c.reader, err = estargz.Open(io.NewSectionReader(file, 0, info.Size()),
		estargz.WithDecompressors(new(zstdchunked.Decompressor)))
	if err != nil {
		return err
	}
	if list {
		if have := c.reader.TOCDigest().String(); have != toc {
			return errors.New("wrong digest of the TOC: " + have)
		}
	} else if c.verifier, err =
		c.reader.VerifyTOC(digest.Digest(toc)); err != nil {
		return err
	}
	root, ok := c.reader.Lookup("")
	if !ok {
		return errors.New("no root")
	}
	return c.walk("", root)
}

func main() {
	list := flag.Bool("list", false, "only list names")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "Usage: openesgz [-list] BLOB TOC-DIGEST")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), flag.Arg(1), *list); err != nil {
		fmt.Fprintf(os.Stderr, "openesgz: %s: %v\n", flag.Arg(0), err)
		os.Exit(1)
	}
}
