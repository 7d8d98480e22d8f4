# Reads JSON (RFC 8259) that belongs to images: whoever has published one may have written anything into it. A node
# may have perl-base alone, where no module reads JSON.
use strict;
use warnings;

# More than any image has, and less than what would take long or much memory.
my ($longest, $deepest, $most_values) = (16_000_000, 64, 100_000);

my %escaped = (b => "\b", f => "\f", n => "\n", r => "\r", t => "\t", map { ($_ => $_) } '"', '\\', '/');
my $values_left;

sub no_json { die "a document of the image is no JSON at byte " . (pos($_) // 0) . "\n" }

# Behind its first quote. Half a surrogate pair is no character; U+FFFD takes its place, as for Go.
sub json_string {
  my $text = '';
  until (/\G"/gc) {
    if (/\G([^"\\\x00-\x1f]+)/gc) { $text .= $1 }
    elsif (/\G\\(["\\\/bfnrt])/gc) { $text .= $escaped{$1} }
    else {
      my $code = /\G\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})/gc
        ? 0x10000 + ((hex($1) & 0x3ff) << 10) + (hex($2) & 0x3ff)
        : /\G\\u([0-9a-fA-F]{4})/gc ? hex $1 : no_json();
      my $character = chr($code >= 0xd800 && $code < 0xe000 ? 0xfffd : $code);
      utf8::encode($character);
      $text .= $character;
    }
  }
  return $text;
}

sub json_object {
  my ($depth) = @_;
  my %object;
  return \%object if /\G\}/gc;
  do {
    /\G[ \t\n\r]*"/gc or no_json();
    my $key = json_string();
    /\G[ \t\n\r]*:/gc or no_json();
    $object{$key} = json_value($depth);
  } while /\G[ \t\n\r]*,/gc;
  /\G[ \t\n\r]*\}/gc or no_json();
  return \%object;
}

sub json_array {
  my ($depth) = @_;
  my @array;
  return \@array if /\G\]/gc;
  do { push @array, json_value($depth) } while /\G[ \t\n\r]*,/gc;
  /\G[ \t\n\r]*\]/gc or no_json();
  return \@array;
}

sub json_value {
  my ($depth) = @_;
  $depth < $deepest && $values_left-- > 0 or die "a document of the image has too much in it\n";
  /\G[ \t\n\r]+/gc;
  return json_string() if /\G"/gc;
  return json_object($depth + 1) if /\G\{[ \t\n\r]*/gc;
  return json_array($depth + 1) if /\G\[[ \t\n\r]*/gc;
  return undef if /\Gnull/gc;
  return \"$1" if /\G(true|false|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)/gc;
  no_json();
}

# Objects are hashes, of equal keys the last one counts; arrays are lists, strings their bytes, null is undefined.
# Numbers and booleans are references to their text, so that nothing takes them for a string.
sub parse_json {
  local ($_) = @_;
  length() <= $longest or die "a document of the image is too long\n";
  $values_left = $most_values;
  my $value = json_value(0);
  /\G[ \t\n\r]+/gc;
  pos($_) == length() or no_json();
  return $value;
}
