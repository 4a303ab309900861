/** The codings that something can be sent in, best first. */
export type Coding = 'zstd' | 'br' | 'gzip';

/** The first of the codings that a client takes by its header `Accept-Encoding` (RFC 9110, 12.5.3); undefined for none. */
export function acceptedCoding<C extends Coding>(
  header: string | undefined,
  codings: readonly C[],
): C | undefined {
  const taken = new Map<string, boolean>();
  for (const member of (header ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = member.split(';').map((part) => part.trim());
    taken.set(name, !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)));
  }
  return codings.find((coding) => taken.get(coding) ?? taken.get('*') ?? false);
}
