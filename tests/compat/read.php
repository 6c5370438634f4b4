<?php // SPDX-License-Identifier: GPL-2.0-or-later
// Decompress a file to standard output: read.php gzopen|gzdecode FILE.
[, $how, $path] = $argv;
if ($how === 'gzopen') {
	$stream = gzopen($path, 'rb');
	while (!gzeof($stream))
		echo gzread($stream, 1 << 20);
	gzclose($stream);
} else {
	$bytes = gzdecode(file_get_contents($path));
	if ($bytes === false)
		exit(1);
	echo $bytes;
}
