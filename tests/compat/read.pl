#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# Decompress a file to standard output: read.pl all|first FILE. The module
# reads one member unless it is told to go on.
use strict;
use warnings;
use IO::Uncompress::Gunzip qw(gunzip $GunzipError);

my ($how, $path) = @ARGV;
gunzip($path => '-', MultiStream => $how eq 'all') or die "$GunzipError\n";
