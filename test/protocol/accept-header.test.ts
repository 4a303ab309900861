import { expect, test } from 'vitest';
import { acceptedQuality, acceptedRanges } from '../../protocol/accept-header.js';

test.each([
  [undefined, 0],
  ['', 0],
  ['*/*', 0],
  ['text/event-stream', 1],
  ['TEXT/Event-Stream', 1],
  ['text/html, text/event-stream;q=0.3', 0.3],
  ['text/event-stream;q=0', 0],
  ['text/event-stream;q=0.1, text/event-stream;q=0.9', 0.9],
  ['text/event-stream;q=nonsense', 1],
  ['x-text/event-stream', 0],
  ['text/event-stream-of-mine', 0],
  ['application/json;note="a, text/event-stream, b"', 0],
  ['nonsense, text/event-stream', 1],
  ['"text/event-stream', 1],
])('Accept: %s names event streams with quality %d', (accept, quality) => {
  expect(acceptedQuality(accept, 'text/event-stream')).toBe(quality);
});

test('parses quoted and unquoted parameters with case-insensitive names', () => {
  const ranges = acceptedRanges('multipart/mixed; boundary="a,b"; SubscriptionSpec="1.0", application/json');
  expect(ranges.map(({ type }) => type)).toEqual(['multipart/mixed', 'application/json']);
  expect(ranges[0]?.parameter('boundary')).toBe('a,b');
  expect(ranges[0]?.parameter('subscriptionspec')).toBe('1.0');
  expect(ranges[1]?.parameter('boundary')).toBeNull();
});

test('parses only the first types of a very long list', () => {
  expect(acceptedRanges(`${'a/b,'.repeat(5000)}text/event-stream`)).toHaveLength(50);
});
