// SPDX-License-Identifier: GPL-2.0-or-later
// Decompress a file to standard output.
import java.io.FileInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

class Read {
	public static void main(String[] args) throws IOException {
		try (GZIPInputStream stream = new GZIPInputStream(
				new FileInputStream(args[0]))) {
			stream.transferTo(System.out);
		}
		System.out.flush();
	}
}
