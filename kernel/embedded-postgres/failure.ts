/** The error message and hint in the output of a PostgreSQL program, without time stamps. */
export function failureReason(output: readonly string[]): string {
  const lines = output.join('').trim().split('\n');
  // Later messages follow from the full disk without naming it.
  if (lines.some((line) => /No space left on device|Check free disk space/.test(line)))
    return 'no space is left on the disk.';
  const at = lines.findLastIndex((line) => /\b(FATAL|PANIC|error): /.test(line));
  const said =
    at < 0 ? lines.slice(-1) : lines.slice(at).filter((line, index) => index === 0 || /hint:/i.test(line));
  return said.map((line) => line.replace(/^.*?\b(?=(FATAL|PANIC|HINT|initdb): )/, '').trim()).join(' ');
}
