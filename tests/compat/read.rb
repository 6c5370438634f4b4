# SPDX-License-Identifier: GPL-2.0-or-later
# Decompress a file to standard output: read.rb all|first FILE. A GzipReader
# reads one member; zcat() makes one after another.
require 'zlib'

how, path = ARGV
$stdout.binmode
File.open(path, 'rb') do |blob|
  if how == 'all'
    $stdout.write(Zlib::GzipReader.zcat(blob))
  else
    IO.copy_stream(Zlib::GzipReader.new(blob), $stdout)
  end
end
