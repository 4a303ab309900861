import { expect, test } from 'vitest';
import { acceptedType } from '../../../../gateway/transport/http/media-type.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const GRAPHQL = 'application/graphql-response+json; charset=utf-8';

test.each<[string | undefined, string | undefined]>([
  ['', JSON_TYPE],
  [undefined, JSON_TYPE],
  ['*/*', JSON_TYPE],
  ['application/json', JSON_TYPE],
  ['application/graphql-response+json', GRAPHQL],
  ['application/graphql-response+json, application/json', GRAPHQL],
  ['application/json, application/graphql-response+json', JSON_TYPE],
  ['text/html, */*', JSON_TYPE],
  ['application/*', JSON_TYPE],
  ['text/html', undefined],
  ['application/json;q=0.5, application/graphql-response+json', GRAPHQL],
  ['application/graphql-response+json;q=0.9, application/json;charset=utf-8', JSON_TYPE],
  ['application/json;q=0, text/html', undefined],
])('negotiates a media type for Accept: %s', (accept, expected) => {
  expect(acceptedType(accept)).toBe(expected);
});
