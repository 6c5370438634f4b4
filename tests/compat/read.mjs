// SPDX-License-Identifier: GPL-2.0-or-later
// Decompress a file to standard output: read.mjs stream|sync FILE.
import { createReadStream, readFileSync, writeSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gunzipSync } from 'node:zlib';

const [how, path] = process.argv.slice(2);
if (how === 'stream') {
	await pipeline(createReadStream(path), createGunzip(), process.stdout);
} else {
	const bytes = gunzipSync(readFileSync(path));
	for (let at = 0; at < bytes.length;)
		at += writeSync(1, bytes, at);
}
