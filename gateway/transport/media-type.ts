const GRAPHQL = 'application/graphql-response+json';
const JSON_TYPE = 'application/json';
const CHARSET = '; charset=utf-8';

/**
 * The media type to answer with, as `Accept` asks for it; undefined when it is more than a list of types, or when
 * none of them is ours.
 */
export function acceptedType(accept: string | undefined): string | undefined {
  if (accept === undefined || accept === JSON_TYPE || accept === '*/*') return JSON_TYPE + CHARSET;
  if (accept.includes(';')) return undefined;
  const types = accept.split(',').map((type) => type.trim().toLowerCase());
  const exact = types.find((type) => type === JSON_TYPE || type === GRAPHQL);
  if (exact !== undefined) return exact + CHARSET;
  return types.includes('application/*') || types.includes('*/*') ? JSON_TYPE + CHARSET : undefined;
}

/** Whether it is the older of the two. */
export function isLegacy(contentType: string): boolean {
  return contentType.startsWith(JSON_TYPE);
}
